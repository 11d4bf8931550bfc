package io.ballast.host.work;

import io.ballast.agent.Loop;
import io.ballast.agent.Work;
import io.ballast.host.trade.Hypervisor;
import io.ballast.messages.Event;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether something was done that may have been begun, by what the hypervisor says of the
 * virtual machine:
 *
 * <pre>
 *              running   paused    off       none
 *   start      done      done      not       not
 *   destroy    not       not       done      done
 *   suspend    not       done      not       not
 *   resume     done      not       not       not
 *   undefine   not       not       not       done
 *   reboot     can't be seen
 * </pre>
 *
 * "Not" counts once it has lasted, because the hypervisor may still be at it. Nothing is begun
 * again. Lives on one loop.
 */
public final class Aftermath implements Work {
  private final VmId vm;
  private final Predicate<Optional<VmState>> done;
  private final Hypervisor hypervisor;
  private final Loop loop;
  private final Patience patience;
  private final Promise<Outcome> outcome = Promise.promise();
  private @Nullable Duration notSince;
  private boolean tired;

  /**
   * What may have been done to a virtual machine.
   *
   * @param done whether it was, by the state of the VM; empty where there is no such VM
   */
  public Aftermath(
      VmId vm,
      Predicate<Optional<VmState>> done,
      Hypervisor hypervisor,
      Loop loop,
      Patience patience) {
    this.vm = vm;
    this.done = done;
    this.hypervisor = hypervisor;
    this.loop = loop;
    this.patience = patience;
  }

  /** What leaves no trace: nobody can say whether it was done. */
  public static Work unseen(String what) {
    return tell ->
        Future.succeededFuture(
            new Outcome.Unknown(
                "the agent was interrupted when it was about to "
                    + what
                    + ", and it can't be seen whether it did"));
  }

  @Override
  public Future<Outcome> run(Consumer<Event> tell) {
    Loop.Timer limit = loop.after(patience.doubt(), () -> tired = true);
    look();
    return outcome.future().onComplete(known -> limit.stop());
  }

  @Override
  public void leave() {
    outcome.tryComplete(new Outcome.Unknown("the agent stopped before it had found out"));
  }

  private void look() {
    if (outcome.future().isComplete()) {
      return;
    }
    loop.here(hypervisor.inspect(vm))
        .map(found -> found.map(it -> it.domain().state()))
        .onSuccess(this::judge)
        .onFailure(
            failure -> {
              notSince = null;
              again(
                  new Outcome.Unknown(
                      MigrationEnd.joined(String.valueOf(failure.getMessage()), "look at the VM")));
            });
  }

  private void judge(Optional<VmState> state) {
    if (done.test(state)) {
      outcome.tryComplete(new Outcome.Done(Optional.empty()));
      return;
    }
    Duration since = notSince == null ? loop.now() : notSince;
    notSince = since;
    Outcome.Failed failed =
        new Outcome.Failed(
            Reason.INTERRUPTED,
            "it was interrupted and did not happen: the VM is "
                + MigrationEnd.word(state)
                + "; send it again");
    if (loop.now().minus(since).compareTo(patience.settle()) >= 0) {
      outcome.tryComplete(failed);
    } else {
      again(failed);
    }
  }

  private void again(Outcome atLast) {
    if (tired) {
      outcome.tryComplete(atLast);
    } else {
      loop.after(patience.again(), this::look);
    }
  }
}
