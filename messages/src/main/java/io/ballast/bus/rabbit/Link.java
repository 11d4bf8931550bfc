package io.ballast.bus.rabbit;

import io.ballast.bus.RefusedException;
import io.ballast.bus.json.Parcel;
import io.ballast.messages.Reason;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The way to the broker for one purpose: it keeps one {@link Session} after the other, each built
 * whole, with everything that is served, before anybody may use it.
 *
 * <p>Between two sessions it waits 0.2 s, and doubles that up to 5 s as long as attempts fail, each
 * time shortened at random by up to half, so that a fleet does not come back all at once.
 */
final class Link {
  private static final long SHORTEST_PAUSE_MILLIS = 200;
  private static final long LONGEST_PAUSE_MILLIS = 5_000;

  private static final long FURNISH_WITHIN_SECONDS = 20;

  /** How many messages wait for the next session before further ones are refused. */
  private static final int MOST_WAITING = 10_000;

  private final Vertx vertx;
  private final BusOptions options;
  private final Plan plan;
  private final Watcher watcher;
  private final Context context;
  private final List<Place> places = new ArrayList<>();
  private final List<Promise<Session>> waiting = new ArrayList<>();
  private Promise<Void> attempt = Promise.promise();
  private @Nullable Session session;
  private boolean started;
  private boolean closed;
  private int failures;

  /** What every session of a link has. */
  record Plan(String purpose, Function<Session, Future<Void>> topology, Handler<Parcel> mail) {}

  /** Something that each session sets up anew, such as a consumer. */
  interface Fixture {
    Future<Void> install(Session session);
  }

  /** Learns how a link fares. */
  interface Watcher {
    void up();

    void down(String why);
  }

  /** A fixture, and which session has it or is about to. */
  private static final class Place {
    private final Fixture fixture;
    private final Promise<Void> ready = Promise.promise();
    private @Nullable Session on;
    private Future<Void> installed = Future.succeededFuture();

    Place(Fixture fixture) {
      this.fixture = fixture;
    }

    /** Sees to it that a session has the fixture, once. If that fails the session ends. */
    Future<Void> install(Session session) {
      if (!session.equals(on)) {
        on = session;
        installed = fixture.install(session);
      }
      return installed;
    }

    /** The same on the session that everybody uses now. */
    void adopt(Session session) {
      install(session).onSuccess(done -> ready.tryComplete());
    }
  }

  Link(Vertx vertx, BusOptions options, Plan plan, Watcher watcher) {
    this.vertx = vertx;
    this.options = options;
    this.plan = plan;
    this.watcher = watcher;
    this.context = ((VertxInternal) vertx).createEventLoopContext();
  }

  /** Begins to keep sessions, if it has not yet. */
  void start() {
    context.runOnContext(
        now -> {
          if (!started && !closed) {
            started = true;
            build();
          }
        });
  }

  /** The attempt under way: completes when there is a session, fails with why there is none. */
  Future<Void> connected() {
    return onContext(() -> session != null ? Future.succeededFuture() : attempt.future());
  }

  /** Completes once the first session has the fixture; every later one will have it too. */
  Future<Void> add(Fixture fixture) {
    start();
    return onContext(
        () -> {
          if (closed) {
            return Future.failedFuture(closed());
          }
          Place place = new Place(fixture);
          places.add(place);
          if (session != null) {
            place.adopt(session);
          }
          return place.ready.future();
        });
  }

  /** Later sessions do without the fixture. */
  void remove(Fixture fixture) {
    context.runOnContext(now -> places.removeIf(place -> place.fixture.equals(fixture)));
  }

  /** Publishes on this session or, as long as it was not handed to one, the next; confirmed. */
  Future<Void> ship(Shipment shipment, Duration within) {
    start();
    Promise<Void> done = Promise.promise();
    long millis = within.toMillis();
    long timer = vertx.setTimer(millis, late -> done.tryFail(shipment.late(millis)));
    done.future().onComplete(settled -> vertx.cancelTimer(timer));
    ship(shipment, done);
    return done.future();
  }

  private void ship(Shipment shipment, Promise<Void> done) {
    session(done.future())
        .compose(
            now -> done.future().isComplete() ? Future.succeededFuture() : now.publish(shipment))
        .onSuccess(done::tryComplete)
        .onFailure(
            failure -> {
              if (!(failure instanceof Session.NotSent)) {
                done.tryFail(failure);
              } else if (!done.future().isComplete()) {
                ship(shipment, done);
              }
            });
  }

