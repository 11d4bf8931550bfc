package io.ballast.ops.crash;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** A class of the tests that runs in a process of its own, so that it can be ended or killed. */
final class ChildProcess implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Path log;
  private final Process process;

  /** Starts its {@code main}; what it prints goes to the file. */
  ChildProcess(Class<?> main, Path log, String... arguments) throws IOException {
    this.log = log;
    List<String> line =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
    line.addAll(List.of(arguments));
    process =
        new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(log.toFile()).start();
  }

  String log() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private Stream<String> lines(String begin) {
    return log().lines().filter(line -> line.startsWith(begin));
  }

  /** Waits until it has printed so many lines that begin so. */
  void untilPrinted(int count, String begin) {
    Awaitility.await(begin)
        .atMost(PATIENCE)
        .failFast(
            () -> {
              if (!process.isAlive()) {
                throw new AssertionError(log());
              }
            })
        .until(() -> lines(begin).count() >= count);
  }

  /** Tells it to end, as {@code kill} does, and gives its exit code. */
  int end() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("it does not end: " + log());
    }
    return process.exitValue();
  }

  /** Kills it, as {@code kill -9} does. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
