package io.ballast.agent;

import io.ballast.messages.OperationId;
import io.vertx.core.Future;
import io.vertx.core.Promise;

/**
 * What lies between writing down that a command may have been begun and its beginning. Once closed
 * nothing is begun any more: what stands here is written down as not begun. Lives on one loop.
 */
final class Threshold {
  private final Memory memory;
  private final Promise<Void> empty = Promise.promise();
  private int standing;
  private boolean closed;

  Threshold(Memory memory) {
    this.memory = memory;
  }

  /**
   * Writes down that work may have been begun; each success is followed by {@link #pass} or {@link
   * #turnBack}. Where it can't be written down, work gives back what it was promised.
   */
  Future<Work> step(Work work, Entry... entries) {
    standing++;
    return memory
        .keep(entries)
        .map(work)
        .onFailure(
            failure -> {
              pass();
              work.leave();
            });
  }

  /** One that stood here goes on, or ends without having been begun. */
  void pass() {
    standing--;
    if (closed && standing == 0) {
      empty.tryComplete();
    }
  }

  /**
   * One that stood here is left to the next life, which has to know that nothing was done; what has
   * ended stays so.
   */
  void turnBack(OperationId operation) {
    memory.noteNotBegun(operation).onComplete(noted -> pass());
  }

  boolean isClosed() {
    return closed;
  }

  /** Lets nothing pass from now on; completes when nothing stands here. */
  Future<Void> close() {
    closed = true;
    if (standing == 0) {
      empty.tryComplete();
    }
    return empty.future();
  }
}
