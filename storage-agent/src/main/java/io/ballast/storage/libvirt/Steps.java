package io.ballast.storage.libvirt;

import io.ballast.agent.tool.Run;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import io.ballast.storage.tool.Download;
import io.ballast.storage.trade.Task;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Work of several runs, one after the other, that can be ended early. */
final class Steps {
  private final Function<Run, Future<String>> told;

  // Guarded by these steps.
  private @Nullable Runnable ending;
  private boolean cancelled;

  /**
   * @param told what a run printed, its failure in words for people
   */
  Steps(Function<Run, Future<String>> told) {
    this.told = told;
  }

  /** The next step, unless the work was cancelled. */
  Future<String> then(Supplier<Run> next) {
    Run run;
    synchronized (this) {
      if (cancelled) {
        return tooEarly();
      }
      run = next.get();
      ending = run::cancel;
    }
    return told.apply(run);
  }

  /** A step that fetches a file. */
  Future<Path> fetched(Supplier<Download> next) {
    Download download;
    synchronized (this) {
      if (cancelled) {
        return tooEarly();
      }
      download = next.get();
      ending = download::cancel;
    }
    return download.end();
  }

  /** A step that is quick, and not ended once it was begun, so that its end is known. */
  Future<String> surely(Supplier<Run> last) {
    synchronized (this) {
      if (cancelled) {
        return tooEarly();
      }
      ending = null;
    }
    return told.apply(last.get());
  }

  private static <T> Future<T> tooEarly() {
    return Future.failedFuture(new RefusedException(Reason.CANCELLED, "it was cancelled"));
  }

  private synchronized void cancel() {
    cancelled = true;
    if (ending != null) {
      ending.run();
    }
  }

  /** The steps as one work. */
  Task task(Future<String> end) {
    return Task.telling(end, this::cancel);
  }
}
