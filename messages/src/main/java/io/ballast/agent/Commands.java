package io.ballast.agent;

import io.ballast.agent.Item.Fate;
import io.ballast.bus.Bus;
import io.ballast.bus.Deadline;
import io.ballast.bus.Envelope;
import io.ballast.bus.RefusedException;
import io.ballast.bus.json.Codec;
import io.ballast.bus.json.Kinds;
import io.ballast.messages.Command;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.Reply.Accepted;
import io.ballast.messages.Reply.OperationInspected;
import io.ballast.messages.Reply.OperationInspected.Stage;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the commands to an agent: each id once, from those who may, in time. What was answered is
 * answered the same again. Lives on one loop.
 */
final class Commands implements Bus.Receiver {
  private static final Logger LOG = LoggerFactory.getLogger(Commands.class);

  /** The time of a command whose sender gave it none. */
  private static final Duration USUAL_TIME = Duration.ofMinutes(5);

  private final Loop loop;
  private final Clock clock;
  private final Memory memory;
  private final Fencing fencing;
  private final Operations operations;
  private final Trade trade;
  private final Map<OperationId, Pending> pending = new HashMap<>();
  private boolean stopped;

  /** A command that is being answered. */
  private record Pending(Order order, Future<Accepted> answer) {}

  Commands(
      Loop loop, Clock clock, Memory memory, Fencing fencing, Operations operations, Trade trade) {
    this.loop = loop;
    this.clock = clock;
    this.memory = memory;
    this.fencing = fencing;
    this.operations = operations;
    this.trade = trade;
  }

  @Override
  public Future<? extends Reply> receive(Envelope envelope, Command<?> command) {
    Handling handling;
    try {
      handling = trade.handling(envelope.id(), epoch(envelope), command);
    } catch (RefusedException e) {
      return Future.failedFuture(e);
    }
    return switch (handling) {
      case Handling.Question question -> question.answer().get();
      case Handling.Inspect inspect -> inspect(inspect.operation());
      case Handling.Announce announce ->
          allowed(envelope, () -> announce(envelope, command, announce.operation()));
      case Handling.Withdraw withdraw -> allowed(envelope, () -> withdraw(withdraw.operation()));
      case Handling.Deed deed -> allowed(envelope, deed.doing());
      case Handling.Change change ->
          once(
              envelope,
              command,
              change.object(),
              order -> change(envelope, order, change, command));
      case Handling.Cancel cancel ->
          once(
              envelope,
              command,
              "operation " + cancel.operation(),
              order -> cancel(envelope, order, cancel));
    };
  }

  /** Does at once what its sender may have done. */
  private Future<? extends Reply> allowed(
      Envelope envelope, Supplier<Future<? extends Reply>> doing) {
    return objection(envelope, deadline(envelope))
        .<Future<? extends Reply>>map(Future::failedFuture)
        .orElseGet(() -> followed(envelope).compose(kept -> doing.get()));
  }

  /** Nothing is done for an epoch before an earlier one is shut out for good. */
  private Future<?> followed(Envelope envelope) {
    Entry[] entries = fencing.accepting(epoch(envelope));
    return entries.length == 0 ? Future.succeededFuture() : memory.keep(entries);
  }

  private Deadline deadline(Envelope envelope) {
    return envelope.deadline().orElseGet(() -> Deadline.in(USUAL_TIME, () -> loop.now().toNanos()));
  }

  /** Answers a command by what is known of its id, or as told and remembers the answer. */
  private Future<Accepted> once(
      Envelope envelope,
      Command<?> command,
      String object,
      Function<Order, Future<Accepted>> anew) {
    String kind = Kinds.of(command);
    Order order =
        new Order(
            envelope.id(),
            envelope.sender(),
            kind,
            Order.digest(kind, Codec.encode(command)),
            object);
    Optional<Future<Accepted>> known = known(order);
    if (known.isPresent()) {
      return known.get();
    }
    Future<Accepted> answer =
        objection(envelope, deadline(envelope))
            .<Future<Accepted>>map(Future::failedFuture)
            .orElseGet(() -> anew.apply(order))
            .recover(failure -> refused(envelope, order, failure));
    if (!answer.isComplete()) {
      pending.put(order.id(), new Pending(order, answer));
      answer.onComplete(done -> pending.remove(order.id()));
    }
    return answer;
  }

