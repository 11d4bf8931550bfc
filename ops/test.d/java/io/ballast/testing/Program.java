package io.ballast.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;

/** A program that a test runs to its end. */
public final class Program {
  private Program() {}

  /** What it prints, errors included; that it fails fails the test. */
  public static String run(String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
      int status = process.waitFor();
      if (status != 0) {
        throw new AssertionError(String.join(" ", command) + ": " + status + ", " + printed);
      }
      return printed;
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
