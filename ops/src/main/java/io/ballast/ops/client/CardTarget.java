package io.ballast.ops.client;

import static java.util.Objects.requireNonNull;

import io.ballast.messages.Mac;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which card a command is about. */
final class CardTarget {
  @Parameters(
      index = "0",
      paramLabel = "MAC",
      converter = NetWords.Card.class,
      description = "The card's address, such as 52:54:00:12:34:56.")
  private @Nullable Mac card;

  @Option(
      names = "--host",
      paramLabel = "HOST",
      description = "By whose agent, if several hosts have it.")
  @Nullable String host;

  @Mixin FleetOptions fleet = new FleetOptions();

  /** The card, which picocli has filled in. */
  Mac card() {
    return requireNonNull(card);
  }
}
