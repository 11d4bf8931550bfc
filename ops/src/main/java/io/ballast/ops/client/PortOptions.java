package io.ballast.ops.client;

import io.ballast.messages.Cidr;
import io.ballast.messages.IpAddress;
import io.ballast.messages.Mac;
import io.ballast.messages.Port;
import io.ballast.messages.PortChange;
import io.ballast.messages.RateLimit;
import io.ballast.messages.Vlan;
import io.ballast.messages.VmId;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a port is to have. */
final class PortOptions {
  @Option(
      names = "--vlan",
      paramLabel = "VLAN",
      converter = NetWords.Vlans.class,
      description = "Its VLAN, 1 to 4094; several with commas between are a trunk.")
  private @Nullable Vlan vlan;

  @Option(
      names = "--address",
      paramLabel = "ADDRESS/LENGTH",
      converter = NetWords.Network.class,
      description = "An address that the guest uses: 10.0.0.5/24. May be given several times.")
  private @Nullable List<Cidr> addresses;

  @Option(
      names = "--in",
      paramLabel = "RATE",
      converter = NetWords.Limit.class,
      description =
          "The most that goes to the guest, in bits per second: 20M; 20M:2M with its burst.")
  private @Nullable RateLimit in;

  @Option(
      names = "--out",
      paramLabel = "RATE",
      converter = NetWords.Limit.class,
      description = "The most that comes from the guest.")
  private @Nullable RateLimit out;

  @Option(
      names = "--anti-spoof",
      negatable = true,
      description = "Have the guest send as nobody else; be no router and no DHCP server.")
  private @Nullable Boolean antiSpoof;

  @Option(
      names = "--public",
      paramLabel = "ADDRESS",
      converter = NetWords.Machine.class,
      description = "An address that stands for the guest's on the line outside.")
  private @Nullable IpAddress publicAddress;

  @Option(
      names = "--line",
      paramLabel = "LINE",
      description = "The network outside, as the host's configuration names it.")
  private @Nullable String line;

  @Option(names = "--mtu", paramLabel = "BYTES", description = "Its largest packet.")
  private @Nullable Integer mtu;

  /** A new port. */
  Port port(Mac card, VmId vm, String bridge) {
    return new Port(
        card,
        vm,
        bridge,
        Optional.ofNullable(vlan),
        addresses == null ? List.of() : addresses,
        Optional.ofNullable(in),
        Optional.ofNullable(out),
        antiSpoof != null && antiSpoof,
        Optional.ofNullable(publicAddress),
        Optional.ofNullable(mtu),
        Optional.ofNullable(line));
  }

  /** What is to become different in one that there is. */
  PortChange change(Optional<String> bridge, Set<PortChange.Part> clear) {
    return new PortChange(
        bridge,
        Optional.ofNullable(vlan),
        Optional.ofNullable(addresses),
        Optional.ofNullable(in),
        Optional.ofNullable(out),
        Optional.ofNullable(antiSpoof),
        Optional.ofNullable(publicAddress),
        Optional.ofNullable(mtu),
        Optional.ofNullable(line),
        clear);
  }
}
