package io.ballast.scheduler;

import io.ballast.bus.Bus;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Event;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Events on their way to the bus, told in their order, each kept until the bus has confirmed it.
 *
 * <p>While the bus is away they wait. Beyond {@value #MOST} the oldest tidings of moves and
 * decisions give way, which the fleet's picture tells anyway. An alert never does; only what would
 * tell nothing any more: beyond {@value #MOST_ALERTS}, one that was raised and resolved while both
 * waited. An event whose confirmation was lost is told again: listeners know events by what they
 * name. One Vert.x context.
 */
final class Outbox {
  private static final Logger log = LoggerFactory.getLogger(Outbox.class);
  private static final int MOST = 1000;
  private static final int MOST_ALERTS = 10_000;
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private final Context context;
  private final Bus bus;
  private final Deque<Event> waiting = new ArrayDeque<>();
  private int tidings;
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
    tidings += isTidings(event) ? 1 : 0;
    if (waiting.size() > MOST && !dropOldestTidings() && waiting.size() > MOST_ALERTS) {
      dropOldestEpisode();
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
    drop(event);
    next();
  }

  private void failed(Event event, Throwable cause) {
    if (cause instanceof RefusedException refused && !refused.reason().retryable()) {
      log.error("an event can't be told and is dropped: {}: {}", event, refused.getMessage());
      drop(event);
      next();
      return;
    }
    if (!away) {
      away = true;
      log.warn("the bus takes no events, they are kept and told later: {}", cause.getMessage());
    }
    context.owner().setTimer(RETRY_AFTER.toMillis(), timer -> next());
  }

  private boolean dropOldestTidings() {
    if (tidings == 0) {
      return false;
    }
    waiting.stream().filter(Outbox::isTidings).findFirst().ifPresent(this::drop);
    return true;
  }

  private void drop(Event event) {
    if (waiting.removeFirstOccurrence(event) && isTidings(event)) {
      tidings--;
    }
  }

  /** Drops an alert that is over before it could be told; one under way may have been told. */
  private void dropOldestEpisode() {
    Set<String> over = new HashSet<>();
    for (Event event : waiting) {
      if (event instanceof Event.AlertResolved resolved) {
        over.add(resolved.alert().id());
      }
    }
    waiting.stream()
        .skip(underWay ? 1 : 0)
        .flatMap(
            event ->
                event instanceof Event.AlertRaised raised
                    ? Stream.of(raised.alert().id())
                    : Stream.<String>empty())
        .filter(over::contains)
        .findFirst()
        .ifPresent(id -> waiting.removeIf(event -> alert(event).filter(id::equals).isPresent()));
  }

  private static boolean isTidings(Event event) {
    return alert(event).isEmpty();
  }

  /** The alert that an event tells of, if it does. */
  private static Optional<String> alert(Event event) {
    return switch (event) {
      case Event.AlertRaised raised -> Optional.of(raised.alert().id());
      case Event.AlertResolved resolved -> Optional.of(resolved.alert().id());
      case Event.MoveChanged moved -> Optional.empty();
      case Event.Decided decided -> Optional.empty();
      case Event.OperationProgressed progressed -> Optional.empty();
      case Event.OperationFinished finished -> Optional.empty();
      case Event.WorkProgressed progressed -> Optional.empty();
      case Event.WorkFinished finished -> Optional.empty();
    };
  }
}
