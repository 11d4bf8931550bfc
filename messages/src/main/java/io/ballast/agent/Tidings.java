package io.ballast.agent;

import io.ballast.bus.Bus;
import io.ballast.messages.Event;
import io.ballast.messages.OperationId;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The final events that the bus has not taken over yet: each is told until it has, also by the next
 * life of the agent. Whoever hears one twice knows it by its operation. Lives on one loop.
 */
final class Tidings {
  private static final Logger LOG = LoggerFactory.getLogger(Tidings.class);
  private static final Duration TELL_AGAIN = Duration.ofSeconds(1);

  private final Bus bus;
  private final Loop loop;
  private final Memory memory;
  private final Map<OperationId, Promise<Void>> underWay = new HashMap<>();
  private boolean stopped;

  Tidings(Bus bus, Loop loop, Memory memory) {
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
