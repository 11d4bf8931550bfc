package io.ballast.host.meter;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** A small file in which the kernel tells of itself. Every failure to read it names it. */
record ProcFile(Path path) {
  /** Its lines; what is no UTF-8 in them is replaced. Read whole, for such files have no length. */
  List<String> lines() throws IOException {
    try {
      return new String(Files.readAllBytes(path), StandardCharsets.UTF_8).lines().toList();
    } catch (NoSuchFileException e) {
      throw new IOException(path + " does not exist", e);
    } catch (IOException e) {
      throw new IOException(path + " can't be read: " + e.getMessage(), e);
    }
  }

  /** The words of its first line; none if it is empty. */
  List<String> words() throws IOException {
    List<String> lines = lines();
    String first = lines.isEmpty() ? "" : lines.getFirst().strip();
    return first.isEmpty() ? List.of() : List.of(first.split("\\s+", -1));
  }

  /** A whole number, negative ones included. */
  long number(String word) throws IOException {
    try {
      return Long.parseLong(word);
    } catch (NumberFormatException e) {
      throw odd("has '" + word + "' where a number should be");
    }
  }

  /** A finite number of at least 0. */
  double amount(String word) throws IOException {
    try {
      double amount = Double.parseDouble(word);
      if (amount >= 0 && Double.isFinite(amount)) {
        return amount;
      }
    } catch (NumberFormatException e) {
      // Said below, like a number that makes no sense.
    }
    throw odd("has '" + word + "' where a number of at least 0 should be");
  }

  /** Its failure to be what it should be; {@code what} goes on with the sentence. */
  IOException odd(String what) {
    return new IOException(path + " " + what);
  }
}
