package io.ballast.storage.testing;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import io.ballast.storage.trade.Task;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** How a fake answers: at once, later, or with a refusal. */
final class Mood {
  private final Object lock;
  private final List<Runnable> hanging = new ArrayList<>();
  private @Nullable String refusal;
  private boolean hangs;
  private boolean slow;

  /**
   * @param lock held while anything is answered or done
   */
  Mood(Object lock) {
    this.lock = lock;
  }

  void refuse(String message) {
    synchronized (lock) {
      refusal = message;
    }
  }

  void hang() {
    synchronized (lock) {
      hangs = true;
    }
  }

  void slow() {
    synchronized (lock) {
      slow = true;
    }
  }

  boolean isSlow() {
    synchronized (lock) {
      return slow;
    }
  }

  void loseWork() {
    synchronized (lock) {
      hanging.clear();
    }
  }

  void recover() {
    List<Runnable> now;
    synchronized (lock) {
      refusal = null;
      hangs = false;
      slow = false;
      now = List.copyOf(hanging);
      hanging.clear();
    }
    now.forEach(Runnable::run);
  }

  <T> Future<T> answer(Supplier<T> question) {
    synchronized (lock) {
      if (refusal != null) {
        return Future.failedFuture(new RefusedException(Reason.TRADE_REFUSED, refusal));
      }
      return hangs ? later(question) : tried(question);
    }
  }

  private <T> Future<T> tried(Supplier<T> question) {
    synchronized (lock) {
      try {
        return Future.succeededFuture(question.get());
      } catch (RefusedException e) {
        return Future.failedFuture(e);
      }
    }
  }

  private <T> Future<T> later(Supplier<T> question) {
    Promise<T> told = Promise.promise();
    Context asker = Vertx.currentContext();
    hanging.add(
        () -> {
          Future<T> answer = tried(question);
          if (asker == null) {
            answer.onComplete(told);
          } else {
            asker.runOnContext(now -> answer.onComplete(told));
          }
        });
    return told.future();
  }

  Task work(Supplier<String> doing) {
    synchronized (lock) {
      if (!slow) {
        return Task.telling(tried(doing), () -> {});
      }
      Promise<String> end = Promise.promise();
      hanging.add(
          () -> {
            if (!end.future().isComplete()) {
              tried(doing).onComplete(end);
            }
          });
      return Task.telling(
          end.future(),
          () -> end.tryFail(new RefusedException(Reason.CANCELLED, "it was cancelled")));
    }
  }
}
