package io.ballast.ops;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A real RabbitMQ of a test's own, by {@code ops/broker}; it dies with this JVM at the latest. */
public final class TestBroker implements AutoCloseable {
  private static final Path SCRIPT = Path.of("broker").toAbsolutePath();

  private final Path directory;
  private final Process guard;
  private final List<String> listen;

  public TestBroker() {
    this(List.of());
  }

  /** One that others reach as well, by an address of this machine. */
  static TestBroker at(String address) {
    return new TestBroker(List.of("--listen", address));
  }

  private TestBroker(List<String> listen) {
    this.listen = listen;
    try {
      directory = Files.createTempDirectory("ballast-broker-");
      // Waits for the end of its input, which comes when this JVM is no more.
      guard =
          new ProcessBuilder(
                  "setsid",
                  "bash",
                  "-c",
                  "cat >/dev/null; \"$0\" kill --dir \"$1\"; rm -rf \"$1\"",
                  SCRIPT.toString(),
                  directory.toString())
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    start();
  }

  void start() {
    command("start", listen.toArray(String[]::new));
  }

  void stop() {
    command("stop");
  }

  /** Has {@code rabbitmqctl} do something. */
  void control(String... arguments) {
    command("ctl", arguments);
  }

  /** The file with user, password and port. */
  public Path credentials() {
    return directory.resolve("credentials");
  }

  @Override
  public void close() {
    try {
      guard.getOutputStream().close();
      if (!guard.waitFor(1, TimeUnit.MINUTES)) {
        throw new AssertionError("the broker does not end");
      }
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private void command(String verb, String... arguments) {
    List<String> line =
        new ArrayList<>(List.of(SCRIPT.toString(), verb, "--dir", directory.toString()));
    line.addAll(List.of(arguments));
    try {
      Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(2, TimeUnit.MINUTES) || process.exitValue() != 0) {
        throw new AssertionError("broker " + verb + " failed: " + said);
      }
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
