package io.ballast.net.trade;

import io.ballast.messages.Mac;
import io.ballast.messages.VmId;
import io.vertx.core.Future;
import java.util.Set;

/**
 * The virtual machines of this host's libvirt, by their cards.
 *
 * <p>No method blocks. Every future completes on any thread within a deadline of the
 * implementation's: with what was asked for, or with a {@link io.ballast.bus.RefusedException} of
 * the reason {@code TRADE_REFUSED}.
 */
public interface Guests {
  /** The cards of these addresses, of machines that run or not. */
  Future<Set<Card>> cards(Set<Mac> addresses);

  /**
   * A card of a virtual machine.
   *
   * @param name the domain's name, for people
   */
  record Card(Mac address, VmId vm, String name) {}
}
