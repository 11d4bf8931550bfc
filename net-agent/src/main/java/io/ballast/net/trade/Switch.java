package io.ballast.net.trade;

import io.ballast.messages.Mac;
import io.ballast.messages.NetBeat.Ability;
import io.ballast.messages.NetBeat.Bond;
import io.ballast.messages.NetBeat.Bridge;
import io.ballast.messages.NetOrder.CreateBridge;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * All bridges of one kind on this host, and what this agent has made on them for ports.
 *
 * <p>What is ours bears a mark: whatever does not is never touched. No method blocks. Every future
 * completes on any thread within a deadline: with what was asked for, or with a {@link
 * io.ballast.bus.RefusedException}: {@code TRADE_REFUSED} where the switch does not answer or
 * refuses.
 */
public interface Switch extends AutoCloseable {
  /** Which kind. */
  Bridge.Kind kind();

  /** Tells this one whenever something may have changed; one that can't hear of that never does. */
  default void onChange(Runnable listener) {}

  /** What ports can have here; empty where this kind is not installed. Found out once. */
  Future<Set<Ability>> abilities();

  /** All bridges, sorted by name; none where this kind is not installed or does not run. */
  Future<List<Bridge>> bridges();

  /** Links that stand in for each other by this kind of switch itself, sorted by name. */
  default Future<List<Bond>> bonds() {
    return Future.succeededFuture(List.of());
  }

  /**
   * Makes a bridge that bears our mark. Succeeds if it is there and does. Fails as {@code
   * NAME_TAKEN} where another link or bridge has that name.
   */
  Future<Void> create(CreateBridge order);

  /**
   * Removes a bridge of ours. Succeeds if there is none. Fails as {@code NOT_ALLOWED} where it
   * bears no mark of ours, and as {@code IN_USE} where anything is plugged into it.
   */
  Future<Void> delete(String bridge);

  /**
   * Looks what differs from what is wanted, and changes nothing.
   *
   * @param wanted every port that this kind of switch is to have
   * @return one for each that is wanted, in their order
   */
  Future<List<Seen>> compare(List<Wanted> wanted);

  /**
   * Makes all ports as they are wanted, removes what was made for any other one, and looks again.
   * Carried out again it changes nothing more. What can't be made so is among the differences, with
   * why. Fails where nothing is wanted and something of ours is left.
   *
   * @param wanted every port that this kind of switch is to have
   * @return one for each that is wanted, in their order
   */
  Future<List<Seen>> agree(List<Wanted> wanted);

  /**
   * Takes a card's link off its bridge, whichever of this kind that is. Succeeds if it is on none.
   */
  Future<Void> detach(String link);

  /**
   * Tells the neighbours of ports where their addresses are now (gratuitous ARP, RFC 5227, from the
   * port's own address), for its public address and, on its bridge, for its others.
   */
  Future<Void> announce(Wanted port);

  @Override
  void close();

  /**
   * What was found of a port.
   *
   * @param differences for a person, each one short line; empty if all is as wanted
   * @param spoofed packets dropped because the guest may not send as that; absent where that is not
   *     counted
   */
  record Seen(Mac card, List<String> differences, Optional<Long> spoofed) {
    public Seen {
      differences = List.copyOf(differences);
    }
  }
}
