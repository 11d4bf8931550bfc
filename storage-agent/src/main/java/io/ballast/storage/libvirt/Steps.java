package io.ballast.storage.libvirt;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import io.ballast.storage.tool.Rbd;
import io.ballast.storage.tool.Run;
import io.ballast.storage.trade.Task;
import io.vertx.core.Future;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Work of several runs, one after the other, that can be ended early. */
final class Steps {
  // Guarded by these steps.
  private @Nullable Run running;
  private boolean cancelled;

  /** The next step, unless the work was cancelled. */
  Future<String> then(Supplier<Run> next) {
    Run run;
    synchronized (this) {
      if (cancelled) {
        return tooEarly();
      }
      run = next.get();
      running = run;
    }
    return Rbd.told(run);
  }

  /** A step that is quick, and not ended once it was begun, so that its end is known. */
  Future<String> surely(Supplier<Run> last) {
    synchronized (this) {
      if (cancelled) {
        return tooEarly();
      }
      running = null;
    }
    return Rbd.told(last.get());
  }

  private static Future<String> tooEarly() {
    return Future.failedFuture(new RefusedException(Reason.CANCELLED, "it was cancelled"));
  }

  private synchronized void cancel() {
    cancelled = true;
    if (running != null) {
      running.cancel();
    }
  }

  /** The steps as one work. */
  Task task(Future<String> end) {
    return Task.telling(end, this::cancel);
  }
}
