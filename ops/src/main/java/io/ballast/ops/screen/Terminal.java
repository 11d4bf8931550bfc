package io.ballast.ops.screen;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The terminal at standard output, as {@code stty} knows it. */
public final class Terminal {
  private static final long PATIENCE_SECONDS = 2;

  private Terminal() {}

  /** How many characters fit. */
  public record Size(int width, int height) {
    /** What is assumed where nothing is known. */
    public static final Size USUAL = new Size(100, 30);
  }

  /**
   * The size of the terminal now, also after it was resized; empty where standard output is a file,
   * a pipe, or nothing. A terminal that does not know its size has the usual one.
   */
  public static Optional<Size> size() {
    // stty asks the terminal at its standard input, and here that has to be the one at ours output.
    ProcessBuilder stty = new ProcessBuilder("sh", "-c", "test -t 1 && stty size <&1 >&2");
    stty.redirectOutput(ProcessBuilder.Redirect.INHERIT);
    try {
      Process process = stty.start();
      process.getOutputStream().close();
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return Optional.empty();
      }
      String said = new String(process.getErrorStream().readAllBytes(), StandardCharsets.US_ASCII);
      return process.exitValue() == 0 ? Optional.of(parse(said)) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  /** Reads {@code stty}'s "rows columns". */
  static Size parse(String said) {
    String[] words = said.strip().split(" ", -1);
    if (words.length != 2 || !(words[0] + words[1]).matches("[0-9]{2,8}")) {
      return Size.USUAL;
    }
    int height = Integer.parseInt(words[0]);
    int width = Integer.parseInt(words[1]);
    return width == 0 || height == 0 ? Size.USUAL : new Size(width, height);
  }
}
