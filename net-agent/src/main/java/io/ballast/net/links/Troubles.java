package io.ballast.net.links;

import io.ballast.messages.NetBeat.Link.Trouble;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What went wrong on links, from {@code /sys/class/net}.
 *
 * @param links usually {@code /sys/class/net}
 */
record Troubles(Path links) {
  /** That of a link; absent where a number of it can't be read or makes no sense. */
  Optional<Trouble> of(String link) {
    Path folder = links.resolve(link);
    Path statistics = folder.resolve("statistics");
    try {
      return Optional.of(
          new Trouble(
              count(statistics.resolve("rx_errors")),
              count(statistics.resolve("tx_errors")),
              count(statistics.resolve("rx_dropped")),
              count(statistics.resolve("tx_dropped")),
              count(folder.resolve("carrier_changes"))));
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static long count(Path file) throws IOException {
    return Long.parseLong(new String(Files.readAllBytes(file), StandardCharsets.UTF_8).strip());
  }
}
