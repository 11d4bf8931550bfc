package io.ballast.agent;

import io.ballast.bus.Address;
import io.ballast.bus.Bus;
import io.ballast.bus.DeadLetters.Undone;
import io.ballast.messages.Event;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reply;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the bus has not taken over yet: final events, and casts that were never begun. Each is told
 * until it has, also by the next life of the agent. Whoever hears one twice knows it by its
 * operation. Lives on one loop.
 */
final class Tidings {
  private static final Logger LOG = LoggerFactory.getLogger(Tidings.class);
  private static final Duration TELL_AGAIN = Duration.ofSeconds(1);

  private final Address self;
  private final Bus bus;
  private final Loop loop;
  private final Memory memory;
  private final Map<OperationId, Promise<Void>> underWay = new HashMap<>();
  private boolean stopped;

  /**
   * @param self whom the commands were for
   */
  Tidings(Address self, Bus bus, Loop loop, Memory memory) {
    this.self = self;
    this.bus = bus;
    this.loop = loop;
    this.memory = memory;
  }

  /** Tells how an operation ended, until the bus has it. */
  void tell(OperationId operation, Event end) {
    Promise<Void> told = underWay.computeIfAbsent(operation, id -> Promise.promise());
    loop.here(bus.fanout(end))
        .onComplete(
            done -> {
              if (done.succeeded()) {
                underWay.remove(operation);
                memory.note(new Entry.Told(operation));
                told.complete();
              } else {
                LOG.warn(
                    "The end of {} could not be told: {}", operation, done.cause().getMessage());
                if (stopped) {
                  told.tryFail(done.cause());
                } else {
                  loop.after(TELL_AGAIN, () -> tell(operation, end));
                }
              }
            });
  }

  /** Lays a cast that was not begun with the dead letters; completes once the bus has it. */
  Future<Void> bury(Operation operation, Reply.Refused why) {
    Promise<Void> buried = Promise.promise();
    bury(
        new Undone(
            self,
            operation.id(),
            operation.order.sender(),
            operation.order.kind(),
            operation.body,
            operation.epoch.map(OptionalLong::of).orElseGet(OptionalLong::empty)),
        why,
        buried);
    return buried.future();
  }

  private void bury(Undone cast, Reply.Refused why, Promise<Void> buried) {
    loop.here(bus.deadLetters().bury(cast, why))
        .onSuccess(buried::complete)
        .onFailure(
            e -> {
              LOG.warn("{} is not with the dead letters yet: {}", cast.id(), e.getMessage());
              if (!stopped) {
                loop.after(TELL_AGAIN, () -> bury(cast, why, buried));
              }
            });
  }

  /** Tells of progress, once; nobody needs it. */
  void mention(Event progress) {
    bus.fanout(progress).onFailure(e -> LOG.debug("Progress was not told: {}", e.toString()));
  }

  /** Completes when all that is under way has arrived or failed; begins nothing anew. */
  Future<Void> stop() {
    stopped = true;
    return Future.join(List.copyOf(underWay.values()).stream().map(Promise::future).toList())
        .mapEmpty();
  }
}
