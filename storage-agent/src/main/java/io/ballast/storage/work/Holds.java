package io.ballast.storage.work;

import io.ballast.bus.RefusedException;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.VolumeId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The volumes that work on another one reads, each of which must stay as it is until that has
 * ended. Lives on one loop.
 */
public final class Holds {
  private final Map<OperationId, List<VolumeId>> held = new HashMap<>();

  /** Keeps volumes as they are while an operation goes on. */
  public void hold(OperationId operation, List<VolumeId> volumes) {
    if (!volumes.isEmpty()) {
      held.put(operation, volumes);
    }
  }

  /** The operation has ended. */
  public void release(OperationId operation) {
    held.remove(operation);
  }

  /**
   * Nothing reads the volume.
   *
   * @throws RefusedException as {@code BUSY}
   */
  public void free(VolumeId volume) {
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
