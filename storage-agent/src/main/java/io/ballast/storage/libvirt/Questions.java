package io.ballast.storage.libvirt;

import io.ballast.agent.Lane;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Questions to a libvirt about its pools, and changes of them: each with a limit of time, answered
 * on the asker's context. What the lane says of a failure is told as this trade's.
 *
 * @param uri of the libvirt, for people
 */
record Questions(Vertx vertx, String uri) {
  /** Asks something that changes nothing. */
  <T> Future<T> ask(Lane<Pools> lane, String what, Duration limit, Lane.Call<Pools, T> question) {
    return onContext(
        lane.look(what, limit, question)
            .recover(failure -> Future.failedFuture(ofThisTrade(failure, what, limit))));
  }

  /** Has something changed. */
  Future<Void> change(Lane<Pools> lane, String what, Duration limit, Consumer<Pools> deed) {
    return onContext(
        lane.run(what, limit, deed)
            .recover(failure -> Future.failedFuture(ofThisTrade(failure, what, limit))));
  }

  /** An answer on the context of who asks now. */
  <T> Future<T> onContext(Future<T> future) {
    Context context = vertx.getOrCreateContext();
    Promise<T> told = Promise.promise();
    future.onComplete(end -> context.runOnContext(now -> told.handle(end)));
    return told.future();
  }

  private RefusedException ofThisTrade(Throwable failure, String what, Duration limit) {
    if (!(failure instanceof RefusedException refused)) {
      return refused(what, failure);
    }
    return switch (refused.reason()) {
      case TRADE_REFUSED, UNKNOWN_POOL, WRONG_STATE, NAME_TAKEN, MAY_YET_HAPPEN -> refused;
      case HYPERVISOR_STUCK ->
          new RefusedException(
              Reason.TRADE_REFUSED,
              "libvirt at %s did not answer within %d ms; look whether libvirtd hangs"
                  .formatted(uri, limit.toMillis()));
      default -> refused(what, refused);
    };
  }

  private RefusedException refused(String what, Throwable why) {
    return new RefusedException(
        Reason.TRADE_REFUSED, "%s of %s failed: %s".formatted(what, uri, why.getMessage()));
  }
}
