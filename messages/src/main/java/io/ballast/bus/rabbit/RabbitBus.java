package io.ballast.bus.rabbit;

import io.ballast.bus.Address;
import io.ballast.bus.Bus;
import io.ballast.bus.BusState;
import io.ballast.bus.DeadLetters;
import io.ballast.bus.Deadline;
import io.ballast.bus.RefusedException;
import io.ballast.bus.Request;
import io.ballast.bus.Role;
import io.ballast.bus.carrier.Calls;
import io.ballast.bus.carrier.Listening;
import io.ballast.bus.carrier.Reception;
import io.ballast.bus.json.Kinds;
import io.ballast.bus.json.Parcel;
import io.ballast.messages.Beat;
import io.ballast.messages.Command;
import io.ballast.messages.Event;
import io.ballast.messages.Notice;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bus over RabbitMQ; {@link Topology} says how the verbs lie on its exchanges and queues.
 *
 * <p>Commands, events and beats have a connection each, so that none holds up the other. A
 * connection that is lost is replaced by a new one as long as the bus is not closed; what was
 * served and listened to is so again. Until then calls, casts and events wait for it up to their
 * own time, and beats are dropped.
 */
public final class RabbitBus implements Bus {
  /** How long an event waits for the broker to take it. */
  static final Duration EVENT_WITHIN = Duration.ofSeconds(30);

  private static final Logger LOG = LoggerFactory.getLogger(RabbitBus.class);

  /** Begins the correlation of a cast, to which only a refusal is ever replied. */
  private static final String CAST = "cast ";

  private final Vertx vertx;
  private final BusOptions options;
  private final Calls calls;
  private final Condition condition;
  private final Link commands;
  private final Link events;
  private final Link beats;
  private final Set<Desk> desks = ConcurrentHashMap.newKeySet();
  private volatile boolean closing;

  private RabbitBus(Vertx vertx, BusOptions options) {
    this.vertx = vertx;
    this.options = options;
    this.calls = new Calls(vertx);
    this.condition = new Condition(options);
    this.commands =
        link("commands", Topology::commands, why -> calls.failAll(Calls.Pending::sent, why));
    this.events = link("events", Topology::events, why -> {});
    this.beats = link("beats", Topology::beats, why -> {});
  }

  private Link link(
      String purpose, Function<Session, Future<Void>> topology, Consumer<String> lost) {
    return new Link(
        vertx,
        options,
        new Link.Plan(purpose, topology, this::mail),
        condition.watcher(purpose, lost));
  }

  /**
   * Joins the bus. The member can be used at once: it connects by itself, now and whenever the
   * connection is lost, until it is closed. {@link #connected()} tells how the first attempt ends.
   */
  public static RabbitBus connect(Vertx vertx, BusOptions options) {
    RabbitBus bus = new RabbitBus(vertx, options);
    bus.commands.add(new Responder(new Answers(options.name())));
    return bus;
  }

  /**
   * Completes when there is a connection. Fails with {@code BUS_LOST}, and why, when the attempt
   * under way fails; further attempts follow all the same.
   */
  public Future<Void> connected() {
    return commands.connected();
  }

  @Override
  public void onState(Consumer<BusState> listener) {
    condition.add(listener);
  }

  @Override
  public <R extends Reply> Future<R> call(Request<R> request) {
    Calls.Pending<R> call = calls.open(request);
    try {
      Parcel parcel = Parcel.of(options.name(), request).from(options.user());
      send(call, parcel);
    } catch (RefusedException e) {
      calls.fail(call.correlation(), e);
    }
    return call.reply();
  }

  private void send(Calls.Pending<?> call, Parcel parcel) {
    commands
        .session(call.reply())
        .onSuccess(session -> send(session, call, parcel))
        .onFailure(failure -> calls.fail(call.correlation(), failure));
  }

  private void send(Session session, Calls.Pending<?> call, Parcel parcel) {
    if (call.reply().isComplete()) {
      return;
    }
    Request<?> request = call.request();
    call.sent(true);
    session
        .publish(
            Wire.fleeting(
                Topology.CALLS,
                request.to().toString(),
                parcel.answeredAt(session.queue(), call.correlation()),
                Optional.of(call.deadline())))
        .onFailure(
            failure -> {
              if (failure instanceof Session.NotSent) {
                call.sent(false);
                send(call, parcel);
              } else {
                calls.fail(call.correlation(), failure);
              }
            });
  }

