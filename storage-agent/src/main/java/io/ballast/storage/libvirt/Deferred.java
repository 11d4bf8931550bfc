package io.ballast.storage.libvirt;

import io.ballast.storage.trade.Task;
import io.vertx.core.Future;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Work that begins once something was looked up. */
final class Deferred implements Task {
  private final Future<String> end;

  // Guarded by this task.
  private @Nullable Task begun;
  private boolean cancelled;

  private Deferred(Future<Task> work, Supplier<Future<Void>> afterwards) {
    end =
        work.compose(
                task -> {
                  begin(task);
                  return task.end();
                })
            .eventually(afterwards);
  }

  /**
   * Work that is known later.
   *
   * @param afterwards what is done at last, however it ended; its failure changes nothing
   */
  static Task of(Future<Task> work, Supplier<Future<Void>> afterwards) {
    return new Deferred(work, afterwards);
  }

  private synchronized void begin(Task task) {
    begun = task;
    if (cancelled) {
      task.cancel();
    }
  }

  @Override
  public Future<String> end() {
    return end;
  }

  @Override
  public synchronized void cancel() {
    cancelled = true;
    if (begun != null) {
      begun.cancel();
    }
  }
}
