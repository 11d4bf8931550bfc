package io.ballast.ops.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A configuration that is refused; the message names the place and says what to do. */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public ConfigException(String message) {
    super(message, null, false, false);
  }

  /**
   * A file that was named and can't be read.
   *
   * @param what it should hold, as in "there is no configuration file x"
   */
  public static ConfigException unreadable(String what, Path file, IOException why) {
    return new ConfigException(
        switch (why) {
          case NoSuchFileException missing -> "there is no " + what + " " + file;
          case AccessDeniedException denied ->
              "cannot read the " + what + " " + file + ": permission denied";
          case CharacterCodingException garbled ->
              "cannot read the " + what + " " + file + ": it is no UTF-8 text";
          case IOException other ->
              "cannot read the " + what + " " + file + ": " + other.getMessage();
        });
  }
}
