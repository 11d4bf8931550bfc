package io.ballast.net.work;

import io.ballast.messages.NetBeat.Bond;
import io.ballast.net.trade.Links.Sight;
import io.ballast.net.trade.Links.Wire;
import java.util.HashSet;
import java.util.Set;

/** Which links lead out of the host, so that no command may touch them. */
final class Uplinks {
  private final Set<String> names = new HashSet<>();

  /**
   * Those that are declared, and those that are recognised: devices of the machine, bonds and their
   * members, and what carries the host's own traffic.
   */
  Uplinks(Sight sight, Set<String> declared) {
    names.addAll(declared);
    names.addAll(sight.ways());
    for (Wire wire : sight.wires()) {
      switch (wire.kind()) {
        case PHYSICAL, BOND -> names.add(wire.name());
        case TAP, OTHER -> {}
      }
    }
    for (Bond bond : sight.bonds()) {
      names.add(bond.name());
      bond.members().forEach(member -> names.add(member.name()));
    }
  }

  boolean has(String link) {
    return names.contains(link);
  }
}
