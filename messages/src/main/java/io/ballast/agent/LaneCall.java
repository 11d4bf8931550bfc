package io.ballast.agent;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;

/**
 * A call on a lane and the promise of its answer, kept once whoever tries to. It knows whether it
 * was begun, and so what is to be said of it if it does not come back.
 */
final class LaneCall<C, T> {
  private final String lane;
  private final String what;
  private final Kind kind;
  private final Lane.Call<C, T> call;
  private final Promise<T> promise = Promise.promise();
  private volatile @Nullable ScheduledFuture<?> timer;

  // Guarded by the lane.
  private boolean begun;
  private boolean forbidden;

  LaneCall(String lane, String what, Kind kind, Lane.Call<C, T> call) {
    this.lane = lane;
    this.what = what;
    this.kind = kind;
    this.call = call;
  }

  /** What a call that did not come back may have done. */
  enum Kind {
    /** Nothing, whatever it was. */
    LOOK,
    /** What it was to do. */
    CHANGE
  }

  /** For people: what it is. */
  String what() {
    return what;
  }

  Future<T> answer() {
    return promise.future();
  }

  /** Gives it the timer of its deadline, which is stopped once there is an answer. */
  void dueBy(ScheduledFuture<?> deadline) {
    timer = deadline;
    if (promise.future().isComplete()) {
      deadline.cancel(false);
    }
  }

  /** Whether it may be made now, which it is then. */
  boolean begin() {
    begun = !forbidden;
    return begun;
  }

  /** Keeps it from being made, if it was not yet. */
  void forbid() {
    forbidden = true;
  }

  /** Makes it and returns how to tell the answer. */
  Runnable run(C connection) {
    T answer = call.on(connection);
    return () -> settled(promise.tryComplete(answer));
  }

  void fail(RefusedException refusal) {
    settled(promise.tryFail(refusal));
  }

  /** Keeps it from being made, or waits for it no longer; returns what is to be said of it. */
  RefusedException giveUp(String when) {
    forbid();
    if (!begun) {
      return notTried(" and given up " + when);
    }
    return kind == Kind.LOOK
        ? new RefusedException(Reason.HYPERVISOR_STUCK, noAnswer(what + " was given up " + when))
        : new RefusedException(
            Reason.MAY_YET_HAPPEN,
            noAnswer(what + " was begun, given up " + when + ", and may yet happen"));
  }

  /** What is to be said of it if it is never made. {@code why} goes on with the sentence. */
  RefusedException notTried(String why) {
    return new RefusedException(Reason.HYPERVISOR_STUCK, noAnswer(what + " was not tried" + why));
  }

  /** What is to be said of it after the connection was lost with it; it has to have begun. */
  RefusedException broken(RefusedException why) {
    return kind == Kind.LOOK
        ? why
        : new RefusedException(
            Reason.MAY_YET_HAPPEN,
            what
                + " was begun and may have happened, or may yet: "
                + why.getMessage()
                + " Then look before you ask for it again.");
  }

  private String noAnswer(String end) {
    return lane
        + " does not answer: "
        + end
        + ". Look whether it hangs, or a process that it waits for.";
  }

  private void settled(boolean now) {
    ScheduledFuture<?> running = timer;
    if (now && running != null) {
      running.cancel(false);
    }
  }
}
