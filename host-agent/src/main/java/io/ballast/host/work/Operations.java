package io.ballast.host.work;

import io.ballast.agent.Loop;
import io.ballast.bus.Bus;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Event;
import io.ballast.messages.HostId;
import io.ballast.messages.MigrationProgress;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply.Accepted;
import io.ballast.messages.VmId;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The work that is open on this host: at most one operation per virtual machine, each with its
 * events, of which exactly one is the final one.
 *
 * <p>An id stands for one operation. The same id again gets the first answer again, while the
 * operation is open and for the last {@value #REMEMBERED} that ended, and nothing is done twice.
 * All of this is memory: an agent that restarts has forgotten it. Lives on one loop.
 */
public final class Operations {
  private static final Logger LOG = LoggerFactory.getLogger(Operations.class);
  private static final int REMEMBERED = 1000;
  private static final Duration TELL_AGAIN = Duration.ofSeconds(1);

  private final HostId host;
  private final Bus bus;
  private final Loop loop;
  private final Clock clock;
  private final BiConsumer<Work.Kind, Outcome> ledger;
  private final Map<OperationId, Operation> open = new LinkedHashMap<>();
  private final Map<OperationId, Operation> ended = new LinkedHashMap<>();
  private Runnable afterwards = () -> {};
  private boolean stopped;

  /**
   * No work yet.
   *
   * @param ledger is told of each end, on the loop
   */
  public Operations(
      HostId host, Bus bus, Loop loop, Clock clock, BiConsumer<Work.Kind, Outcome> ledger) {
    this.host = host;
    this.bus = bus;
    this.loop = loop;
    this.clock = clock;
    this.ledger = ledger;
  }

  /** What is called whenever an operation ended, on the loop. */
  public void whenEnded(Runnable listener) {
    this.afterwards = listener;
  }

  /** The accepted operations that have not ended, oldest first. */
  public List<OperationId> open() {
    return open.values().stream().filter(o -> o.work != null).map(o -> o.id).toList();
  }

  /**
   * Claims a virtual machine, has the work checked, and begins it.
   *
   * @param check completes with the work, or fails with a refusal, after which nothing is claimed
   * @return the answer for the sender
   */
  public Future<Accepted> begin(
      OperationId id, VmId vm, Work.Kind kind, Supplier<Future<Work>> check) {
    Optional<Future<Accepted>> known = answerOf(id);
    if (known.isPresent()) {
      return known.get();
    }
    if (stopped) {
      return stopping();
    }
    Optional<RefusedException> busy = objection(vm);
    if (busy.isPresent()) {
      return Future.failedFuture(busy.get());
    }
    Operation operation = new Operation(id, vm, kind);
    open.put(id, operation);
    Future<Accepted> answer = check.get().transform(result -> checked(operation, result));
    operation.answer = answer;
    return answer;
  }

  /** Why nothing else may be done with a virtual machine, if something is. */
  Optional<RefusedException> objection(VmId vm) {
    return open.values().stream()
        .filter(operation -> operation.vm.equals(vm))
        .findFirst()
        .map(
            other ->
                new RefusedException(
                    Reason.BUSY,
                    other.words() + " works on virtual machine " + vm + "; wait for it to end"));
  }

  /** Whether an operation is open or remembered. */
  boolean knows(OperationId id) {
    return open.containsKey(id) || ended.containsKey(id);
  }

  private Future<Accepted> checked(Operation operation, AsyncResult<Work> result) {
    if (result.failed()) {
      open.remove(operation.id);
      return Future.failedFuture(result.cause());
    }
    if (stopped) {
      open.remove(operation.id);
      return stopping();
    }
    operation.work = result.result();
    LOG.info("{} of {} accepted as {}", operation.kind.words(), operation.vm, operation.id);
    loop.run(() -> run(operation, result.result()));
    return Future.succeededFuture(new Accepted(operation.id));
  }

  private void run(Operation operation, Work work) {
    Future<Outcome> end;
    try {
      end = loop.here(work.run(progress -> loop.run(() -> progressed(operation, progress))));
    } catch (RuntimeException e) {
      end = Future.failedFuture(e);
    }
    end.onComplete(
        result -> {
          if (result.succeeded()) {
            finish(operation, result.result());
          } else {
            if (!(result.cause() instanceof RefusedException)) {
              LOG.error("Operation {} failed in the agent", operation.id, result.cause());
            }
            finish(operation, Work.outcomeOf(result.cause()));
          }
        });
    if (!operation.cancels.isEmpty()) {
      work.cancel()
          .onFailure(e -> LOG.warn("{} was not cancelled: {}", operation.words(), e.getMessage()));
    }
  }

  private void progressed(Operation operation, MigrationProgress progress) {
    if (operation.outcome == null) {
      bus.fanout(new Event.OperationProgressed(operation.id, host, operation.vm, progress))
          .onFailure(e -> LOG.debug("Progress of {} was not told: {}", operation.id, e.toString()));
    }
  }

  private void finish(Operation operation, Outcome outcome) {
    if (operation.outcome != null) {
      return;
    }
    operation.outcome = outcome;
    open.remove(operation.id);
    ended.put(operation.id, operation);
    if (ended.size() > REMEMBERED) {
      ended.remove(ended.keySet().iterator().next());
    }
    ledger.accept(operation.kind, outcome);
    LOG.info("{} of {} ended: {}", operation.kind.words(), operation.vm, outcome);
    tell(new Event.OperationFinished(operation.id, host, operation.vm, outcome, clock.instant()));
    afterwards.run();
  }

  /** Tells a final event until the bus has taken it over. */
  private void tell(Event.OperationFinished event) {
    bus.fanout(event)
        .onFailure(
            e -> {
              LOG.warn("The end of {} could not be told: {}", event.operation(), e.getMessage());
              if (!stopped) {
                loop.after(TELL_AGAIN, () -> tell(event));
              }
            });
  }

  /** Asks an open operation to end early; one that is still checked ends as soon as it began. */
  Future<Accepted> cancel(OperationId cancel, OperationId id) {
    Operation operation = open.getOrDefault(id, ended.get(id));
    if (operation == null) {
      return refuse(
          Reason.UNKNOWN_OPERATION, "there is no operation " + id + " here; 'moves' lists them");
    }
    Accepted accepted = new Accepted(id);
    if (operation.cancels.contains(cancel)) {
      return Future.succeededFuture(accepted);
    }
    if (operation.outcome != null) {
      return refuse(
          Reason.UNKNOWN_OPERATION,
          "operation %s has already ended: %s".formatted(id, operation.outcome));
    }
    if (!operation.kind.endsEarly()) {
      return refuse(Reason.WRONG_STATE, "only a migration can be cancelled; wait for this to end");
    }
    Work work = operation.work;
    return (work == null ? Future.<Void>succeededFuture() : work.cancel())
        .map(
            asked -> {
              operation.cancels.add(cancel);
              return accepted;
            });
  }

  /** Ends all that is open as unknown, because the agent stops and can't watch it any longer. */
  public void stop() {
    stopped = true;
    Collection<Operation> left = List.copyOf(open.values());
    for (Operation operation : left) {
      if (operation.work != null) {
        finish(
            operation,
            new Outcome.Unknown(
                "the agent stopped while the hypervisor worked on it; look at the VM"));
        operation.work.leave();
      }
    }
  }

  private Optional<Future<Accepted>> answerOf(OperationId id) {
    if (ended.containsKey(id)) {
      return Optional.of(Future.succeededFuture(new Accepted(id)));
    }
    return Optional.ofNullable(open.get(id)).map(operation -> operation.answer);
  }

  private static Future<Accepted> stopping() {
    return refuse(Reason.NOT_READY, "the agent is stopping; try again when it is back");
  }

  private static <T> Future<T> refuse(Reason reason, String message) {
    return Future.failedFuture(new RefusedException(reason, message));
  }
}
