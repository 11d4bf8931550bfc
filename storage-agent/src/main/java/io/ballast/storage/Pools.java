package io.ballast.storage;

import io.ballast.agent.LaneConnection;
import io.ballast.bus.RefusedException;
import io.ballast.messages.StorageBeat.Pool;
import java.util.List;
import java.util.Optional;

/** A connection by which pools can be looked at. All of it blocks. */
interface Pools extends LaneConnection {
  /**
   * The names of all pools, active or not, each once.
   *
   * @throws RefusedException as {@code TRADE_REFUSED}
   */
  List<String> names();

  /**
   * One pool; empty if it is gone by now.
   *
   * @throws RefusedException as {@code TRADE_REFUSED} if it exists and can't be read
   */
  Optional<Pool> pool(String name);
}
