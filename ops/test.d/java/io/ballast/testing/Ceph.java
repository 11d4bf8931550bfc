package io.ballast.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The Ceph of {@code ops/lab}, with the pools {@code rbd} and {@code other}. */
public final class Ceph implements AutoCloseable {
  private static final String TOOL =
      Path.of("..", "ops", "lab", "ceph").toAbsolutePath().normalize().toString();
  private static final Path HOME = Path.of("/run/ballast/ceph");

  /** Where its monitor listens. */
  public static final String ADDRESS = "10.214.0.1";

  /** Who may use its pools. */
  public static final String USER = "libvirt";

  private Ceph() {}

  /** Starts it; there can be one at a time. */
  public static Ceph up() {
    run(TOOL, "up");
    return new Ceph();
  }

  /** Adds another pool. */
  public void add(String pool) {
    run(TOOL, "add", pool);
  }

  /** Removes all images from its first two pools. */
  public void empty() {
    run(TOOL, "empty");
  }

  @Override
  public void close() {
    run(TOOL, "down");
  }

  /** The configuration of its clients. */
  public Path conf() {
    return HOME.resolve("ceph.conf");
  }

  /** The file that holds the key of the user, and nothing else. */
  public Path keyFile() {
    return HOME.resolve("libvirt.key");
  }

  /** What {@code rbd} prints, as the user. */
  public String rbd(String... arguments) {
    List<String> words = new ArrayList<>(List.of("rbd", "--conf", conf().toString()));
    words.addAll(List.of("--id", USER));
    words.addAll(List.of(arguments));
    return run(words.toArray(String[]::new));
  }

  /** A client that has an image open to write to it, until it is told to end. */
  public Process holding(String image) {
    try {
      Process client =
          new ProcessBuilder(
                  "qemu-io", "-f", "raw", "rbd:%s:id=%s:conf=%s".formatted(image, USER, conf()))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      // It reads commands until there are no more, and has the image open after the first.
      client.outputWriter().append("write -P 7 0 512\n").flush();
      return client;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String run(String... command) {
    try {
      Path output = Files.createTempFile("ceph", ".out");
      try {
        int status =
            new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start()
                .waitFor();
        String text = Files.readString(output);
        if (status != 0) {
          throw new IllegalStateException(
              String.join(" ", command) + " ended with " + status + ": " + text);
        }
        return text;
      } finally {
        Files.delete(output);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
