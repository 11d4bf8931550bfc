package io.ballast.agent;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Optional;

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

  /** Writes down that work may have been begun; each success is followed by a pass. */
  Future<Work> step(Work work, Entry... entries) {
    standing++;
    return memory
        .keep(entries)
        .map(work)
        .recover(
            failure -> {
              gone();
              return left(work, failure);
            });
  }

  /** Work that is not begun after all gives back what it was promised. */
  static <T> Future<T> left(Work work, Throwable why) {
    work.leave();
    return Future.failedFuture(why);
  }

  /**
   * Whether work may be begun now; if not, that is written down.
   *
   * @param notBegun what the next life is to know, if the operation has not ended
   */
  boolean passes(Optional<Entry.Taken> notBegun) {
    if (closed && notBegun.isPresent()) {
      memory.note(notBegun.get()).onComplete(noted -> gone());
    } else {
      gone();
    }
    return !closed;
  }

  private void gone() {
    standing--;
    if (closed && standing == 0) {
      empty.tryComplete();
    }
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
