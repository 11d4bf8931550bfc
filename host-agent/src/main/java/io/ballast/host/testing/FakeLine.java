package io.ballast.host.testing;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The line on which calls to a fake hypervisor come in; it may hang, be cut, or refuse. */
final class FakeLine {
  private final FakeWorld world;
  private final String uri;
  private State state = State.OPEN;
  private @Nullable RefusedException nextRefusal;

  FakeLine(FakeWorld world, String uri) {
    this.world = world;
    this.uri = uri;
  }

  /** What becomes of calls. */
  enum State {
    /** They are answered. */
    OPEN,
    /** They fail after the world's patience: looks as stuck, changes as begun and not done. */
    HANGING,
    /** They fail as unreachable at once. */
    CUT
  }

  void enter(State next) {
    synchronized (world) {
      state = next;
    }
  }

  boolean isOpen() {
    synchronized (world) {
      return state == State.OPEN;
    }
  }

  void refuseNext(RefusedException refusal) {
    synchronized (world) {
      nextRefusal = refusal;
    }
  }

  /** A call that would change something. */
  <T extends @Nullable Object> Future<T> change(Supplier<T> action) {
    return queue(
        Reason.MAY_YET_HAPPEN,
        () -> {
          RefusedException refusal = nextRefusal;
          if (refusal != null) {
            nextRefusal = null;
            throw refusal;
          }
          return action.get();
        });
  }

  /** A look; the action runs under the world's lock, with all guests advanced to now. */
  <T extends @Nullable Object> Future<T> call(Supplier<T> action) {
    return queue(Reason.HYPERVISOR_STUCK, action);
  }

  private <T extends @Nullable Object> Future<T> queue(Reason late, Supplier<T> action) {
    Promise<T> promise = Promise.promise();
    world.loop().run(() -> take(promise, late, action));
    return promise.future();
  }

  private <T extends @Nullable Object> void take(
      Promise<T> promise, Reason late, Supplier<T> action) {
    Runnable told =
        switch (current()) {
          case OPEN -> answer(promise, action);
          case HANGING ->
              () -> world.loop().after(world.patience(), () -> promise.tryFail(stuck(late)));
          case CUT -> () -> promise.tryFail(unreachable(uri));
        };
    told.run();
  }

  private State current() {
    synchronized (world) {
      return state;
    }
  }

  private <T extends @Nullable Object> Runnable answer(Promise<T> promise, Supplier<T> action) {
    synchronized (world) {
      world.advance();
      try {
        T result = action.get();
        return () -> promise.tryComplete(result);
      } catch (RefusedException e) {
        return () -> promise.tryFail(e);
      }
    }
  }

  static RefusedException unreachable(String uri) {
    return new RefusedException(
        Reason.HYPERVISOR_UNREACHABLE, "the hypervisor at " + uri + " can't be reached");
  }

  private RefusedException stuck(Reason late) {
    return new RefusedException(
        late,
        "the hypervisor at %s did not answer within %d ms"
            .formatted(uri, world.patience().toMillis()));
  }
}
