package io.ballast.bus.rabbit;

import io.ballast.bus.Address;
import io.ballast.bus.carrier.Reception;
import io.ballast.bus.json.Parcel;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import io.vertx.rabbitmq.QueueOptions;
import io.vertx.rabbitmq.RabbitMQConsumer;
import io.vertx.rabbitmq.RabbitMQMessage;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Takes the commands for one {@link Reception} from the broker's queues, on every session anew, and
 * acknowledges each only after its answer was confirmed, on the session that delivered it.
 */
final class Desk implements Link.Fixture {
  /** How long what was begun may take to be answered once the desk is to stop. */
  private static final long STOP_WITHIN_SECONDS = 4;

  /** How long the broker may take to let a queue of casts be consumed, and how often it may not. */
  private static final long CONSUME_WITHIN_SECONDS = 5;

  private static final int MOST_SILENCES = 2;

  private final Reception reception;
  private final Answers answers;
  private final Map<Address, Integer> silences = new ConcurrentHashMap<>();
  private final Set<Future<Void>> underWay = ConcurrentHashMap.newKeySet();

  private volatile @Nullable Shift shift;
  private volatile boolean stopped;

  /** What is taken on one session. */
  private static final class Shift {
    private final Session session;
    private final Promise<Void> installed = Promise.promise();
    private final List<RabbitMQConsumer> consumers = new CopyOnWriteArrayList<>();

    /** Completes when no queue delivers any more: what is given back before would come again. */
    private final Promise<Void> over = Promise.promise();

    Shift(Session session) {
      this.session = session;
    }

    /** Ends it, after what is being installed. */
    Future<Void> end() {
      return installed
          .future()
          .compose(
              done ->
                  Future.join(
                      consumers.stream()
                          .map(
                              consumer ->
                                  session.cancel(consumer).compose(gone -> session.settled()))
                          .toList()))
          .transform(
              done -> {
                over.tryComplete();
                return Future.succeededFuture();
              });
    }
  }

  Desk(Reception reception, String name) {
    this.reception = reception;
    this.answers = new Answers(name);
  }

  @Override
  public Future<Void> install(Session session) {
    Shift next = new Shift(session);
    shift = next;
    session
        .ended()
        .onSuccess(
            why -> {
              next.over.tryComplete();
              reception.wake();
            });
    Future<Void> all = fanouts(next);
    for (Address address : reception.addresses()) {
      all = all.compose(done -> calls(next, address)).compose(done -> casts(next, address));
    }
    return all.onComplete(done -> next.installed.complete());
  }

  private Future<Void> fanouts(Shift next) {
    Session session = next.session;
    Address all = Address.any(reception.address().role());
    String queue = Topology.FANOUTS + ".for." + UUID.randomUUID();
    return session
        .queue(queue, Session.Lifespan.SESSION, new JsonObject())
        .compose(done -> session.bind(queue, Topology.FANOUTS, all.toString()))
        .compose(done -> consume(next, queue, all, Reception.Way.FANOUT));
  }

  private Future<Void> calls(Shift next, Address address) {
    return Topology.calls(next.session, address)
        .compose(queue -> consume(next, queue, address, Reception.Way.CALL));
  }

  /**
   * A quorum queue whose broker crashed within a second of its declaration comes back without its
   * log, and never has a leader again: who consumes it waits for ever. After the second time it is
   * declared anew, if it holds nothing.
   */
  private Future<Void> casts(Shift next, Address address) {
    Session session = next.session;
    boolean anew = silences.getOrDefault(address, 0) >= MOST_SILENCES;
    return Topology.casts(session, address, anew)
        .compose(
            queue ->
                consume(next, queue, address, Reception.Way.CAST)
                    .timeout(CONSUME_WITHIN_SECONDS, TimeUnit.SECONDS)
                    .onSuccess(done -> silences.remove(address))
                    .onFailure(failure -> silent(session, queue, address, failure)));
  }

  private void silent(Session session, String queue, Address address, Throwable failure) {
    if (failure instanceof TimeoutException) {
      silences.merge(address, 1, Integer::sum);
      session.end(
          "the broker did not let the queue "
              + queue
              + " be consumed within "
              + CONSUME_WITHIN_SECONDS
              + " s");
    }
  }

  private Future<Void> consume(Shift next, String queue, Address address, Reception.Way way) {
    return stopped
        ? Future.succeededFuture()
        : next.session
            .consume(queue, options(address), message -> take(next, message, way))
            .onSuccess(next.consumers::add)
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

  private void take(Shift now, RabbitMQMessage message, Reception.Way way) {
    Session session = now.session;
    Parcel parcel = Wire.parcel(message);
    Future<Void> end =
        answer(session, parcel, message.envelope().isRedeliver(), way)
            .compose(
                answer ->
                    switch (answer) {
                      case Reception.Answer.Left left ->
                          now.over
                              .future()
                              .compose(
                                  done ->
                                      session.over()
                                          ? Future.succeededFuture()
                                          : session.giveBack(message));
                      case Reception.Answer.Given given ->
                          told(session, parcel, given.reply(), way)
                              .compose(told -> session.acknowledge(message));
                      case Reception.Answer.Dead dead ->
                          new Burial(answers.name(), reception.address().toString())
                              .bury(session, message, dead.reply())
                              .compose(buried -> told(session, parcel, dead.reply(), way))
                              .compose(told -> session.acknowledge(message));
                    });
    underWay.add(end);
    end.onComplete(settled -> underWay.remove(end));
  }

  private Future<Reception.Answer> answer(
      Session session, Parcel parcel, boolean redelivered, Reception.Way way) {
    if (!stopped) {
      return reception.take(parcel, redelivered, way, () -> !stopped && !session.over());
    }
    return Future.succeededFuture(
        way == Reception.Way.CAST
            ? new Reception.Answer.Left()
            : new Reception.Answer.Given(
                new Reply.Refused(
                    Reason.NOT_READY, reception.address() + " is stopping; try again later")));
  }

  /** A cast is told only what went wrong. */
  private Future<Void> told(Session session, Parcel parcel, Reply reply, Reception.Way way) {
    return way == Reception.Way.CAST && !(reply instanceof Reply.Refused)
        ? Future.succeededFuture()
        : answers.give(session, parcel, reply);
  }

  /** Stops taking commands; what was begun is still answered, for a while. */
  Future<Void> stop() {
    stopped = true;
    Shift last = shift;
    return (last == null ? Future.<Void>succeededFuture() : last.end())
        .transform(
            done -> {
              reception.wake();
              return Future.join(List.copyOf(underWay));
            })
        .timeout(STOP_WITHIN_SECONDS, TimeUnit.SECONDS)
        .transform(over -> Future.succeededFuture());
  }
}
