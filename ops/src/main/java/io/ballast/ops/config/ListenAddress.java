package io.ballast.ops.config;

/**
 * Where to listen for HTTP.
 *
 * @param port 0 = any that is free
 */
public record ListenAddress(String host, int port) {
  /** Parses {@code 127.0.0.1:9701}, {@code :9701} for loopback, and {@code [::1]:9701}. */
  public static ListenAddress of(String text) {
    int colon = text.lastIndexOf(':');
    String host = colon <= 0 ? "127.0.0.1" : text.substring(0, colon);
    String port = text.substring(colon + 1);
    if (!port.matches("[0-9]{1,5}") || Integer.parseInt(port) > 65_535) {
      throw new IllegalArgumentException(
          "expected an address and a port between 0 and 65535, such as 127.0.0.1:9701");
    }
    boolean brackets = host.startsWith("[") && host.endsWith("]");
    return new ListenAddress(
        brackets ? host.substring(1, host.length() - 1) : host, Integer.parseInt(port));
  }

  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
