package io.ballast.agent;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Command;
import io.ballast.messages.Event;
import io.ballast.messages.HostCommand;
import io.ballast.messages.HostId;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.StorageCommand;
import io.ballast.messages.VmId;
import io.ballast.testing.VirtualTime;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A fake trade in virtual time: each command takes a second, whether its agent lives or not, and
 * leaves a mark that can be seen afterwards.
 */
final class SmallTrade implements Trade {
  static final Duration TAKES = Duration.ofSeconds(1);
  private static final Duration LOOK = Duration.ofMillis(50);

  private final VirtualTime time;

  /** The commands that were carried out, in order, each as often as it was. */
  final List<OperationId> effects = new ArrayList<>();

  /** Objects on which something was begun while something else was under way. */
  final List<String> overlaps = new ArrayList<>();

  /** Objects on which nothing can be done now, and why. */
  final Map<String, RefusedException> unwilling = new HashMap<>();

  /** How many of the next looks at what became of something see nothing. */
  int blindLooks;

  /** Whether what is begun now does not come back. */
  boolean silent;

  private final Map<OperationId, String> underWay = new HashMap<>();

  SmallTrade(VirtualTime time) {
    this.time = time;
  }

  @Override
  public Handling handling(OperationId id, Optional<Long> epoch, Command<?> command) {
    return switch (command) {
      case HostCommand.Start start -> change(id, start.vm(), false);
      case HostCommand.Suspend suspend -> change(id, suspend.vm(), false);
      case HostCommand.Reboot reboot -> change(id, reboot.vm(), true);
      case HostCommand.Announce asked -> new Handling.Announce(asked.operation());
      case HostCommand.Withdraw asked -> new Handling.Withdraw(asked.operation());
      case HostCommand.InspectOperation asked -> new Handling.Inspect(asked.operation());
      case StorageCommand.SettleDisks asked ->
          new Handling.Deed(() -> Future.succeededFuture(new Reply.Accepted(id)));
      case HostCommand.Cancel asked ->
          new Handling.Cancel(
              asked.operation(),
              () ->
                  Future.failedFuture(
                      new RefusedException(Reason.UNKNOWN_OPERATION, "never heard of it")));
      case HostCommand.InspectVm asked ->
          new Handling.Question(
              () ->
                  Future.succeededFuture(
                      new Reply.VmInspected(Optional.empty(), Optional.empty())));
      default -> throw new RefusedException(Reason.UNKNOWN_KIND, "not for this trade");
    };
  }

  private Handling change(OperationId id, VmId vm, boolean endsEarly) {
    return new Handling.Change(
        vm.toString(),
        endsEarly,
        () -> later(LOOK).compose(looked -> check(id, vm)),
        () -> aftermath(id));
  }

  private Future<Work> check(OperationId id, VmId vm) {
    @Nullable RefusedException no = unwilling.get(vm.toString());
    return no == null
        ? Future.succeededFuture(new Job(id, vm.toString()))
        : Future.failedFuture(no);
  }

  private Work aftermath(OperationId id) {
    return tell ->
        later(LOOK)
            .compose(looked -> seen())
            .compose(looked -> underWay.containsKey(id) ? later(TAKES) : Future.succeededFuture())
            .map(
                looked ->
                    effects.contains(id)
                        ? new Outcome.Done(Optional.empty())
                        : new Outcome.Failed(Reason.INTERRUPTED, "it did not happen"));
  }

  private Future<Void> seen() {
    if (blindLooks == 0) {
      return Future.succeededFuture();
    }
    blindLooks--;
    return Future.failedFuture(new RefusedException(Reason.HYPERVISOR_STUCK, "it hangs"));
  }

  private Future<Void> later(Duration delay) {
    Promise<Void> done = Promise.promise();
    time.after(delay, done::complete);
    return done.future();
  }

  @Override
  public Event finished(OperationId operation, String object, Outcome outcome, Instant at) {
    return new Event.OperationFinished(operation, new HostId("h1"), VmId.of(object), outcome, at);
  }

  /** What leaves the mark. */
  private final class Job implements Work {
    private final OperationId id;
    private final String object;
    private final Promise<Outcome> end = Promise.promise();

    Job(OperationId id, String object) {
      this.id = id;
      this.object = object;
    }

    @Override
    public Future<Outcome> run(Consumer<Event> tell) {
      if (underWay.containsValue(object)) {
        overlaps.add(object);
      }
      underWay.put(id, object);
      boolean mute = silent;
      time.after(
          TAKES,
          () -> {
            if (underWay.remove(id) != null) {
              effects.add(id);
              if (mute) {
                end.tryFail(new RefusedException(Reason.MAY_YET_HAPPEN, "no answer"));
              } else {
                end.tryComplete(new Outcome.Done(Optional.empty()));
              }
            }
          });
      return end.future();
    }

    @Override
    public Future<Void> cancel() {
      if (underWay.remove(id) != null) {
        end.tryComplete(new Outcome.Failed(Reason.CANCELLED, "it was cancelled"));
      }
      return Future.succeededFuture();
    }
  }
}
