package io.ballast.bus.rabbit;

import com.rabbitmq.client.AlreadyClosedException;
import io.ballast.bus.json.Parcel;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.json.JsonObject;
import io.vertx.rabbitmq.QueueOptions;
import io.vertx.rabbitmq.RabbitMQConsumer;
import io.vertx.rabbitmq.RabbitMQMessage;
import io.vertx.rabbitmq.impl.RabbitMQClientImpl;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One connection to the broker, from its beginning to its end. It is never repaired: whatever goes
 * wrong ends it as a whole, settles what was in flight on it, and its {@link Link} builds the next.
 *
 * <p>The client is used from one Vert.x context of the session's own, because it numbers what it
 * publishes without a lock, and blocks one worker thread of that context at a time.
 */
final class Session {
  /** How many commands a consumer works on at a time. */
  private static final int PREFETCH = 64;

  private static final long OPEN_WITHIN_SECONDS = 15;
  private static final long CLOSE_WITHIN_SECONDS = 5;

  /** How often it is looked whether the connection still stands. */
  private static final long LOOK_MILLIS = 200;

  private final Vertx vertx;
  private final Context context;
  private final RabbitMQClientImpl client;
  private final String queue = "member." + UUID.randomUUID();
  private final Confirms confirms = new Confirms();
  private final Promise<String> ended = Promise.promise();
  private final Promise<Void> closed = Promise.promise();
  private final Promise<Void> started = Promise.promise();
  private final long beatMillis;
  private volatile boolean over;
  private final Queue<Promise<Void>> pings = new ArrayDeque<>();
  private long looking = -1;
  private long pingedAt;
  private long echoedAt;

  /** How long a queue stays on the broker. */
  enum Lifespan {
    /** Until somebody deletes it or its arguments do; it survives the broker. */
    DURABLE,
    /** As long as it has a consumer, whoever that is; it survives the broker. */
    WHILE_USED,
    /** As long as this session, which alone may consume it. */
    SESSION
  }

  /** The message was not handed to the connection, so that the next one can take it. */
  static final class NotSent extends RuntimeException {
    private static final long serialVersionUID = 1;

    NotSent() {
      super("not sent", null, false, false);
    }
  }

  private Session(Vertx vertx, BusOptions options, String purpose) {
    this.vertx = vertx;
    this.context = ((VertxInternal) vertx).createEventLoopContext();
    this.client = new RabbitMQClientImpl(vertx, Wire.options(options, purpose));
    this.beatMillis = options.heartbeat().toMillis();
  }

  /**
   * Opens a session: connection, channel, confirms, prefetch and a queue of its own.
   *
   * @param purpose for the broker's list of connections
   * @param mail takes what comes into the session's own queue
   */
  static Future<Session> open(
      Vertx vertx, BusOptions options, String purpose, Handler<Parcel> mail) {
    Session session = new Session(vertx, options, purpose);
    return session
        .start()
        .compose(started -> session.prepare(mail))
        .timeout(OPEN_WITHIN_SECONDS, TimeUnit.SECONDS)
        .map(session)
        .onFailure(failure -> session.end(Wire.words(failure)));
  }

  private Future<Void> start() {
    return onContext(client::start).onComplete(started);
  }

  private Future<Void> prepare(Handler<Parcel> mail) {
    return checked(() -> client.addConfirmListener(Integer.MAX_VALUE))
        .onSuccess(stream -> stream.handler(confirms::settle))
        .compose(done -> checked(() -> client.basicQos(0, PREFETCH, false)))
        .compose(done -> queue(queue, Lifespan.SESSION, new JsonObject()))
        .compose(done -> consume(queue, Wire.unacknowledged(), message -> read(message, mail)))
        .onSuccess(done -> watch())
        .mapEmpty();
  }

  private void read(RabbitMQMessage message, Handler<Parcel> mail) {
    if (Wire.isPing(message)) {
      echoedAt = System.nanoTime();
      Promise<Void> ping = pings.poll();
      if (ping != null) {
        ping.complete();
      }
    } else {
      mail.handle(Wire.parcel(message));
    }
  }

  /** The queue of this session, for replies. */
  String queue() {
    return queue;
  }

  /** Completes with the cause once the session has ended. */
  Future<String> ended() {
    return ended.future();
  }

  /** Whether the session has ended. */
  boolean over() {
    return over;
  }

  /** Publishes, and completes once the broker has confirmed. */
  Future<Void> publish(Shipment shipment) {
    Confirms.Waiting waiting = new Confirms.Waiting(shipment);
    shipment.sent(true);
    checked(
            () ->
                client.basicPublishWithDeliveryTag(
                    shipment.exchange(),
                    shipment.key(),
                    shipment.properties(queue),
                    shipment.body(),
                    tag -> confirms.add(tag, waiting)))
        .onFailure(
            failure -> {
              if (failure instanceof NotSent || failure instanceof AlreadyClosedException) {
                shipment.sent(false);
                waiting.fail(new NotSent());
              } else {
                waiting.fail(shipment.lost());
              }
            });
    return waiting.future();
  }

  /** Publishes and completes once it is written, whether it arrives or not. */
  Future<Void> toss(Shipment shipment) {
    return checked(
        () ->
            client.basicPublish(
                shipment.exchange(), shipment.key(), shipment.properties(queue), shipment.body()));
  }

