package io.ballast.net.libvirt;

import io.ballast.agent.tool.Runner;
import io.ballast.messages.Mac;
import io.ballast.net.trade.Guests;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Set;

/** The virtual machines of a libvirt, asked of {@code virsh}; one that hangs is ended. */
public final class VirshGuests implements Guests {
  /** Short, for a move waits for it; its two runs must end before whoever asked has given up. */
  private static final Duration WITHIN = Duration.ofMillis(1_500);

  private final Virsh virsh;

  /**
   * @param runner of the tool; somebody else closes it
   * @param uri of the libvirt
   */
  public VirshGuests(Runner runner, String uri) {
    this.virsh = new Virsh(runner, uri, WITHIN);
  }

  /** All are asked in one run: a process for each would take long where there are many. */
  @Override
  public Future<Set<Card>> cards(Set<Mac> addresses) {
    return virsh
        .run("list", "--all", "--uuid", "--name")
        .map(CardLists::names)
        .compose(
            names ->
                names.isEmpty()
                    ? Future.succeededFuture(Set.of())
                    : virsh
                        .run(CardLists.question(names.keySet()))
                        .map(printed -> CardLists.cards(addresses, names, printed)));
  }
}
