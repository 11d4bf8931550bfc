package io.ballast.storage.work;

import io.ballast.agent.Loop;
import io.ballast.bus.RefusedException;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.VolumeId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The volumes that work on another one reads, each of which must stay as it is until that has
 * ended; and those that work on a virtual machine, or its move, has to itself. Lives on one loop.
 */
public final class Holds {
  private final Loop loop;
  private final Map<OperationId, List<VolumeId>> held = new HashMap<>();
  private final Map<OperationId, Set<String>> pools = new HashMap<>();
  private final Map<OperationId, Set<VolumeId>> taken = new HashMap<>();

  /** None yet. */
  public Holds(Loop loop) {
    this.loop = loop;
  }

  /** Keeps volumes as they are while an operation goes on. */
  public void hold(OperationId operation, List<VolumeId> volumes) {
    loop.check();
    if (!volumes.isEmpty()) {
      held.put(operation, volumes);
    }
  }

  /** Keeps pools as they are while an operation works on volumes in them, or makes some. */
  public void workIn(OperationId operation, Set<String> used) {
    loop.check();
    pools.put(operation, Set.copyOf(used));
  }

  /**
   * No operation works in the pool.
   *
   * @throws RefusedException as {@code BUSY}
   */
  public void idle(String pool) {
    loop.check();
    pools.forEach(
        (operation, used) -> {
          if (used.contains(pool)) {
            throw new RefusedException(
                Reason.BUSY,
                "operation %s works in pool %s, or keeps volumes there; wait for its end, or cancel it"
                    .formatted(operation, pool));
          }
        });
  }

  /** Keeps volumes to an operation alone while it goes on. */
  public void take(OperationId operation, Set<VolumeId> volumes) {
    loop.check();
    taken.put(operation, Set.copyOf(volumes));
  }

  /**
   * No operation has the volume to itself.
   *
   * @throws RefusedException as {@code BUSY}
   */
  public void untaken(VolumeId volume) {
    loop.check();
    taken.forEach(
        (operation, volumes) -> {
          if (volumes.contains(volume)) {
            throw new RefusedException(
                Reason.BUSY,
                "operation %s has volume %s to itself, as the snapshots and the moves of its VM do; wait for its end, and see VOLUMES_KEPT in the runbook where it has ended"
                    .formatted(operation, volume));
          }
        });
  }

  /** The operation has ended. */
  public void release(OperationId operation) {
    loop.check();
    pools.remove(operation);
    held.remove(operation);
    taken.remove(operation);
  }

  /**
   * Nothing reads the volume.
   *
   * @throws RefusedException as {@code BUSY}
   */
  public void free(VolumeId volume) {
    loop.check();
    held.forEach(
        (operation, others) -> {
          if (others.contains(volume)) {
            throw new RefusedException(
                Reason.BUSY,
                "operation %s reads volume %s; wait for its end, or cancel it"
                    .formatted(operation, volume));
          }
        });
  }
}