  Future<Void> exchange(String name, String type, JsonObject arguments) {
    return checked(() -> client.exchangeDeclare(name, type, true, false, arguments));
  }

  /** Declares a queue, and tells whether it holds nothing and serves nobody. */
  Future<Boolean> queue(String name, Lifespan lifespan, JsonObject arguments) {
    return checked(
            () ->
                client.queueDeclare(
                    name,
                    lifespan != Lifespan.SESSION,
                    lifespan == Lifespan.SESSION,
                    lifespan != Lifespan.DURABLE,
                    arguments))
        .map(queue -> queue.getMessageCount() == 0 && queue.getConsumerCount() == 0);
  }

  Future<Void> delete(String queue) {
    return checked(() -> client.queueDelete(queue)).mapEmpty();
  }

  Future<Void> bind(String queue, String exchange, String key) {
    return checked(() -> client.queueBind(queue, exchange, key));
  }

  /** Takes messages from a queue, one after the other on the session's context. */
  Future<RabbitMQConsumer> consume(
      String queue, QueueOptions options, Handler<RabbitMQMessage> handler) {
    return checked(
        () ->
            client
                .basicConsumer(queue, options)
                .map(
                    consumer -> {
                      consumer.handler(handler);
                      consumer.endHandler(
                          gone -> {
                            if (!consumer.isCancelled()) {
                              end("the broker took away the queue " + queue);
                            }
                          });
                      return consumer;
                    }));
  }

  /** Stops a consumer. */
  Future<Void> cancel(RabbitMQConsumer consumer) {
    return over
        ? Future.succeededFuture()
        : onContext(() -> vertx.executeBlocking(consumer::cancel)).mapEmpty();
  }

  /** Tells the broker that a message is done with; completes once that is written. */
  Future<Void> acknowledge(RabbitMQMessage message) {
    return checked(() -> client.basicAck(message.envelope().getDeliveryTag(), false));
  }

  /** Gives a message back to its queue, for the next consumer. */
  Future<Void> giveBack(RabbitMQMessage message) {
    return checked(() -> client.basicNack(message.envelope().getDeliveryTag(), false, true));
  }

  /**
   * Takes the oldest message of a queue, to be acknowledged or given back; null if there is none.
   */
  Future<@Nullable RabbitMQMessage> get(String queue) {
    return checked(() -> client.basicGet(queue, false));
  }

  /** Ends the session, and completes once its connection is closed or given up. */
  Future<Void> end(String why) {
    context.runOnContext(now -> endNow(why));
    return closed.future();
  }

  private void endNow(String why) {
    if (over) {
      return;
    }
    over = true;
    vertx.cancelTimer(looking);
    confirms.lose();
    pings.forEach(Promise::tryComplete);
    pings.clear();
    ended.complete(why);
    started.future().onComplete(done -> disconnect());
  }

  /**
   * Closes the connection, which must have been opened before, or it would come to stand after all.
   * It does so on another context: work that hangs must not keep it from being closed.
   */
  private void disconnect() {
    ((VertxInternal) vertx)
        .createEventLoopContext()
        .runOnContext(
            now ->
                client
                    .stop()
                    .timeout(CLOSE_WITHIN_SECONDS, TimeUnit.SECONDS)
                    .onComplete(done -> closed.complete()));
  }

  private void watch() {
    echoedAt = System.nanoTime();
    pingedAt = echoedAt;
    looking = vertx.setPeriodic(LOOK_MILLIS, now -> look());
  }

  /** Ends the session if the connection is closed, or carries nothing any more. */
  private void look() {
    long now = System.nanoTime();
    if (!stands()) {
      end("the connection was closed");
    } else if (now - echoedAt > TimeUnit.MILLISECONDS.toNanos(3 * beatMillis)) {
      end("nothing came back for " + TimeUnit.NANOSECONDS.toMillis(now - echoedAt) + " ms");
    } else if (now - pingedAt > TimeUnit.MILLISECONDS.toNanos(beatMillis)) {
      pingedAt = now;
      ping();
    }
  }

  /** Sends a message to the session itself, and completes once it is back. */
  private Future<Void> ping() {
    Promise<Void> ping = Promise.promise();
    pings.add(ping);
    toss(Wire.ping(queue));
    return ping.future();
  }

  /** Completes once whatever the broker had delivered by then was handed to its handler. */
  Future<Void> settled() {
    return onContext(() -> over ? Future.succeededFuture() : ping());
  }

  /** Whether the connection is open, and its channel still the first: see {@link #checked}. */
  private boolean stands() {
    return client.isConnected() && client.isOpenChannel() && client.getChannelInstance() == 1;
  }

  /**
   * Asks the client on a connection that stands. Whatever fails ends the session: the client goes
   * on with a new channel that knows nothing of the old one's consumers and confirms, and calls
   * even a refused consumer a success; only its count of channels tells.
   */
  private <T> Future<T> checked(Supplier<Future<T>> work) {
    return onContext(
            () -> {
              if (over || !stands()) {
                return Future.failedFuture(new NotSent());
              }
              return work.get();
            })
        .onFailure(failure -> end(Wire.words(failure)));
  }

  private <T> Future<T> onContext(Supplier<Future<T>> work) {
    Promise<T> promise = Promise.promise();
    context.runOnContext(
        now -> {
          try {
            work.get().onComplete(promise);
          } catch (RuntimeException e) {
            promise.fail(e);
          }
        });
    return promise.future();
  }
}
