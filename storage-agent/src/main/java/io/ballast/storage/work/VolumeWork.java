package io.ballast.storage.work;

import io.ballast.agent.Work;
import io.ballast.messages.Bytes;
import io.ballast.messages.Event;
import io.ballast.messages.HostId;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.storage.trade.Task;
import io.vertx.core.Future;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A task as the work of an operation, which tells each percent that it goes on. */
public final class VolumeWork implements Work {
  private final About about;
  private final Function<Task.Progress, Task> beginning;
  private final Runnable afterwards;
  private final AtomicInteger told = new AtomicInteger();
  private @Nullable Task task;

  /** Which operation it is, where, and on what, in the words of this trade. */
  public record About(OperationId operation, HostId host, String object) {}

  /**
   * Work that begins the task when it is run.
   *
   * @param afterwards is run when it has ended, or is left
   */
  public VolumeWork(About about, Function<Task.Progress, Task> beginning, Runnable afterwards) {
    this.about = about;
    this.beginning = beginning;
    this.afterwards = afterwards;
  }

  @Override
  public Future<Outcome> run(Consumer<Event> tell) {
    Task begun = beginning.apply((done, total) -> tell(done, total, tell));
    task = begun;
    return begun
        .end()
        .<Outcome>map(
            report ->
                new Outcome.Done(
                    Optional.empty(), Optional.of(report).filter(text -> !text.isBlank())))
        .onComplete(end -> afterwards.run());
  }

  private void tell(Bytes done, Bytes total, Consumer<Event> tell) {
    int percent = (int) (done.shareOf(total) * 100);
    if (told.getAndSet(percent) != percent) {
      tell.accept(
          new Event.WorkProgressed(about.operation(), about.host(), about.object(), done, total));
    }
  }

  @Override
  public Future<Void> cancel() {
    if (task != null) {
      task.cancel();
    }
    return Future.succeededFuture();
  }

  @Override
  public void leave() {
    afterwards.run();
  }
}