  private Optional<Future<Accepted>> known(Order order) {
    Pending asked = pending.get(order.id());
    if (asked != null) {
      return Optional.of(asked.order().isOf(order) ? asked.answer() : duplicate(order));
    }
    return heard(order.id())
        .map(item -> item.order().isOf(order) ? answer(item.fate()) : duplicate(order));
  }

  /** What is known of a command that came, or that may not come any more. */
  private Optional<Item> heard(OperationId id) {
    return memory.find(id).filter(item -> !(item.fate() instanceof Fate.Announced));
  }

  private static Future<Accepted> answer(Fate fate) {
    return switch (fate) {
      case Fate.Announced announced -> Future.failedFuture(withdrawn());
      case Fate.Refused refused -> refuse(refused.reason(), refused.message());
      case Fate.Open open -> Future.succeededFuture(new Accepted(open.operation()));
      case Fate.Over over -> Future.succeededFuture(new Accepted(over.operation()));
    };
  }

  private static Future<Accepted> duplicate(Order order) {
    return refuse(
        Reason.DUPLICATE_ID,
        "another command came under the id " + order.id() + " before; give each one its own");
  }

  /** Why a command that changes something may not be carried out, whatever it says. */
  private Optional<RefusedException> objection(Envelope envelope, Deadline deadline) {
    if (stopped) {
      return Optional.of(Operations.stopping());
    }
    if (deadline.passed()) {
      return Optional.of(
          new RefusedException(
              Reason.DEADLINE_PASSED, "the command came too late and was not carried out"));
    }
    return fencing.objection(envelope);
  }

  private Future<Accepted> change(
      Envelope envelope, Order order, Handling.Change change, Command<?> command) {
    Deadline deadline = deadline(envelope);
    Operation operation =
        new Operation(
            order,
            change,
            deadline,
            epoch(envelope),
            new String(Codec.encode(command), StandardCharsets.UTF_8),
            () -> objection(envelope, deadline));
    return envelope.cast() ? operations.inTurn(operation) : operations.now(operation);
  }

  private static Optional<Long> epoch(Envelope envelope) {
    return envelope.epoch().isPresent()
        ? Optional.of(envelope.epoch().getAsLong())
        : Optional.empty();
  }

  private Future<Accepted> cancel(Envelope envelope, Order order, Handling.Cancel cancel) {
    OperationId id = cancel.operation();
    return operations
        .find(id)
        .<Future<?>>map(operation -> operations.cancel(order.id(), operation))
        .orElseGet(() -> notOpen(cancel))
        .compose(
            done ->
                memory.keep(
                    fencing.accepting(
                        epoch(envelope),
                        Entry.done(
                            new Entry.Taken(
                                order,
                                id,
                                clock.instant(),
                                clock.instant(),
                                epoch(envelope),
                                true,
                                "")))))
        .map(new Accepted(id));
  }

  private Future<?> notOpen(Handling.Cancel cancel) {
    return heard(cancel.operation())
        .<Future<?>>map(
            item ->
                refuse(
                    Reason.UNKNOWN_OPERATION,
                    "operation %s is not open: %s".formatted(item.id(), words(item.fate()))))
        .orElseGet(() -> cancel.unknown().get());
  }

  private static String words(Fate fate) {
    return switch (fate) {
      case Fate.Announced announced -> "it has not come";
      case Fate.Refused refused -> "it was refused, " + refused.message();
      case Fate.Open open -> "it goes on";
      case Fate.Over over ->
          switch (over.outcome()) {
            case Outcome.Done done -> "it is done";
            case Outcome.Failed failed -> "it failed, " + failed.message();
            case Outcome.Unknown unknown -> "its end is unknown, " + unknown.message();
          };
    };
  }

