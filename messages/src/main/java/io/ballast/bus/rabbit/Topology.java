package io.ballast.bus.rabbit;

import io.ballast.bus.Address;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Duration;

/**
 * The exchanges and queues of the fleet on the broker. Everything is declared by everyone who
 * connects, so that no order of starting matters. Exchanges and routing keys are public; queues are
 * the receivers' own.
 *
 * <pre>
 *   calls   direct --host.h1--> calls.host.h1  lives as long as somebody serves it
 *   casts   direct --host.h1--> casts.host.h1  quorum: keeps what came while its agent is away
 *     |  no such key
 *     +--> unroutable  fanout --> nobody      takes nothing: the publisher gets a negative confirm
 *                             --> unroutable  answered by whichever member comes first
 *   fanouts direct --role-> one queue for each receiver of the role
 *   events  topic  --kind-> one queue for each listener
 *   beats   topic  --kind-> one queue for each listener
 *   letters                 the dead letters; bounded in number, size and age
 * </pre>
 *
 * <p>A call needs a receiver that is there, and its sender waits for the answer: its queue goes
 * with its last consumer, and so the broker itself knows at once that nobody serves an address. A
 * cast must not be lost: its queue stays, and what nobody took in time, or what was delivered three
 * times to receivers that died, goes to the dead letters.
 */
final class Topology {
  static final String CALLS = "calls";
  static final String CASTS = "casts";
  static final String FANOUTS = "fanouts";
  static final String EVENTS = "events";
  static final String BEATS = "beats";
  static final String UNROUTABLE = "unroutable";
  static final String NOBODY = "nobody";
  static final String LETTERS = "letters";

  /** How long a queue of calls outlives its receiver where the broker restarted in between. */
  private static final Duration ORPHANED = Duration.ofSeconds(5);

  /** How long the casts for a receiver that is gone for good take up room. */
  private static final Duration ABANDONED = Duration.ofDays(7);

  /** How long a cast without a time of its own waits for its receiver. */
  private static final Duration STALE = Duration.ofDays(1);

  /** A cast is delivered once, and again as often as this. */
  private static final int MOST_REDELIVERIES = 2;

  private static final int MOST_UNROUTABLE = 10_000;
  private static final int MOST_LETTERS = 10_000;
  private static final long MOST_LETTER_BYTES = 512L << 20;
  private static final Duration OLDEST_LETTER = Duration.ofDays(30);

  private Topology() {}

  static Future<Void> commands(Session session) {
    JsonObject unroutable = new JsonObject().put("alternate-exchange", UNROUTABLE);
    return session
        .exchange(UNROUTABLE, "fanout", new JsonObject())
        .compose(
            done ->
                session.queue(
                    NOBODY,
                    Session.Lifespan.DURABLE,
                    new JsonObject().put("x-max-length", 0).put("x-overflow", "reject-publish")))
        .compose(done -> session.bind(NOBODY, UNROUTABLE, ""))
        .compose(
            done ->
                session.queue(
                    UNROUTABLE,
                    Session.Lifespan.DURABLE,
                    new JsonObject().put("x-max-length", MOST_UNROUTABLE)))
        .compose(done -> session.bind(UNROUTABLE, UNROUTABLE, ""))
        .compose(done -> session.exchange(CALLS, "direct", unroutable))
        .compose(done -> session.exchange(CASTS, "direct", unroutable))
        .compose(done -> session.exchange(FANOUTS, "direct", new JsonObject()))
        .compose(done -> letters(session));
  }

  static Future<Void> events(Session session) {
    return session.exchange(EVENTS, "topic", new JsonObject()).compose(done -> letters(session));
  }

  static Future<Void> beats(Session session) {
    return session.exchange(BEATS, "topic", new JsonObject());
  }

  static Future<Void> letters(Session session) {
    return session
        .queue(
            LETTERS,
            Session.Lifespan.DURABLE,
            new JsonObject()
                .put("x-max-length", MOST_LETTERS)
                .put("x-max-length-bytes", MOST_LETTER_BYTES)
                .put("x-message-ttl", OLDEST_LETTER.toMillis()))
        .mapEmpty();
  }

  /** The queue of the calls for an address. */
  static Future<String> calls(Session session, Address address) {
    String queue = CALLS + "." + address;
    return session
        .queue(
            queue,
            Session.Lifespan.WHILE_USED,
            new JsonObject().put("x-expires", ORPHANED.toMillis()))
        .compose(done -> session.bind(queue, CALLS, address.toString()))
        .map(queue);
  }

  /**
   * The queue of the casts for an address.
   *
   * @param anew whether one that holds nothing and serves nobody is replaced
   */
  static Future<String> casts(Session session, Address address, boolean anew) {
    String queue = CASTS + "." + address;
    return declareCasts(session, queue)
        .compose(
            idle ->
                anew && idle
                    ? session.delete(queue).compose(done -> declareCasts(session, queue))
                    : Future.succeededFuture(idle))
        .compose(done -> session.bind(queue, CASTS, address.toString()))
        .map(queue);
  }

  private static Future<Boolean> declareCasts(Session session, String queue) {
    return session.queue(
        queue,
        Session.Lifespan.DURABLE,
        new JsonObject()
            .put("x-queue-type", "quorum")
            .put("x-delivery-limit", MOST_REDELIVERIES)
            .put("x-message-ttl", STALE.toMillis())
            .put("x-expires", ABANDONED.toMillis())
            .put("x-dead-letter-exchange", "")
            .put("x-dead-letter-routing-key", LETTERS));
  }
}
