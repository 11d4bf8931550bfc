package io.ballast.bus.local;

import io.ballast.bus.Address;
import io.ballast.bus.Bus;
import io.ballast.bus.BusState;
import io.ballast.bus.DeadLetters;
import io.ballast.bus.RefusedException;
import io.ballast.bus.Request;
import io.ballast.bus.Role;
import io.ballast.bus.carrier.Calls;
import io.ballast.bus.carrier.Listening;
import io.ballast.bus.carrier.Reception;
import io.ballast.bus.json.Parcel;
import io.ballast.messages.Command;
import io.ballast.messages.Notice;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * A bus within one process, for tests and simulation. Several members share one {@link LocalHub}.
 *
 * <p>Every message is encoded and decoded on its way, so that what works here also works on a
 * network. It never fails by itself; unlike a broker it keeps nothing for a receiver that is away,
 * so that casts which nobody takes on go to the dead letters at once.
 */
public final class LocalBus implements Bus {
  /** As whom every member logs in, for there is nobody who could ask for a password. */
  public static final String USER = "ballast";

  private final Vertx vertx;
  private final LocalHub hub;
  private final String name;
  private final Calls calls;
  private final List<Serving> servings = new CopyOnWriteArrayList<>();
  private final List<Consumer<BusState>> states = new ArrayList<>();
  private volatile boolean closed;

  /** A bus with a single member. */
  public LocalBus(Vertx vertx) {
    this(vertx, new LocalHub(), "local");
  }

  /**
   * One of the members of a hub.
   *
   * @param name how it calls itself as a sender
   */
  public LocalBus(Vertx vertx, LocalHub hub, String name) {
    this.vertx = vertx;
    this.hub = hub;
    this.name = name;
    this.calls = new Calls(vertx);
  }

  @Override
  public <R extends Reply> Future<R> call(Request<R> request) {
    if (closed) {
      return Future.failedFuture(closed());
    }
    try {
      Parcel parcel = Parcel.of(name, request).from(USER);
      Reception receiver = receiver(request);
      Calls.Pending<R> call = calls.open(request);
      call.sent(true);
      hub.deliver(receiver, parcel, Reception.Way.CALL)
          .onSuccess(answer -> calls.settle(call.correlation(), reply(answer)));
      return call.reply();
    } catch (RefusedException e) {
      return Future.failedFuture(e);
    }
  }

  private Parcel reply(Reply answer) {
    try {
      return Parcel.of(name, UUID.randomUUID().toString(), answer);
    } catch (RefusedException tooLarge) {
      return Parcel.of(name, UUID.randomUUID().toString(), tooLarge.reply());
    }
  }

  @Override
  public Future<Void> cast(Request<?> request) {
    if (closed) {
      return Future.failedFuture(closed());
    }
    try {
      Parcel parcel = Parcel.of(name, request).from(USER);
      hub.deliver(receiver(request), parcel, Reception.Way.CAST);
      return Future.succeededFuture();
    } catch (RefusedException e) {
      return Future.failedFuture(e);
    }
  }

  @Override
  public Future<Void> fanout(Role role, Command<?> command) {
    if (closed) {
      return Future.failedFuture(closed());
    }
    try {
      Parcel parcel =
          Parcel.of(name, UUID.randomUUID().toString(), command)
              .from(USER)
              .expiringIn(Request.DEFAULT_WITHIN);
      hub.all(role).forEach(receiver -> hub.deliver(receiver, parcel, Reception.Way.FANOUT));
      return Future.succeededFuture();
    } catch (RefusedException e) {
      return Future.failedFuture(e);
    }
  }

  @Override
  public Future<Void> fanout(Notice notice) {
    if (closed) {
      return Future.failedFuture(closed());
    }
    try {
      hub.tell(Parcel.of(name, UUID.randomUUID().toString(), notice));
      return Future.succeededFuture();
    } catch (RefusedException e) {
      return Future.failedFuture(e);
    }
  }

  @Override
  public Future<Serving> serve(Address address, Receiver receiver) {
    return serving(hub.add(new Reception(address, receiver, vertx.getOrCreateContext())));
  }

  @Override
  public <N extends Notice> Future<Serving> serve(Class<N> type, Consumer<N> listener) {
    return serving(hub.add(new Listening<>(type, listener, vertx.getOrCreateContext())));
  }

  private Future<Serving> serving(Runnable stop) {
    if (closed) {
      stop.run();
      return Future.failedFuture(closed());
    }
    Serving serving =
        () -> {
          stop.run();
          return Future.succeededFuture();
        };
    servings.add(serving);
    return Future.succeededFuture(serving);
  }

  @Override
  public DeadLetters deadLetters() {
    return hub.deadLetters(USER);
  }

  @Override
  public void onState(Consumer<BusState> listener) {
    synchronized (states) {
      states.add(listener);
      listener.accept(closed ? BusState.CLOSED : BusState.CONNECTED);
    }
  }

  @Override
  public Future<Void> close() {
    synchronized (states) {
      if (!closed) {
        closed = true;
        states.forEach(listener -> listener.accept(BusState.CLOSED));
      }
    }
    calls.failAll(call -> true, "the bus was closed");
    List<Future<Void>> stopped = new ArrayList<>();
    servings.forEach(serving -> stopped.add(serving.stop()));
    return Future.join(stopped).mapEmpty();
  }

  private Reception receiver(Request<?> request) {
    return hub.one(request.to().toString())
        .orElseThrow(
            () ->
                new RefusedException(
                    Reason.NO_RECEIVER, "nobody serves " + request.to() + " on the bus"));
  }

  private static RefusedException closed() {
    return new RefusedException(Reason.BUS_LOST, "the bus is closed");
  }
}
