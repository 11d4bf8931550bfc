package io.ballast.scheduler;

import io.ballast.bus.Address;
import io.ballast.bus.Bus;
import io.ballast.bus.Envelope;
import io.ballast.bus.RefusedException;
import io.ballast.bus.Role;
import io.ballast.messages.Bytes;
import io.ballast.messages.Command;
import io.ballast.messages.Event;
import io.ballast.messages.HostBeat;
import io.ballast.messages.HostCommand;
import io.ballast.messages.HostId;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Pulse;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.Vm;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import io.ballast.scheduler.core.policy.Policy;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Fakes of two hosts in real time: h1 runs a busy and a calm guest, h2 none. They beat ten times a
 * second, and migrate when told to.
 */
final class FakeHosts {
  static final HostId H1 = new HostId("h1");
  static final HostId H2 = new HostId("h2");
  static final VmId BUSY = new VmId(new UUID(0, 1));
  private static final VmId CALM = new VmId(new UUID(0, 2));

  /** CPU that h1 itself uses: without it, either guest moved would even the two out as well. */
  private static final double OWN = 0.2;

  private static final Duration INTERVAL = Duration.ofMillis(100);

  /** The epochs of the commands that came. */
  final List<OptionalLong> epochs = new CopyOnWriteArrayList<>();

  private final Vertx vertx;
  private final Bus bus;
  private final Map<VmId, HostId> places = new ConcurrentHashMap<>(Map.of(BUSY, H1, CALM, H1));
  private final Map<HostId, Long> timers = new ConcurrentHashMap<>();
  private final Set<OperationId> operations = ConcurrentHashMap.newKeySet();
  private final AtomicLong sequence = new AtomicLong();

  FakeHosts(Vertx vertx, Bus bus) {
    this.vertx = vertx;
    this.bus = bus;
  }

  /** A policy that moves the busy guest at once. */
  static Policy hasty() {
    return Policy.DEFAULT
        .with(
            new Policy.Thresholds(
                new Policy.Threshold(0.8, Duration.ofMillis(200), 0.5),
                Policy.Thresholds.DEFAULT.memory(),
                Policy.Thresholds.DEFAULT.load()))
        .with(
            new Policy.Pace(
                Duration.ofMinutes(1),
                Duration.ofMinutes(1),
                Duration.ofSeconds(1),
                Duration.ofMinutes(3),
                Duration.ofSeconds(15)));
  }

  /** Lets the agents of both hosts take commands. */
  Future<?> serve() {
    return Future.all(
        bus.serve(Address.at(Role.HOST, H1), this::receive),
        bus.serve(Address.at(Role.HOST, H2), this::receive));
  }

  /** Lets a host beat until it is silenced. */
  void beat(HostId host) {
    timers.put(
        host, vertx.setPeriodic(0, INTERVAL.toMillis(), fired -> bus.fanout(nextBeat(host))));
  }

  void silence(HostId host) {
    vertx.cancelTimer(Optional.ofNullable(timers.remove(host)).orElseThrow());
  }

  /** Where a guest runs. */
  HostId place(VmId vm) {
    return Optional.ofNullable(places.get(vm)).orElseThrow();
  }

  private Future<? extends Reply> receive(Envelope envelope, Command<?> command) {
    epochs.add(envelope.epoch());
    if (command instanceof HostCommand.Migrate migrate) {
      operations.add(envelope.id());
      vertx.setTimer(300, fired -> arrive(envelope.id(), migrate));
      return Future.succeededFuture(new Reply.Accepted(envelope.id()));
    }
    return Future.failedFuture(new RefusedException(Reason.UNKNOWN_KIND, "not in this test"));
  }

  private void arrive(OperationId id, HostCommand.Migrate migrate) {
    places.put(migrate.vm(), migrate.to());
    operations.remove(id);
    Outcome.Migration measures =
        new Outcome.Migration(Duration.ofMillis(300), Duration.ofMillis(40), Bytes.ofMiB(64), 2);
    bus.fanout(
        new Event.OperationFinished(
            id, H1, migrate.vm(), new Outcome.Done(Optional.of(measures)), Instant.now()));
  }

  /** The next beat of a host. */
  HostBeat nextBeat(HostId host) {
    List<Vm> vms =
        places.entrySet().stream()
            .filter(place -> place.getValue().equals(host))
            .map(place -> vm(place.getKey()))
            .toList();
    double cpu = vms.stream().mapToDouble(Vm::cpus).sum() + (host.equals(H1) ? OWN : 0);
    Instant now = Instant.now();
    return new HostBeat(
        new Pulse(host, "lab", 1000, sequence.incrementAndGet(), now, INTERVAL, "test"),
        new HostBeat.Capacity(1, Bytes.ofMiB(4096)),
        new HostBeat.Load(cpu, Bytes.ofMiB(256), cpu, cpu, cpu, Optional.empty(), List.of()),
        new HostBeat.Hypervisor(
            HostBeat.Health.ANSWERING, Optional.of(now), "fake://" + host + "/system"),
        vms,
        host.equals(H1) ? List.copyOf(operations) : List.of(),
        Optional.empty());
  }

  private static Vm vm(VmId id) {
    boolean busy = id.equals(BUSY);
    return new Vm(
        id,
        busy ? "busy" : "calm",
        VmState.RUNNING,
        1,
        busy ? 0.5 : 0.2,
        Bytes.ofMiB(64),
        Bytes.ofMiB(64),
        Vm.Traffic.NONE);
  }
}
