package io.ballast.ops.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One of the project's own shell scripts, run to its end within a deadline. */
record Script(Path file, Duration within) {
  /** What a script printed, and how it ended. */
  record Result(int exit, String output) {
    List<String> lines() {
      return output.lines().filter(line -> !line.isBlank()).toList();
    }
  }

  /** Runs the script and returns its standard output; any exit but 0 is a {@link DemoFailure}. */
  String run(String... arguments) {
    Result result = attempt(arguments);
    if (result.exit() != 0) {
      throw new DemoFailure(
          "%s %s ended with %d: %s"
              .formatted(
                  file.getFileName(),
                  String.join(" ", arguments),
                  result.exit(),
                  result.output().strip()));
    }
    return result.output();
  }

  /** Runs the script and returns how it ended; output and errors are one text. */
  Result attempt(String... arguments) {
    // In a session of its own, so that Ctrl-C at the terminal does not end it half-way.
    List<String> command = new ArrayList<>(List.of("setsid", "--wait", file.toString()));
    command.addAll(List.of(arguments));
    try {
      Path output = Files.createTempFile("ballast", ".out");
      try {
        Process process =
            new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(output.toFile())
                .start();
        if (!process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS)) {
          process.descendants().forEach(ProcessHandle::destroyForcibly);
          process.destroyForcibly();
          throw new DemoFailure(
              "%s did not end within %d s"
                  .formatted(String.join(" ", command), within.toSeconds()));
        }
        return new Result(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
      } finally {
        Files.deleteIfExists(output);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DemoFailure("interrupted while running " + String.join(" ", command));
    }
  }
}
