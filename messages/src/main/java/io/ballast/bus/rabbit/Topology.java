package io.ballast.bus.rabbit;

import io.ballast.bus.Address;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Duration;

/**
 * The exchanges and queues of the fleet on the broker. Everything is declared by everyone who
 * connects, so that no order of starting matters.
 *
 * <pre>
 *   calls   direct --key--> host.h1         lives as long as somebody serves it
 *   casts   direct --key--> host.h1.casts   durable: keeps what came while its agent is away
 *     |  no such key
 *     +--> unroutable  fanout --> nobody      takes nothing: the publisher gets a negative confirm
 *                             --> unroutable  answered by whichever member comes first
 *   fanouts direct --role-> one queue for each receiver of the role
 *   events  topic  --kind-> one queue for each listener
 *   beats   topic  --kind-> one queue for each listener
 * </pre>
 *
 * <p>A call needs a receiver that is there, and its sender waits for the answer: its queue goes
 * with its last consumer, and so the broker itself knows at once that nobody serves an address. A
 * cast must not be lost: its queue stays, and what nobody took in time goes to the dead letters.
 */
final class Topology {
  static final String CALLS = "calls";
  static final String CASTS = "casts";
  static final String FANOUTS = "fanouts";
  static final String EVENTS = "events";
  static final String BEATS = "beats";
  static final String UNROUTABLE = "unroutable";
  static final String NOBODY = "nobody";
  static final String DEAD_LETTERS = "dead-letters";

  /** How long the casts for a receiver that is gone for good take up room. */
  private static final Duration ABANDONED = Duration.ofDays(7);

  /** How long a cast without a time of its own waits for its receiver. */
  private static final Duration STALE = Duration.ofDays(1);

  private static final int MOST_UNROUTABLE = 10_000;
  private static final long MOST_DEAD_BYTES = 512L << 20;

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
        .compose(done -> deadLetters(session));
  }

  static Future<Void> events(Session session) {
    return session
        .exchange(EVENTS, "topic", new JsonObject())
        .compose(done -> deadLetters(session));
  }

  static Future<Void> beats(Session session) {
    return session.exchange(BEATS, "topic", new JsonObject());
  }

  private static Future<Void> deadLetters(Session session) {
    return session.queue(
        DEAD_LETTERS,
        Session.Lifespan.DURABLE,
        new JsonObject().put("x-max-length-bytes", MOST_DEAD_BYTES));
  }

  /** The queue of the calls for an address. */
  static Future<String> calls(Session session, Address address) {
    String queue = address.toString();
    return session
        .queue(queue, Session.Lifespan.WHILE_USED, new JsonObject())
        .compose(done -> session.bind(queue, CALLS, address.toString()))
        .map(queue);
  }

  /** The queue of the casts for an address. */
  static Future<String> casts(Session session, Address address) {
    String queue = address + ".casts";
    return session
        .queue(
            queue,
            Session.Lifespan.DURABLE,
            new JsonObject()
                .put("x-message-ttl", STALE.toMillis())
                .put("x-expires", ABANDONED.toMillis())
                .put("x-dead-letter-exchange", "")
                .put("x-dead-letter-routing-key", DEAD_LETTERS))
        .compose(done -> session.bind(queue, CASTS, address.toString()))
        .map(queue);
  }
}
