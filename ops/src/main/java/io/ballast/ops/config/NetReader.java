package io.ballast.ops.config;

import io.ballast.messages.Cidr;
import io.ballast.messages.IpAddress;
import io.ballast.messages.NetBeat.Line;
import io.ballast.messages.Vlan;
import io.ballast.net.trade.NetPolicy;
import io.ballast.net.trade.Outside;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads what a host says of its network. */
final class NetReader {
  private static final Pattern SPAN = Pattern.compile("(\\d{1,4})(?:-(\\d{1,4}))?");

  private NetReader() {}

  static NetPolicy policy(Section section) {
    return new NetPolicy(
        Set.copyOf(section.texts("uplinks", List.of())),
        section.sections("lines", NetReader::line));
  }

  private static NetPolicy.Reach line(String name, Section section) {
    String bridge =
        section
            .text("bridge")
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "line '" + name + "' needs a bridge that leads there"));
    return new NetPolicy.Reach(
        new Line(
            name,
            bridge,
            section.list("networks", Cidr::of, List.of()),
            section.list("vlans", NetReader::span, List.of())),
        outside(name, section));
  }

  private static Optional<Outside> outside(String name, Section section) {
    Optional<IpAddress> gateway = section.value("gateway", IpAddress::new);
    Optional<IpAddress> guests = section.value("guest-gateway", IpAddress::new);
    Optional<Integer> vlan = section.whole("vlan", Vlan.FIRST, Vlan.LAST);
    if (gateway.isPresent() != guests.isPresent()) {
      throw new IllegalArgumentException(
          "line '" + name + "' needs both gateway and guest-gateway, or neither");
    }
    return gateway.map(router -> new Outside(router, guests.orElseThrow(), vlan));
  }

  private static Line.Span span(String text) {
    Matcher parts = SPAN.matcher(text);
    if (!parts.matches()) {
      throw new IllegalArgumentException("write a VLAN as 100, or several as 100-199");
    }
    int first = Integer.parseInt(parts.group(1));
    return new Line.Span(first, parts.group(2) == null ? first : Integer.parseInt(parts.group(2)));
  }
}
