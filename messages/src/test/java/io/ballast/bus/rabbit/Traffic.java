package io.ballast.bus.rabbit;

import io.ballast.bus.Address;
import io.ballast.bus.Await;
import io.ballast.bus.BusContract;
import io.ballast.bus.RefusedException;
import io.ballast.bus.Request;
import io.ballast.bus.Samples;
import io.ballast.messages.Beat;
import io.ballast.messages.Event;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Calls, casts, events and beats between an agent and a scheduler, and what became of each. */
final class Traffic {
  private static final int ENOUGH = 20;

  private final Address host;
  private final RabbitBus agent;
  private final RabbitBus scheduler;
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final List<Future<?>> asked = new CopyOnWriteArrayList<>();
  private final Set<OperationId> confirmed = ConcurrentHashMap.newKeySet();
  private final Map<OperationId, Integer> received = new ConcurrentHashMap<>();
  private final AtomicInteger answered = new AtomicInteger();
  private final AtomicInteger cast = new AtomicInteger();
  private final AtomicInteger beats = new AtomicInteger();
  private final AtomicInteger events = new AtomicInteger();

  Traffic(Address host, RabbitBus agent, RabbitBus scheduler) {
    this.host = host;
    this.agent = agent;
    this.scheduler = scheduler;
  }

  void begin() {
    Await.result(
        agent.serve(
            host,
            (envelope, command) -> {
              received.merge(envelope.id(), 1, Integer::sum);
              return Future.succeededFuture(new Reply.Accepted(envelope.id()));
            }));
    Await.result(scheduler.serve(Beat.class, beat -> beats.incrementAndGet()));
    Await.result(scheduler.serve(Event.class, event -> events.incrementAndGet()));
    var unused = clock.scheduleAtFixedRate(this::send, 0, 5, TimeUnit.MILLISECONDS);
  }

  private void send() {
    Request<Reply.Accepted> call = BusContract.start(host).within(Duration.ofSeconds(5));
    asked.add(scheduler.call(call).onSuccess(reply -> answered.incrementAndGet()));
    Request<Reply.Accepted> order = BusContract.start(host).within(Duration.ofMinutes(5));
    asked.add(
        scheduler
            .cast(order)
            .onSuccess(
                done -> {
                  cast.incrementAndGet();
                  confirmed.add(order.id());
                }));
    asked.add(agent.fanout(Samples.hostBeat()));
    asked.add(agent.fanout(new Event.Decided(Samples.decision())));
  }

  /** Counts anew what flows. */
  void forget() {
    List.of(answered, cast, beats, events).forEach(count -> count.set(0));
  }

  /** Whether enough of everything went through. */
  boolean flows() {
    return List.of(answered, cast, beats, events).stream().allMatch(count -> count.get() >= ENOUGH);
  }

  void end() {
    clock.shutdownNow();
  }

  boolean everythingIsSettled() {
    return asked.stream().allMatch(Future::isComplete);
  }

  Set<Reason> reasons() {
    return countedReasons().keySet();
  }

  private Map<Reason, Integer> countedReasons() {
    Map<Reason, Integer> reasons = new HashMap<>();
    for (Future<?> one : asked) {
      if (one.failed()) {
        if (!(one.cause() instanceof RefusedException refused)) {
          throw new AssertionError("a failure without a reason", one.cause());
        }
        reasons.merge(refused.reason(), 1, Integer::sum);
      }
    }
    return reasons;
  }

  Set<OperationId> confirmedButNeverReceived() {
    Set<OperationId> lost = new HashSet<>(confirmed);
    lost.removeAll(received.keySet());
    return lost;
  }

  @Override
  public String toString() {
    return asked.size()
        + " sent, "
        + confirmed.size()
        + " casts confirmed and received, "
        + received.values().stream().filter(times -> times > 1).count()
        + " commands delivered more than once, refused "
        + countedReasons();
  }
}
