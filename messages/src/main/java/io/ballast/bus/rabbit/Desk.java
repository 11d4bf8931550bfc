package io.ballast.bus.rabbit;

import io.ballast.bus.Address;
import io.ballast.bus.RefusedException;
import io.ballast.bus.carrier.Reception;
import io.ballast.bus.json.Parcel;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.rabbitmq.QueueOptions;
import io.vertx.rabbitmq.RabbitMQConsumer;
import io.vertx.rabbitmq.RabbitMQMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Takes the commands for one {@link Reception} from the broker's queues, on every session anew, and
 * acknowledges each only after its answer was confirmed, on the session that delivered it.
 */
final class Desk implements Link.Fixture {
  private final Reception reception;
  private final String name;
  private final DeadLetters deadLetters;
  private final Map<RabbitMQConsumer, Session> consumers = new ConcurrentHashMap<>();
  private volatile boolean stopped;

  Desk(Reception reception, String name) {
    this.reception = reception;
    this.name = name;
    this.deadLetters = new DeadLetters(name);
  }

  @Override
  public Future<Void> install(Session session) {
    consumers.clear();
    Future<?> all = fanouts(session);
    for (Address address : reception.addresses()) {
      all =
          all.compose(done -> Topology.calls(session, address))
              .compose(queue -> consume(session, queue, address))
              .compose(done -> Topology.casts(session, address))
              .compose(queue -> consume(session, queue, address));
    }
    return all.mapEmpty();
  }

  private Future<Void> fanouts(Session session) {
    String role = reception.address().role().word();
    String queue = role + ".all." + UUID.randomUUID();
    return session
        .queue(queue, Session.Lifespan.SESSION, new JsonObject())
        .compose(done -> session.bind(queue, Topology.FANOUTS, role))
        .compose(done -> consume(session, queue, Address.any(reception.address().role())));
  }

  private Future<Void> consume(Session session, String queue, Address address) {
    return session
        .consume(queue, options(address), message -> take(session, message))
        .onSuccess(consumer -> consumers.put(consumer, session))
        .mapEmpty();
  }

  /**
   * The one receiver at a host that connected last goes first: an earlier connection of the same
   * agent may be dead for some seconds before the broker knows.
   */
  private static QueueOptions options(Address address) {
    QueueOptions options = Wire.acknowledged();
    if (address.host().isPresent()) {
      options.setConsumerArguments(Map.of("x-priority", (int) (System.currentTimeMillis() / 1000)));
    }
    return options;
  }

  private void take(Session session, RabbitMQMessage message) {
    boolean cast = message.envelope().getExchange().equals(Topology.CASTS);
    if (stopped && cast) {
      session.giveBack(message);
      return;
    }
    Parcel parcel = Wire.parcel(message);
    answer(parcel, message.envelope().isRedeliver(), cast)
        .compose(
            answer ->
                buried(session, message, answer)
                    .compose(done -> replied(session, parcel, answer, cast)))
        .onSuccess(done -> session.acknowledge(message));
  }

  private Future<Reception.Answer> answer(Parcel parcel, boolean redelivered, boolean cast) {
    if (stopped) {
      return Future.succeededFuture(
          new Reception.Answer(
              new Reply.Refused(
                  Reason.NOT_READY, reception.address() + " is stopping; try again later"),
              false));
    }
    return reception.take(parcel, redelivered, cast);
  }

  private Future<Void> buried(Session session, RabbitMQMessage message, Reception.Answer answer) {
    return answer.dead() && answer.reply() instanceof Reply.Refused refused
        ? deadLetters.bury(session, message, refused)
        : Future.succeededFuture();
  }

  /** A cast is told only what went wrong. */
  private Future<Void> replied(
      Session session, Parcel parcel, Reception.Answer answer, boolean cast) {
    if (parcel.replyTo().isEmpty() || (cast && !(answer.reply() instanceof Reply.Refused))) {
      return Future.succeededFuture();
    }
    return reply(session, name, parcel, answer.reply());
  }

  static Future<Void> reply(Session session, String name, Parcel question, Reply reply) {
    Parcel parcel;
    try {
      parcel = Parcel.of(name, UUID.randomUUID().toString(), reply);
    } catch (RefusedException tooLarge) {
      parcel = Parcel.of(name, UUID.randomUUID().toString(), tooLarge.reply());
    }
    return session.publish(
        Wire.fleeting(
            "",
            question.replyTo().orElseThrow(),
            parcel.correlated(question.correlation().or(question::id)),
            Optional.empty()));
  }

  /** Stops taking commands; what was accepted is still answered. */
  Future<Void> stop() {
    stopped = true;
    List<Future<Void>> cancelled = new ArrayList<>();
    consumers.forEach((consumer, session) -> cancelled.add(session.cancel(consumer)));
    return Future.join(cancelled).mapEmpty();
  }
}
