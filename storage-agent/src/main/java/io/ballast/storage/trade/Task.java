package io.ballast.storage.trade;

import io.ballast.messages.Bytes;
import io.vertx.core.Future;

/** Long work that was begun. */
public interface Task {
  /**
   * Completes when it is done, with what it found out for a person, or with an empty text where
   * that was not asked. Or fails with a {@link io.ballast.bus.RefusedException}; then nothing of it
   * is left.
   */
  Future<String> end();

  /** Asks it to end early; its end then fails as {@code CANCELLED}, unless it was too late. */
  void cancel();

  /** Learns how far it is, on any thread. */
  interface Progress {
    /** So much of so much is done. */
    void at(Bytes done, Bytes total);
  }

  /** Work that can't end early. */
  static Task of(Future<?> end) {
    return of(end, () -> {});
  }

  /** Work that tells nothing at its end. */
  static Task of(Future<?> end, Runnable cancel) {
    return telling(end.map(""), cancel);
  }

  /** Work that tells something at its end. */
  static Task telling(Future<String> end, Runnable cancel) {
    return new Task() {
      @Override
      public Future<String> end() {
        return end;
      }

      @Override
      public void cancel() {
        cancel.run();
      }
    };
  }
}