  /**
   * A refusal is remembered, so that the command is not carried out when it comes once more. That
   * of a cast that may be tried again is not: it does come once more.
   */
  private Future<Accepted> refused(Envelope envelope, Order order, Throwable failure) {
    RefusedException refusal = refusal(order, failure);
    boolean passing =
        switch (refusal.reason()) {
          case NOT_READY, NO_JOURNAL -> true;
          default -> envelope.cast() && refusal.reason().retryable();
        };
    return passing
        ? Future.failedFuture(refusal)
        : memory
            .keep(
                new Entry.Refused(
                    order, clock.instant(), refusal.reason(), String.valueOf(refusal.getMessage())))
            .transform(kept -> Future.failedFuture(refusal));
  }

  private static RefusedException refusal(Order order, Throwable failure) {
    if (failure instanceof RefusedException refused) {
      return refused;
    }
    LOG.error("{} failed in the agent before it was begun", order.words(), failure);
    return new RefusedException(
        Reason.INTERNAL, "the agent failed before it began; its log has the details");
  }

  private Future<Accepted> announce(Envelope envelope, Command<?> command, OperationId id) {
    Accepted accepted = new Accepted(id);
    if (memory.find(id).isPresent() || pending.containsKey(id)) {
      return Future.succeededFuture(accepted);
    }
    Order order = Order.toCome(id, envelope.sender(), Kinds.of(command));
    return memory.keep(new Entry.Announced(order, clock.instant())).map(accepted);
  }

  private Future<OperationInspected> withdraw(OperationId id) {
    if (pending.containsKey(id)) {
      return refuse(Reason.BUSY, "operation " + id + " is being checked; ask again in a moment");
    }
    Optional<Item> announced =
        memory.find(id).filter(item -> item.fate() instanceof Fate.Announced);
    return announced.isEmpty() ? inspect(id) : withdraw(announced.get());
  }

  /** Whoever comes under its id while this is written down gets what is written, or fails too. */
  private Future<OperationInspected> withdraw(Item announced) {
    RefusedException why = withdrawn();
    Entry.Refused refused =
        new Entry.Refused(
            announced.order(), clock.instant(), why.reason(), String.valueOf(why.getMessage()));
    Future<Void> kept = memory.keep(refused);
    pending.put(
        announced.id(),
        new Pending(announced.order(), kept.compose(done -> Future.failedFuture(why))));
    return kept.onComplete(done -> pending.remove(announced.id()))
        .compose(done -> inspect(announced.id()));
  }

  private static RefusedException withdrawn() {
    return new RefusedException(
        Reason.NOT_TRIED, "it was withdrawn before it came; nothing was done, send it anew");
  }

  private Future<OperationInspected> inspect(OperationId id) {
    return heard(id)
        .map(item -> Future.succeededFuture(report(item)))
        .orElseGet(
            () ->
                Future.failedFuture(
                    new RefusedException(
                        Reason.UNKNOWN_OPERATION,
                        "this agent knows no operation "
                            + id
                            + "; it never came here or is too"
                            + " long ago")));
  }

  private OperationInspected report(Item item) {
    Order order = item.order();
    OperationInspected report =
        new OperationInspected(
            order.id(),
            order.kind(),
            order.object(),
            order.sender(),
            item.at(),
            Stage.WAITING,
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    return switch (item.fate()) {
      case Fate.Announced announced -> report;
      case Fate.Refused refused ->
          report.refused(new Reply.Refused(refused.reason(), refused.message()));
      case Fate.Open open ->
          open.begun()
              ? report.running(operations.find(order.id()).flatMap(one -> one.percent))
              : report;
      case Fate.Over over -> report.ended(over.outcome());
    };
  }

  private static <T> Future<T> refuse(Reason reason, String message) {
    return Future.failedFuture(new RefusedException(reason, message));
  }

  /** Takes on nothing more. */
  void stop() {
    stopped = true;
  }
}
