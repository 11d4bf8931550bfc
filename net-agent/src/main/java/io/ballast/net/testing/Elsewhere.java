package io.ballast.net.testing;

import io.vertx.core.Future;
import io.vertx.core.Promise;

/** Answers of fakes that come on a thread of their own, as those of real tools do. */
final class Elsewhere {
  private Elsewhere() {}

  /** The same answer, a moment later, on some other thread. */
  static <T> Future<T> answer(Future<T> answer) {
    Promise<T> promise = Promise.promise();
    Thread.ofVirtual().start(() -> answer.onComplete(promise));
    return promise.future();
  }
}