  /** Publishes if there is a session now, and not at all otherwise. */
  void toss(Shipment shipment) {
    start();
    context.runOnContext(
        now -> {
          if (session != null) {
            session.toss(shipment);
          }
        });
  }

  /**
   * The session that stands, or the next one.
   *
   * @param until after which nobody waits for it any more
   */
  Future<Session> session(Future<?> until) {
    return onContext(
        () -> {
          if (closed) {
            return Future.failedFuture(closed());
          }
          if (session != null && !session.over()) {
            return Future.succeededFuture(session);
          }
          if (waiting.size() >= MOST_WAITING) {
            return Future.failedFuture(
                new RefusedException(
                    Reason.BUS_LOST, "too much waits for the connection to the broker already"));
          }
          Promise<Session> next = Promise.promise();
          waiting.add(next);
          until.onComplete(over -> context.runOnContext(now -> waiting.remove(next)));
          return next.future();
        });
  }

  private void build() {
    Session.open(vertx, options, plan.purpose(), plan.mail())
        .compose(this::furnished)
        .onComplete(
            built ->
                context.runOnContext(
                    now -> {
                      if (built.succeeded()) {
                        adopt(built.result());
                      } else {
                        failed(Wire.words(built.cause()));
                      }
                    }));
  }

  /** The session with everything in it, or why it ended before it was complete. */
  private Future<Session> furnished(Session opened) {
    Promise<Session> built = Promise.promise();
    opened.ended().onSuccess(built::tryFail);
    plan.topology()
        .apply(opened)
        .compose(done -> onContext(() -> furnish(opened)))
        .timeout(FURNISH_WITHIN_SECONDS, TimeUnit.SECONDS)
        .onSuccess(done -> built.tryComplete(opened))
        .onFailure(failure -> opened.end(Wire.words(failure)));
    return built.future();
  }

  private Future<Void> furnish(Session opened) {
    Future<Void> all = Future.succeededFuture();
    for (Place place : List.copyOf(places)) {
      all = all.compose(done -> place.install(opened));
    }
    return all;
  }

  private void adopt(Session opened) {
    if (closed) {
      opened.end("the bus was closed");
      return;
    }
    session = opened;
    failures = 0;
    opened.ended().onSuccess(why -> context.runOnContext(now -> ended(why)));
    watcher.up();
    attempt.tryComplete();
    places.forEach(place -> place.adopt(opened));
    List<Promise<Session>> served = List.copyOf(waiting);
    waiting.clear();
    served.forEach(promise -> promise.complete(opened));
  }

  private void ended(String why) {
    session = null;
    if (!closed) {
      attempt = Promise.promise();
      watcher.down(why);
      again();
    }
  }

  private void failed(String why) {
    if (!closed) {
      Promise<Void> over = attempt;
      attempt = Promise.promise();
      failures++;
      watcher.down(why);
      over.tryFail(
          new RefusedException(Reason.BUS_LOST, "no broker at " + options.address() + ": " + why));
      again();
    }
  }

  private void again() {
    long pause = Math.min(LONGEST_PAUSE_MILLIS, SHORTEST_PAUSE_MILLIS << Math.min(failures, 10));
    long shortened = pause - ThreadLocalRandom.current().nextLong(pause / 2);
    vertx.setTimer(
        shortened,
        now ->
            context.runOnContext(
                then -> {
                  if (!closed) {
                    build();
                  }
                }));
  }

  /** Ends the session and keeps no other. */
  Future<Void> close() {
    return onContext(
        () -> {
          closed = true;
          attempt.tryFail(closed());
          waiting.forEach(promise -> promise.fail(closed()));
          waiting.clear();
          places.forEach(place -> place.ready.tryFail(closed()));
          return session == null ? Future.succeededFuture() : session.end("the bus was closed");
        });
  }

  static RefusedException closed() {
    return new RefusedException(Reason.BUS_LOST, "the bus is closed");
  }

  private <T> Future<T> onContext(Supplier<Future<T>> work) {
    Promise<T> promise = Promise.promise();
    context.runOnContext(now -> work.get().onComplete(promise));
    return promise.future();
  }
}
