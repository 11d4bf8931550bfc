package io.ballast.scheduler;

import io.ballast.bus.Bus;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Event;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Events on their way to the bus, told in their order, each kept until the bus has confirmed it.
 *
 * <p>While the bus is away they wait, up to {@value #MOST}; then the oldest tidings of moves and
 * decisions give way first, which the fleet's picture tells anyway, and alerts last. An event whose
 * confirmation was lost is told again: listeners know events by what they name. One Vert.x context.
 */
final class Outbox {
  private static final Logger log = LoggerFactory.getLogger(Outbox.class);
  private static final int MOST = 1000;
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private final Context context;
  private final Bus bus;
  private final Deque<Event> waiting = new ArrayDeque<>();
  private boolean underWay;
  private boolean away;
  private boolean closed;

  Outbox(Context context, Bus bus) {
    this.context = context;
    this.bus = bus;
  }

  /** Tells an event as soon as those before it are told. */
  void tell(Event event) {
    waiting.addLast(event);
    if (waiting.size() > MOST) {
      giveWay();
    }
    next();
  }

  /** How many events wait to be confirmed. */
  int size() {
    return waiting.size();
  }

  /** Stops telling. */
  void close() {
    closed = true;
  }

  private void next() {
    if (underWay || closed || waiting.isEmpty()) {
      return;
    }
    underWay = true;
    Event event = waiting.getFirst();
    bus.fanout(event).onComplete(told -> context.runOnContext(here -> settled(event, told)));
  }

  private void settled(Event event, AsyncResult<Void> told) {
    underWay = false;
    if (told.succeeded()) {
      confirmed(event);
    } else {
      failed(event, told.cause());
    }
  }

  private void confirmed(Event event) {
    if (away) {
      away = false;
      log.info("the bus takes events again; {} waited", waiting.size());
    }
    waiting.removeFirstOccurrence(event);
    next();
  }

  private void failed(Event event, Throwable cause) {
    if (cause instanceof RefusedException refused && !refused.reason().retryable()) {
      log.error("an event can't be told and is dropped: {}: {}", event, refused.getMessage());
      waiting.removeFirstOccurrence(event);
      next();
      return;
    }
    if (!away) {
      away = true;
      log.warn("the bus takes no events, they are kept and told later: {}", cause.getMessage());
    }
    context.owner().setTimer(RETRY_AFTER.toMillis(), timer -> next());
  }

  private void giveWay() {
    for (Iterator<Event> events = waiting.iterator(); events.hasNext(); ) {
      switch (events.next()) {
        case Event.MoveChanged moved -> {
          events.remove();
          return;
        }
        case Event.Decided decided -> {
          events.remove();
          return;
        }
        case Event.AlertRaised raised -> {}
        case Event.AlertResolved resolved -> {}
        case Event.OperationProgressed progressed -> {}
        case Event.OperationFinished finished -> {}
      }
    }
    waiting.removeFirst();
  }
}
