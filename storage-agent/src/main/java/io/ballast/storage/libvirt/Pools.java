package io.ballast.storage.libvirt;

import io.ballast.agent.LaneConnection;
import io.ballast.bus.RefusedException;
import io.ballast.messages.PoolOrder;
import io.ballast.messages.StorageBeat.Pool;
import java.util.List;
import java.util.Optional;

/** A connection by which pools and their users can be looked at. All of it blocks. */
interface Pools extends LaneConnection {
  /**
   * The names of all pools, active or not, each once.
   *
   * @throws RefusedException as {@code TRADE_REFUSED}
   */
  List<String> names();

  /**
   * One pool without what lies in it, as libvirt last saw it; empty if it is gone by now. Of one
   * that is not active it is not told where it is.
   *
   * @throws RefusedException as {@code TRADE_REFUSED} if it exists and can't be read
   */
  Optional<Shelf> bare(String name);

  /** One pool, as {@link #bare} tells it. */
  default Optional<Pool> pool(String name) {
    return bare(name).map(Shelf::pool);
  }

  /**
   * Has libvirt look at a pool anew, and tells what lies in it.
   *
   * @throws RefusedException as {@code UNKNOWN_POOL}, as {@code WRONG_STATE} where it is not
   *     active, or as {@code TRADE_REFUSED}
   */
  Shelf shelf(String pool);

  /**
   * The virtual machines of this host, on or off.
   *
   * @throws RefusedException as {@code TRADE_REFUSED}
   */
  List<Tenant> tenants();

  /**
   * Has an order on a pool carried out.
   *
   * @throws RefusedException as {@code UNKNOWN_POOL}; as {@code NAME_TAKEN} where a pool of that
   *     name is made of something else; as {@code WRONG_STATE} where one to forget is active; or as
   *     {@code TRADE_REFUSED} with libvirt's words
   */
  void carryOut(PoolOrder order);
}
