package io.ballast.net.ovs;

import io.ballast.messages.Port;
import io.ballast.net.flow.Action;
import io.ballast.net.flow.Flow;
import io.ballast.net.flow.Match;
import io.ballast.net.trade.Wanted;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * All flows of a port: from the first table, where they meet those of others, through the meter and
 * the guards to the last, from which packets are switched as on a bridge without flows.
 *
 * <pre>
 *   0    in_port ----- meter ----+-- 186 guards -- 187 neighbours --+
 *                                +----------------------------------+-- 188 public address, NORMAL
 *   0    to a public address ---------------------------------------------- rewritten, to its port
 * </pre>
 *
 * <p>A port that needs none of that has no flows, and those of others hold for it.
 */
final class PortFlows {
  /** Where packets come first, whosever flows there are. */
  static final int FIRST = 0;

  /** Where packets of a port come last. */
  static final int LAST = 188;

  /** High above those of anybody else, and yet not the highest. */
  static final int ENTRY = 47_617;

  static final int REST = 1;
  static final List<Action> SWITCH = List.of(new Action.Normal());

  private PortFlows() {}

  /**
   * Of one port.
   *
   * @param number of the port on its bridge
   * @param meter that limits it
   * @param others all other ports of the bridge
   * @param steered whether some port of the bridge has a public address, which then must not be
   *     reached from this one but as flows of that one allow
   */
  static List<Flow> of(
      Wanted wanted,
      int number,
      Optional<Integer> meter,
      List<PublicFlows.Other> others,
      boolean steered) {
    Port port = wanted.port();
    List<Flow> flows = new ArrayList<>();
    if (meter.isEmpty() && !port.antiSpoof() && !steered) {
      return flows;
    }
    List<Action> entry = new ArrayList<>();
    meter.ifPresent(each -> entry.add(new Action.Metered(each)));
    entry.add(new Action.GoTo(port.antiSpoof() ? GuardFlows.TABLE : LAST));
    Match.Frame all = Match.anything().from(number);
    flows.add(Flow.of(port.card(), FIRST, ENTRY, all, entry));
    if (port.antiSpoof()) {
      flows.addAll(GuardFlows.of(port, number));
    }
    wanted
        .outside()
        .ifPresent(outside -> flows.addAll(PublicFlows.of(port, outside, number, others)));
    flows.add(Flow.of(port.card(), LAST, REST, all, SWITCH));
    return flows;
  }
}
