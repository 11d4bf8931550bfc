package io.ballast.ops.client;

import io.ballast.messages.Bytes;
import io.ballast.messages.Fleet;
import io.ballast.messages.NetBeat;
import io.ballast.messages.NetBeat.Link;
import io.ballast.messages.Port;
import io.ballast.messages.PortStatus;
import io.ballast.messages.VmId;
import io.ballast.ops.screen.Ink;
import io.ballast.ops.screen.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Help.Ansi.Text;

/** The ports of one virtual machine, for a person who looks at that machine. */
final class VmPorts {
  private VmPorts() {}

  /** As the network agent of its host last told them. */
  static List<PortStatus> of(Fleet.Host host, VmId vm) {
    return host.net().map(NetBeat::ports).orElse(List.of()).stream()
        .filter(status -> status.port().vm().equals(vm))
        .toList();
  }

  /** One line for each, and below them what differs; none where it has no ports. */
  static List<Text> lines(Fleet.Host host, VmId vm, Ink ink, int width) {
    List<PortStatus> ports = of(host, vm);
    if (ports.isEmpty()) {
      return List.of();
    }
    Table table =
        new Table(
            ink,
            Table.Column.words("PORT"),
            Table.Column.words("LINK"),
            Table.Column.words("BRIDGE"),
            Table.Column.words("VLAN"),
            Table.Column.words("ADDRESSES"),
            Table.Column.numbers("IN"),
            Table.Column.numbers("OUT"),
            Table.Column.numbers("IN NOW"),
            Table.Column.numbers("OUT NOW"),
            Table.Column.words("STATE"));
    for (PortStatus status : ports) {
      Port port = status.port();
      Optional<Link> link = link(host, status);
      table.row(
          ink.strong(port.card().value()),
          ink.text(status.link().orElse("-")),
          ink.text(port.bridge()),
          ink.text(port.vlan().map(Object::toString).orElse("-")),
          ink.text(NetPortsCommand.addresses(status)),
          ink.text(port.in().map(Object::toString).orElse("-")),
          ink.text(port.out().map(Object::toString).orElse("-")),
          // What the host sends into the link is what comes in at the guest.
          ink.text(link.map(it -> rate(it.sent())).orElse("-")),
          ink.text(link.map(it -> rate(it.received())).orElse("-")),
          NetPortsCommand.state(status, ink));
    }
    List<Text> lines = new ArrayList<>(table.lines(width));
    for (PortStatus status : ports) {
      status.differences().forEach(what -> lines.add(ink.text(status.port().card() + ": " + what)));
    }
    return lines;
  }

  private static Optional<Link> link(Fleet.Host host, PortStatus status) {
    return status
        .link()
        .flatMap(
            name ->
                host.net().stream()
                    .flatMap(beat -> beat.links().stream())
                    .filter(link -> link.name().equals(name))
                    .findFirst());
  }

  private static String rate(Bytes perSecond) {
    return perSecond + "/s";
  }
}
