package io.ballast.net.ovs;

import io.ballast.messages.NetBeat.Bond;
import io.ballast.messages.NetBeat.Bond.Member;
import io.vertx.core.json.DecodeException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The bonds of an Open vSwitch, as {@code ovs-vsctl} prints two tables of its database. */
final class Bonds {
  /** What it is where the database says nothing, see ovs-vswitchd.conf.db(5). */
  private static final String USUAL = "active-backup";

  private Bonds() {}

  /** What the tool is asked. */
  static List<String> words() {
    return List.of(
        "--columns=name,interfaces,bond_mode,bond_active_slave",
        "list",
        "Port",
        "--",
        "--columns=_uuid,name,link_state,mac_in_use",
        "list",
        "Interface");
  }

  /** A link, and by which address a bond calls it active. */
  private record Wire(String uuid, String name, boolean up, Optional<String> mac) {}

  /** What it answered, sorted by name, or a {@link DecodeException}. */
  static List<Bond> read(String printed) {
    List<String> lines = printed.lines().filter(line -> !line.isBlank()).toList();
    if (lines.size() != 2) {
      throw new DecodeException("ovs-vsctl told " + lines.size() + " tables, not 2");
    }
    Map<String, Wire> wires = new HashMap<>();
    Tables.rows(
            lines.get(1),
            row ->
                new Wire(
                    row.text("_uuid"),
                    row.text("name"),
                    row.optional("link_state").filter("up"::equals).isPresent(),
                    row.optional("mac_in_use")))
        .forEach(wire -> wires.put(wire.uuid(), wire));
    return Tables.rows(lines.get(0), row -> bond(row, wires)).stream()
        .filter(bond -> bond.members().size() > 1)
        .sorted(Comparator.comparing(Bond::name))
        .toList();
  }

  private static Bond bond(Tables.Row row, Map<String, Wire> wires) {
    String mode = row.optional("bond_mode").filter(it -> !it.isEmpty()).orElse(USUAL);
    Optional<String> active = row.optional("bond_active_slave").filter(it -> !it.isEmpty());
    List<Member> members =
        row.all("interfaces").stream()
            .map(wires::get)
            .filter(wire -> wire != null)
            .sorted(Comparator.comparing(Wire::name))
            .map(wire -> member(wire, mode, active))
            .toList();
    return new Bond(row.text("name"), mode, members);
  }

  /** In all modes but one every link that can be used is. */
  private static Member member(Wire wire, String mode, Optional<String> active) {
    boolean used = !mode.equals(USUAL) || active.equals(wire.mac());
    return new Member(wire.name(), wire.up(), wire.up() && used);
  }
}
