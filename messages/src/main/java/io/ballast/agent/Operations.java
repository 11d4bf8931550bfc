package io.ballast.agent;

import io.ballast.bus.Deadline;
import io.ballast.bus.RefusedException;
import io.ballast.bus.json.Codec;
import io.ballast.messages.Command;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply.Accepted;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The work that an agent was given: taken on, done in the order in which it came for each object,
 * and ended, each with exactly one final event, whatever happens to the agent in between.
 *
 * <pre>
 *   claimed --checked, written down--> running --its outcome, written down--> ended --> told
 *      |                                  ^  |
 *      | its object is busy, or           |  +-- did not come back, or the agent restarted:
 *      v can't be worked on now           |      looked at, until its outcome shows
 *   waiting --its turn, checked, written--+
 *      |
 *      +-- its time is over, or refused: laid aside, then ended; or cancelled: ended
 * </pre>
 *
 * Lives on one loop.
 */
final class Operations {
  private static final Logger LOG = LoggerFactory.getLogger(Operations.class);

  /** Pauses between attempts at what can't be done now, doubling. */
  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);

  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  /** How long it is looked again where it can't be seen whether something happened. */
  private static final Duration LOOKED_FOR = Duration.ofMinutes(10);

  private final Loop loop;
  private final Clock clock;
  private final Memory memory;
  private final Fencing fencing;
  private final Trade trade;
  private final Tidings tidings;
  private final Watcher watcher;
  private final Threshold threshold;
  private final Lines lines = new Lines();
  private final Map<OperationId, Operation> open = new LinkedHashMap<>();

  /** Learns of each end. */
  interface Watcher {
    /** An operation ended; called on the loop. */
    void ended(Order order, Outcome outcome);
  }

  Operations(
      Agent.Surroundings around,
      Memory memory,
      Fencing fencing,
      Trade trade,
      Tidings tidings,
      Watcher watcher) {
    this.loop = around.loop();
    this.clock = around.clock();
    this.memory = memory;
    this.fencing = fencing;
    this.trade = trade;
    this.tidings = tidings;
    this.watcher = watcher;
    this.threshold = new Threshold(memory);
  }

  /** The accepted operations that have not ended, oldest first. */
  List<OperationId> open() {
    return open.values().stream().filter(one -> one.accepted).map(Operation::id).toList();
  }

  /** Why nothing else may be done with an object now, if something is. */
  Optional<RefusedException> objection(String object) {
    return lines
        .first(object)
        .map(
            other ->
                new RefusedException(
                    Reason.BUSY,
                    other.order.words() + " works on " + object + "; wait for it to end"));
  }

  /** Takes on a command that has to be done now or not at all. */
  Future<Accepted> now(Operation operation) {
    Optional<RefusedException> busy = objection(operation.order.object());
    if (busy.isPresent()) {
      return Future.failedFuture(busy.get());
    }
    claim(operation);
    return first(operation).onFailure(refusal -> drop(operation));
  }

  /**
   * Takes on a command that may wait for its turn, and for better times, as long as it has time.
   */
  Future<Accepted> inTurn(Operation operation) {
    operation.cast = true;
    String object = operation.order.object();
    Optional<RefusedException> full = lines.full(object);
    if (full.isPresent()) {
      return Future.failedFuture(full.get());
    }
    if (!claim(operation)) {
      return queued(operation).onFailure(refusal -> drop(operation));
    }
    return first(operation)
        .recover(
            failure -> {
              if (!(failure instanceof RefusedException refused)
                  || !refused.reason().retryable()
                  || refused.reason() == Reason.NO_JOURNAL
                  || operation.deadline.passed()) {
                return Future.failedFuture(failure);
              }
              operation.setback = refused;
              return queued(operation).onSuccess(taken -> later(operation, FIRST_PAUSE));
            })
        .onFailure(refusal -> drop(operation));
  }

  private boolean claim(Operation operation) {
    open.put(operation.id(), operation);
    return lines.join(operation);
  }

  /** Forgets a command that was not taken on. */
  private void drop(Operation operation) {
    operation.waitsNoMore();
    open.remove(operation.id());
    lines.leave(operation).ifPresent(this::turn);
  }

  private Future<Accepted> queued(Operation operation) {
    return memory
        .keep(fencing.accepting(operation.epoch, taken(operation, false)))
        .map(
            kept -> {
              operation.accepted = true;
              LOG.info(
                  "{} of {} waits as {}",
                  operation.order.verb(),
                  operation.order.object(),
                  operation.id());
              watchTime(operation);
              if (operation.setback == null && lines.isFirst(operation)) {
                loop.run(() -> turn(operation));
              }
              return new Accepted(operation.id());
            });
  }

  /** Ends an operation that waits when its time is over. */
  private void watchTime(Operation operation) {
    operation.limit =
        loop.after(
            operation.deadline.left().plusMillis(1),
            () -> {
              if (!lines.isFirst(operation)) {
                operation.tooLate().ifPresent(late -> end(operation, late));
              }
            });
  }

  private Future<Accepted> first(Operation operation) {
    return checked(operation)
        .compose(
            work ->
                threshold.step(work, fencing.accepting(operation.epoch, taken(operation, true))))
        .map(
            work -> {
              operation.accepted = true;
              LOG.info(
                  "{} of {} accepted as {}",
                  operation.order.verb(),
                  operation.order.object(),
                  operation.id());
              loop.run(() -> begin(operation, work));
              return new Accepted(operation.id());
            });
  }

  private Future<Work> checked(Operation operation) {
    Future<Work> check;
    try {
      check = loop.here(operation.change.check().get());
    } catch (RuntimeException e) {
      check = Future.failedFuture(e);
    }
    return check.compose(
        work ->
            operation
                .objection
                .get()
                .or(() -> threshold.isClosed() ? Optional.of(stopping()) : Optional.empty())
                .<Future<Work>>map(
                    no -> {
                      work.leave();
                      return Future.failedFuture(no);
                    })
                .orElseGet(() -> Future.succeededFuture(work)));
  }

  /** What an agent says that takes on nothing any more. */
  static RefusedException stopping() {
    return new RefusedException(
        Reason.NOT_READY, "the agent is stopping; try again when it is back");
  }

  private Entry.Taken taken(Operation operation, boolean begun) {
    return new Entry.Taken(
        operation.order,
        operation.id(),
        clock.instant(),
        clock.instant().plus(operation.deadline.left()),
        operation.epoch,
        begun,
        operation.body);
  }

  /** The turn of an operation that waited has come. */
  private void turn(Operation operation) {
    if (operation.accepted) {
      attempt(operation, FIRST_PAUSE);
    }
  }

  private void later(Operation operation, Duration pause) {
    Duration left = operation.deadline.left();
    loop.after(
        pause.compareTo(left) < 0 ? pause : left.plusMillis(1),
        () -> attempt(operation, longer(pause)));
  }

  private static Duration longer(Duration pause) {
    Duration twice = pause.multipliedBy(2);
    return twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
  }

  private void attempt(Operation operation, Duration pause) {
    if (threshold.isClosed() || operation.ended() || operation.work != null) {
      return;
    }
    Optional<Outcome> late = operation.tooLate();
    if (late.isPresent()) {
      end(operation, late.get());
      return;
    }
    checked(operation)
        .compose(work -> threshold.step(work, new Entry.Begun(operation.id())))
        .onSuccess(work -> begin(operation, work))
        .onFailure(
            failure -> {
              if (failure instanceof RefusedException refused && refused.reason().retryable()) {
                operation.setback = refused;
                later(operation, pause);
              } else {
                end(operation, Verdict.of(failure));
              }
            });
  }

  private void begin(Operation operation, Work work) {
    if (threshold.isClosed()) {
      work.leave();
      threshold.turnBack(operation.id());
      return;
    }
    threshold.pass();
    Optional<Outcome> no =
        operation.tooLate().or(() -> fencing.stale(operation.epoch).map(Verdict::of));
    if (operation.ended() || no.isPresent()) {
      work.leave();
      no.ifPresent(outcome -> end(operation, outcome));
      return;
    }
    run(operation, work)
        .onComplete(
            done -> {
              if (done.succeeded()) {
                end(operation, done.result());
              } else if (Verdict.mayYetHappen(done.cause())) {
                LOG.warn("{}: {}", operation.order.words(), done.cause().getMessage());
                look(operation);
              } else {
                end(operation, Verdict.of(done.cause()));
              }
            });
  }

  private void look(Operation operation) {
    look(operation, FIRST_PAUSE, loop.now().plus(LOOKED_FOR));
  }

  /**
   * Finds out what became of it; looks again for a while where that can't be seen now, and as long
   * as what else goes on stands in its way.
   */
  private void look(Operation operation, Duration pause, Duration until) {
    if (threshold.isClosed() || operation.ended()) {
      return;
    }
    Work aftermath;
    try {
      aftermath = operation.change.aftermath().get();
    } catch (RuntimeException e) {
      end(operation, Verdict.afterLook(e));
      return;
    }
    run(operation, aftermath)
        .onComplete(
            done -> {
              if (done.succeeded()) {
                end(operation, done.result());
              } else if (Verdict.inTheWay(done.cause())
                  || (Verdict.unseen(done.cause()) && loop.now().compareTo(until) < 0)) {
                loop.after(pause, () -> look(operation, longer(pause), until));
              } else {
                end(operation, Verdict.afterLook(done.cause()));
              }
            });
  }

  private Future<Outcome> run(Operation operation, Work work) {
    operation.work = work;
    operation.waitsNoMore();
    Future<Outcome> end;
    try {
      end =
          loop.here(
              work.run(
                  event ->
                      loop.run(
                          () -> {
                            if (!operation.ended() && !threshold.isClosed()) {
                              operation.hear(event);
                              tidings.mention(event);
                            }
                          })));
    } catch (RuntimeException e) {
      end = Future.failedFuture(e);
    }
    if (!operation.cancels.isEmpty()) {
      work.cancel()
          .onFailure(
              e -> LOG.warn("{} was not cancelled: {}", operation.order.words(), e.getMessage()));
    }
    return end;
  }

  private void end(Operation operation, Outcome outcome) {
    if (operation.ended() || threshold.isClosed()) {
      return;
    }
    operation.outcome = outcome;
    operation.waitsNoMore();
    open.remove(operation.id());
    Entry.Ended ended = new Entry.Ended(operation.id(), outcome, clock.instant());
    LOG.info("{} of {} ended: {}", operation.order.verb(), operation.order.object(), outcome);
    operation
        .lost(outcome)
        .map(why -> tidings.bury(operation, why))
        .orElseGet(Future::succeededFuture)
        .compose(done -> memory.note(ended))
        .onComplete(
            noted ->
                tidings.tell(
                    operation.id(),
                    trade.finished(operation.id(), operation.order.object(), outcome, ended.at())));
    watcher.ended(operation.order, outcome);
    lines.leave(operation).ifPresent(this::turn);
  }

  /** Asks an open operation to end early; one that was not begun ends at once. */
  Future<Accepted> cancel(OperationId cancel, Operation operation) {
    Accepted accepted = new Accepted(operation.id());
    Work work = operation.work;
    if (work == null && operation.accepted) {
      end(operation, new Outcome.Failed(Reason.CANCELLED, "it was cancelled before it was begun"));
      return Future.succeededFuture(accepted);
    }
    if (!operation.change.endsEarly()) {
      return Future.failedFuture(
          new RefusedException(
              Reason.WRONG_STATE, "this can't be cancelled once it was begun; wait for its end"));
    }
    return (work == null ? Future.<Void>succeededFuture() : work.cancel())
        .map(
            asked -> {
              operation.cancels.add(cancel);
              return accepted;
            });
  }

  /** An operation that has not ended. */
  Optional<Operation> find(OperationId id) {
    return Optional.ofNullable(open.get(id));
  }

  /** Takes up what an earlier life of the agent left: watches, waits, tells. */
  void resume() {
    for (Item item : memory.untold()) {
      Item.Fate.Over over = (Item.Fate.Over) item.fate();
      tidings.tell(
          item.id(), trade.finished(item.id(), item.order().object(), over.outcome(), over.at()));
    }
    // What may have been begun goes first in its line, whatever waited for it when.
    List<Item> left = memory.open();
    for (boolean begun : List.of(true, false)) {
      for (Item item : left) {
        Item.Fate.Open fate = (Item.Fate.Open) item.fate();
        if (fate.begun() == begun) {
          resume(item, fate);
        }
      }
    }
  }

  private void resume(Item item, Item.Fate.Open left) {
    Duration given = Duration.between(item.at(), left.until());
    Duration rest = Duration.between(clock.instant(), left.until());
    Duration bounded = rest.compareTo(given) > 0 ? given : rest;
    Deadline deadline =
        Deadline.in(bounded.isNegative() ? Duration.ZERO : bounded, () -> loop.now().toNanos());
    Operation operation =
        new Operation(
            item.order(),
            change(item, left),
            deadline,
            left.epoch(),
            left.body(),
            () -> fencing.stale(left.epoch()));
    operation.accepted = true;
    operation.cast = !left.begun();
    boolean turn = claim(operation);
    LOG.info("{} of {} is taken up", item.order().words(), item.order().object());
    if (left.begun()) {
      look(operation);
    } else if (turn) {
      turn(operation);
    } else {
      watchTime(operation);
    }
  }

  /** What is to be done about a command of an earlier life; at worst, to say that nobody knows. */
  private Handling.Change change(Item item, Item.Fate.Open left) {
    try {
      Command<?> command =
          (Command<?>)
              Codec.decode(item.order().kind(), left.body().getBytes(StandardCharsets.UTF_8));
      if (trade.handling(item.id(), left.epoch(), command) instanceof Handling.Change change) {
        return change;
      }
    } catch (RefusedException e) {
      LOG.warn("{} is not understood any more: {}", item.order().words(), e.getMessage());
    }
    RefusedException lost =
        new RefusedException(
            Reason.INTERNAL, "this version of the agent can't take up what another one began");
    return new Handling.Change(
        item.order().object(),
        false,
        () -> Future.failedFuture(lost),
        () ->
            tell -> Future.succeededFuture(new Outcome.Unknown(String.valueOf(lost.getMessage()))));
  }

  /**
   * Begins and ends nothing any more, and watches nothing; what runs goes on without the agent.
   * Completes when all that was about to be begun is written down as what it is.
   */
  Future<Void> stop() {
    Future<Void> settled = threshold.close();
    for (Operation operation : List.copyOf(open.values())) {
      if (operation.work != null) {
        operation.work.leave();
      }
    }
    return settled;
  }
}
