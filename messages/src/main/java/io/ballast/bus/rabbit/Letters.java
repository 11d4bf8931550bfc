package io.ballast.bus.rabbit;

import com.rabbitmq.client.AMQP;
import io.ballast.bus.DeadLetter;
import io.ballast.bus.DeadLetters;
import io.ballast.bus.Deadline;
import io.ballast.bus.RefusedException;
import io.ballast.bus.Request;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.rabbitmq.RabbitMQMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * The dead letters on the broker. Each piece of work has a session of its own, which takes the
 * letters without acknowledging them: with its end the broker puts back, in their order, all that
 * were not replayed or discarded. Meanwhile nobody else sees them. Burials go the way of commands.
 */
final class Letters implements DeadLetters {
  private static final Set<String> EXCHANGES =
      Set.of(Topology.CALLS, Topology.CASTS, Topology.FANOUTS, Topology.EVENTS);

  /** How much is held in memory at a time, by one letter more at most. */
  private static final long MOST_BYTES = 64L << 20;

  private static final long WORK_WITHIN_SECONDS = 120;
  private static final int PERSISTENT = 2;

  private final Vertx vertx;
  private final BusOptions options;
  private final Link commands;

  Letters(Vertx vertx, BusOptions options, Link commands) {
    this.vertx = vertx;
    this.options = options;
    this.commands = commands;
  }

  /** A letter, and the message that holds it. */
  private record Held(RabbitMQMessage message, DeadLetter letter) {}

  /** What was taken so far, and how much is left in the queue. */
  private static final class Pile {
    private final List<Held> held = new ArrayList<>();
    private final Map<String, Integer> ids = new HashMap<>();
    private long bytes;
    private long more;

    void add(RabbitMQMessage message) {
      DeadLetter letter = Epitaph.read(message);
      int copies = ids.merge(letter.id(), 1, Integer::sum);
      held.add(new Held(message, copies == 1 ? letter : Epitaph.copy(letter, copies)));
      bytes += message.body().length();
      more = message.messageCount();
    }

    boolean isFull() {
      return held.size() >= MOST || bytes >= MOST_BYTES;
    }

    List<Held> of(Collection<String> wanted) {
      Set<String> all = new HashSet<>(wanted);
      return held.stream().filter(each -> all.contains(each.letter().id())).toList();
    }
  }

  @Override
  public Future<Found> list() {
    return inSession(
        session ->
            pile(session)
                .map(pile -> new Found(pile.held.stream().map(Held::letter).toList(), pile.more)));
  }

  @Override
  public Future<List<Replayed>> replay(Collection<String> ids, Duration within) {
    if (within.isNegative() || within.isZero() || within.compareTo(Request.LONGEST_WITHIN) > 0) {
      return Future.failedFuture(
          new RefusedException(
              Reason.MALFORMED, "a letter is replayed within 1 ms to 7 days, not " + within));
    }
    return inSession(
        session ->
            pile(session)
                .compose(
                    pile -> {
                      Future<List<Replayed>> done = Future.succeededFuture(new ArrayList<>());
                      for (Held held : pile.of(ids)) {
                        done =
                            done.compose(
                                before ->
                                    replay(session, held, within)
                                        .map(
                                            replayed -> {
                                              before.add(replayed);
                                              return before;
                                            }));
                      }
                      return done;
                    }));
  }

  private Future<Replayed> replay(Session session, Held held, Duration within) {
    String id = held.letter().id();
    if (!EXCHANGES.contains(held.letter().exchange())) {
      return Future.succeededFuture(
          new Replayed(
              id,
              Optional.of(
                  new Reply.Refused(
                      Reason.NOT_ALLOWED,
                      "it came straight to a queue, not over an exchange of the fleet"))));
    }
    return session
        .publish(again(session, held, within))
        .compose(done -> session.acknowledge(held.message()))
        .map(new Replayed(id, Optional.empty()))
        .recover(
            failure ->
                failure instanceof RefusedException refused && !session.over()
                    ? Future.succeededFuture(new Replayed(id, Optional.of(refused.reply())))
                    : Future.failedFuture(failure));
  }

  /**
   * The message as it was first published, but from us: the broker takes no other user. A refusal
   * comes to the session and not to the dead letters once more.
   */
  private Shipment again(Session session, Held held, Duration within) {
    DeadLetter letter = held.letter();
    AMQP.BasicProperties properties =
        new AMQP.BasicProperties.Builder()
            .type(held.message().properties().getType())
            .messageId(letter.nextId(() -> UUID.randomUUID().toString()).orElse(null))
            .appId(held.message().properties().getAppId())
            .userId(options.user())
            .replyTo(session.queue())
            .correlationId("replay " + letter.id())
            .headers(Epitaph.originalHeaders(held.message()))
            .timestamp(held.message().properties().getTimestamp())
            .contentType(held.message().properties().getContentType())
            .contentEncoding(held.message().properties().getContentEncoding())
            .deliveryMode(PERSISTENT)
            .build();
    return new Shipment(
        letter.exchange(),
        letter.key(),
        properties,
        held.message().body(),
        Optional.of(Deadline.in(within)));
  }

  @Override
  public Future<List<String>> discard(Collection<String> ids) {
    return inSession(
        session ->
            pile(session)
                .compose(
                    pile -> {
                      List<Held> found = pile.of(ids);
                      return Future.all(
                              found.stream()
                                  .map(held -> session.acknowledge(held.message()))
                                  .toList())
                          .map(done -> found.stream().map(held -> held.letter().id()).toList());
                    }));
  }

  @Override
  public Future<Void> bury(Undone cast, Reply.Refused why) {
    return commands.ship(
        new Burial(options.name(), cast.receiver().toString()).shipment(cast, why),
        RabbitBus.EVENT_WITHIN);
  }

  private static Future<Pile> pile(Session session) {
    return Topology.letters(session).compose(done -> fill(session, new Pile()));
  }

  private static Future<Pile> fill(Session session, Pile pile) {
    if (pile.isFull()) {
      return Future.succeededFuture(pile);
    }
    return session
        .get(Topology.LETTERS)
        .compose(
            message -> {
              if (message == null) {
                return Future.succeededFuture(pile);
              }
              pile.add(message);
              return fill(session, pile);
            });
  }

  private <T> Future<T> inSession(Function<Session, Future<T>> work) {
    return Session.open(vertx, options, "dead letters", mail -> {})
        .compose(
            session ->
                work.apply(session)
                    .timeout(WORK_WITHIN_SECONDS, TimeUnit.SECONDS)
                    .eventually(() -> session.end("the dead letters were looked at")))
        .recover(
            failure ->
                Future.failedFuture(
                    failure instanceof RefusedException
                        ? failure
                        : new RefusedException(
                            Reason.BUS_LOST,
                            "the dead letters at "
                                + options.address()
                                + " can't be reached: "
                                + Wire.words(failure))));
  }
}
