package io.ballast.ops;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/** A process of the built jar, as an operator would start it. */
final class BallastProcess implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Pattern METRICS = Pattern.compile("metrics (http://\\S+)/metrics");

  private final Path log;
  private final Process process;

  BallastProcess(Path folder, String... words) throws IOException {
    log = Files.createTempFile(folder, words[0], ".log");
    List<String> line =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-jar",
                "target/ballast.jar"));
    line.addAll(List.of(words));
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

  void untilLogged(String text) {
    Awaitility.await()
        .atMost(PATIENCE)
        .failFast(
            () -> {
              if (!process.isAlive()) {
                throw new AssertionError("the process ended: " + log());
              }
            })
        .until(() -> log().contains(text));
  }

  /** What it answers over HTTP, where its first line says. */
  HttpResponse<String> get(String path) {
    untilLogged("/metrics");
    Matcher matcher = METRICS.matcher(log());
    if (!matcher.find()) {
      throw new AssertionError(log());
    }
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create(matcher.group(1) + path)).build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Tells it to end, as {@code kill} does, and gives its exit code. */
  int end() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("it does not end: " + log());
    }
    return process.exitValue();
  }

  /** A program that it runs, by its name and what an argument holds, once it runs one. */
  ProcessHandle running(String program, String argument) {
    return Awaitility.await(program)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(5))
        .until(
            () -> process.descendants().filter(it -> isOf(it.info(), program, argument)).findAny(),
            Optional::isPresent)
        .orElseThrow();
  }

  private static boolean isOf(ProcessHandle.Info info, String program, String argument) {
    return info.command().orElse("").endsWith("/" + program)
        && String.join(" ", info.arguments().orElse(new String[0])).contains(argument);
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
