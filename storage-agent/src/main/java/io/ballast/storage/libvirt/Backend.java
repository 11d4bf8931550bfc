package io.ballast.storage.libvirt;

import io.ballast.messages.OperationId;
import io.ballast.messages.Reply;
import io.ballast.messages.Volume;
import io.ballast.storage.trade.Task;
import io.vertx.core.Future;
import java.util.List;

/**
 * One kind of pool: how its volumes are made and changed. No method blocks; futures complete on any
 * thread, as {@link io.ballast.storage.trade.Volumes} says.
 */
interface Backend {
  /** Has an order carried out, for which all is at hand. */
  Task carryOut(Bench bench);

  /** The snapshots in a volume, oldest first. */
  Future<List<Volume.Snapshot>> snapshots(Shelf shelf, Shelf.Item item);

  /** What lies in the pool's trash, sorted by name. */
  Future<List<Volume.Trashed>> trash(Shelf shelf);

  /** How much a copy would take. */
  Future<Reply.VolumeMeasured> measure(Shelf shelf, Shelf.Item item, Volume.Format format);

  /** Removes what an operation left. */
  Future<Void> clear(Shelf shelf, OperationId operation);
}
