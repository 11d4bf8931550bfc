package io.ballast.net.links;

import io.ballast.messages.NetBeat.Link.Trouble;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What went wrong on a link, by the kernel's counters. */
final class Troubles {
  private Troubles() {}

  /** Of a folder like {@code /sys/class/net/eth0}; nothing where a counter can't be read. */
  static Optional<Trouble> of(Path link) {
    try {
      return Optional.of(
          new Trouble(
              count(link, "statistics/rx_errors"),
              count(link, "statistics/tx_errors"),
              count(link, "statistics/rx_dropped"),
              count(link, "statistics/tx_dropped"),
              count(link, "carrier_changes")));
    } catch (IOException | IllegalArgumentException unread) {
      return Optional.empty();
    }
  }

  private static long count(Path link, String file) throws IOException {
    return Long.parseLong(Files.readString(link.resolve(file)).strip());
  }
}
