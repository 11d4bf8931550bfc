package io.ballast.host.work;

import io.ballast.agent.Loop;
import io.ballast.host.trade.Hypervisor;
import io.ballast.messages.HostCommand.ShutDown;
import io.ballast.messages.MigrationProgress;
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
  private boolean timeIsOver;

  public Shutdown(ShutDown order, Hypervisor hypervisor, Loop loop, Patience patience) {
    this.order = order;
    this.hypervisor = hypervisor;
    this.loop = loop;
    this.patience = patience;
  }

  @Override
  public Future<Outcome> run(Consumer<MigrationProgress> progress) {
    Loop.Timer limit = loop.after(order.within(), () -> timeIsOver = true);
    loop.here(hypervisor.shutDown(order.vm()))
        .onSuccess(asked -> look())
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
                outcome.tryFail(result.cause());
              }
            });
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
