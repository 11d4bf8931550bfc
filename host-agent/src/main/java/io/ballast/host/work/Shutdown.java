package io.ballast.host.work;

import io.ballast.agent.Loop;
import io.ballast.agent.Work;
import io.ballast.host.trade.Hypervisor;
import io.ballast.messages.Event;
import io.ballast.messages.HostCommand.ShutDown;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Asks a guest to shut down and watches until it has, or until its time is over. A guest need not
 * listen; then it is left as it is. Lives on one loop.
 */
public final class Shutdown implements Work {
  private final ShutDown order;
  private final Hypervisor hypervisor;
  private final Loop loop;
  private final Patience patience;
  private final Promise<Outcome> outcome = Promise.promise();
  private final boolean asked;
  private boolean timeIsOver;

  /**
   * The shutdown of a guest.
   *
   * @param asked whether the guest may have been asked already, so that it is only watched
   */
  public Shutdown(
      ShutDown order, Hypervisor hypervisor, Loop loop, Patience patience, boolean asked) {
    this.order = order;
    this.hypervisor = hypervisor;
    this.loop = loop;
    this.patience = patience;
    this.asked = asked;
  }

  @Override
  public Future<Outcome> run(Consumer<Event> tell) {
    Loop.Timer limit = loop.after(order.within(), () -> timeIsOver = true);
    loop.here(
            asked
                ? Future.succeededFuture()
                : hypervisor.shutDown(order.vm(), order.defined().orElse(false)))
        .onSuccess(listening -> look())
        .onFailure(outcome::tryFail);
    return outcome.future().onComplete(ended -> limit.stop());
  }

  @Override
  public void leave() {
    outcome.tryComplete(new Outcome.Unknown("the agent stopped while the guest shut down"));
  }

  private void look() {
    if (outcome.future().isComplete()) {
      return;
    }
    boolean last = timeIsOver;
    loop.here(hypervisor.inspect(order.vm()))
        .onComplete(
            result -> {
              if (result.succeeded() && !result.result().filter(this::active).isPresent()) {
                outcome.tryComplete(new Outcome.Done(Optional.empty()));
              } else if (!last && !outcome.future().isComplete()) {
                loop.after(patience.again(), this::look);
              } else if (result.succeeded()) {
                outcome.tryComplete(stillThere());
              } else {
                outcome.tryComplete(unseen(result.cause()));
              }
            });
  }

  private static Outcome unseen(Throwable failure) {
    return new Outcome.Unknown(
        "the guest was asked to shut down, and it can't be seen whether it has: "
            + failure.getMessage());
  }

  private boolean active(Hypervisor.Description found) {
    return found.domain().state().active();
  }

  private Outcome stillThere() {
    return new Outcome.Failed(
        Reason.DEADLINE_PASSED,
        "the guest did not shut down within %d s and was left as it is; destroy cuts its power"
            .formatted(Math.max(1, order.within().toSeconds())));
  }
}
