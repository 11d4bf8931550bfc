package io.ballast.ops.config;

/** A configuration that is refused; the message names the place and says what to do. */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public ConfigException(String message) {
    super(message, null, false, false);
  }
}
