package io.ballast.ops.client;

import io.ballast.messages.Cidr;
import io.ballast.messages.NetworkForm;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a new network of libvirt is made of; one of them. */
final class NetworkFormOptions {
  @Option(
      names = "--bridge",
      paramLabel = "BRIDGE",
      description = "A bridge of the host, into which cards are plugged.")
  private @Nullable String bridge;

  @Option(
      names = "--nat",
      paramLabel = "ADDRESS/LENGTH",
      converter = NetWords.Network.class,
      description = "The host's address in a network of its own, out of which it translates.")
  private @Nullable Cidr nat;

  @Option(
      names = "--isolated",
      paramLabel = "ADDRESS/LENGTH",
      converter = NetWords.Network.class,
      description = "The host's address in a network of its own, out of which nothing leads.")
  private @Nullable Cidr isolated;

  NetworkForm form() {
    if (bridge != null) {
      return new NetworkForm.Bridged(bridge);
    }
    if (nat != null) {
      return new NetworkForm.Nat(nat);
    }
    if (isolated != null) {
      return new NetworkForm.Isolated(isolated);
    }
    throw new IllegalArgumentException("say what it is made of");
  }
}