  @Override
  public Future<Void> cast(Request<?> request) {
    try {
      Parcel parcel =
          Parcel.of(options.name(), request)
              .from(options.user())
              .correlated(Optional.of(CAST + request.id()));
      return commands.ship(
          Wire.durable(
                  Topology.CASTS,
                  request.to().toString(),
                  parcel,
                  Optional.of(Deadline.in(request.within())))
              .answered(),
          request.within());
    } catch (RefusedException e) {
      return Future.failedFuture(e);
    }
  }

  @Override
  public Future<Void> fanout(Role role, Command<?> command) {
    try {
      return commands.ship(
          Wire.fleeting(
              Topology.FANOUTS,
              role.word(),
              Parcel.of(options.name(), UUID.randomUUID().toString(), command).from(options.user()),
              Optional.of(Deadline.in(Request.DEFAULT_WITHIN))),
          Request.DEFAULT_WITHIN);
    } catch (RefusedException e) {
      return Future.failedFuture(e);
    }
  }

  @Override
  public Future<Void> fanout(Notice notice) {
    try {
      Parcel parcel = Parcel.of(options.name(), UUID.randomUUID().toString(), notice);
      return switch (notice) {
        case Event event ->
            events.ship(
                Wire.durable(Topology.EVENTS, Kinds.of(event), parcel, Optional.empty()),
                EVENT_WITHIN);
        case Beat beat -> {
          Duration life = beat.pulse().interval().multipliedBy(2);
          beats.toss(
              Wire.fleeting(
                  Topology.BEATS, Kinds.of(beat), parcel, Optional.of(Deadline.in(life))));
          yield Future.succeededFuture();
        }
      };
    } catch (RefusedException e) {
      return Future.failedFuture(e);
    }
  }

  @Override
  public Future<Serving> serve(Address address, Receiver receiver) {
    Desk desk =
        new Desk(new Reception(address, receiver, vertx.getOrCreateContext()), options.name());
    if (closing) {
      return Future.failedFuture(Link.closed());
    }
    desks.add(desk);
    return commands.add(desk).map(served -> () -> stop(desk));
  }

  private Future<Void> stop(Desk desk) {
    commands.remove(desk);
    return desk.stop().onComplete(stopped -> desks.remove(desk));
  }

  @Override
  public <N extends Notice> Future<Serving> serve(Class<N> type, Consumer<N> listener) {
    Listening<N> listening = new Listening<>(type, listener, vertx.getOrCreateContext());
    List<Future<Serving>> heard = new ArrayList<>();
    if (!Event.class.isAssignableFrom(type)) {
      heard.add(listen(beats, new Ear<>(listening, Topology.BEATS, options.name())));
    }
    if (!Beat.class.isAssignableFrom(type)) {
      heard.add(listen(events, new Ear<>(listening, Topology.EVENTS, options.name())));
    }
    return Future.all(heard)
        .map(
            all ->
                () ->
                    Future.join(heard.stream().map(one -> one.result().stop()).toList())
                        .mapEmpty());
  }

  private static Future<Serving> listen(Link link, Ear<?> ear) {
    return link.add(ear)
        .map(
            heard ->
                () -> {
                  link.remove(ear);
                  return ear.stop();
                });
  }

  /** What comes to a session's own queue: replies to calls, and refusals of casts. */
  private void mail(Parcel reply) {
    String correlation = reply.correlation().orElse("");
    if (!correlation.startsWith(CAST)) {
      calls.settle(correlation, reply);
      return;
    }
    try {
      if (reply.open() instanceof Reply.Refused refused && refused.reason() != Reason.NO_RECEIVER) {
        LOG.warn("{} was refused: {}: {}", correlation, refused.reason(), refused.message());
      }
    } catch (RefusedException e) {
      LOG.warn("{} has an answer that can't be read: {}", correlation, e.getMessage());
    }
  }

  @Override
  public DeadLetters deadLetters() {
    return new Letters(vertx, options, commands);
  }

  @Override
  public Future<Void> close() {
    closing = true;
    condition.closed();
    return Future.join(desks.stream().map(this::stop).toList())
        .transform(stopped -> Future.join(commands.close(), events.close(), beats.close()))
        .onComplete(done -> calls.failAll(call -> true, "the bus was closed"))
        .mapEmpty();
  }
}
