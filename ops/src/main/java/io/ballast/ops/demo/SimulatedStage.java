package io.ballast.ops.demo;

import io.ballast.bus.Bus;
import io.ballast.bus.LocalBus;
import io.ballast.bus.LocalHub;
import io.ballast.host.HostAgent;
import io.ballast.host.HostAgentConfig;
import io.ballast.host.Loop;
import io.ballast.host.testing.FakeHypervisor;
import io.ballast.host.testing.FakeWorld;
import io.ballast.messages.Bytes;
import io.ballast.messages.Event;
import io.ballast.messages.HostId;
import io.ballast.messages.Move;
import io.ballast.messages.Outcome;
import io.ballast.messages.VmId;
import io.ballast.scheduler.SchedulerConfig;
import io.ballast.scheduler.SchedulerVerticle;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Deployable;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * A simulated stage: the same scheduler, agents and messages as in earnest, over fake hypervisors
 * and a bus within this process.
 */
final class SimulatedStage implements Stage {
  private static final double HOST_CPUS = 4;
  private static final Bytes HOST_MEMORY = Bytes.ofMiB(16 * 1024);
  private static final Bytes GUEST_MEMORY = Bytes.ofMiB(1024);
  private static final Bytes LINK = Bytes.ofMiB(400);
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /** Processors that the guests want. */
  private static final double[] APPETITES = {2.2, 1.6, 1.1, 0.8, 0.6, 0.3};

  private final Vertx vertx = Vertx.vertx();
  private final LocalHub hub = new LocalHub();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final Map<HostId, Host> hosts = new LinkedHashMap<>();
  private final Map<String, Duration> pauses = new TreeMap<>();

  /** A host, with what its agent runs as while it has power. */
  private record Host(FakeHypervisor hypervisor, String deployment, Bus bus) {}

  @Override
  public String mode() {
    return "simulated";
  }

  @Override
  public Bus open(Progress progress) {
    progress.step("starting three simulated hosts with their agents, and the scheduler");
    FakeWorld world =
        new FakeWorld(Loop.of(vertx.getOrCreateContext()), Clock.systemUTC(), LINK, PATIENCE);
    for (int i = 1; i <= 3; i++) {
      HostId id = new HostId("h" + i);
      hosts.put(id, start(id, world.host(id, HOST_CPUS, HOST_MEMORY)));
    }
    deploy(
        new SchedulerVerticle(
            new SchedulerConfig(
                DemoPolicy.POLICY,
                SchedulerConfig.DEFAULT.liveness(),
                SchedulerConfig.DEFAULT.alerts()),
            member("scheduler"),
            registry,
            Clock.systemUTC()));
    Bus bus = member("demo");
    Watch.await(bus.serve(Event.class, this::measure));
    return bus;
  }

  @Override
  public List<HostId> hosts() {
    return List.copyOf(hosts.keySet());
  }

  @Override
  public Map<String, String> guests() {
    Map<String, String> guests = new LinkedHashMap<>();
    for (int i = 0; i < APPETITES.length; i++) {
      String name = "vm" + (i + 1);
      guests.put(
          name,
          FakeHypervisor.xml(new VmId(UUID.randomUUID()), name, 4, GUEST_MEMORY, APPETITES[i]));
    }
    return guests;
  }

  @Override
  public void cut(HostId id) {
    Host host = of(id);
    host.hypervisor().cutPower();
    Watch.await(vertx.undeploy(host.deployment()));
    Watch.await(host.bus().close());
  }

  @Override
  public void restore(HostId id) {
    FakeHypervisor hypervisor = of(id).hypervisor();
    hypervisor.recover();
    hosts.put(id, start(id, hypervisor));
  }

  /** A simulated guest pauses only while it moves, for as long as the fake says. */
  @Override
  public synchronized Pauses pauses() {
    return new Pauses(Map.copyOf(pauses), Map.of());
  }

  @Override
  public List<String> keep() {
    throw new IllegalStateException("a simulated fleet ends with its process");
  }

  @Override
  public List<String> complaints() {
    return List.of();
  }

  @Override
  public List<String> close() {
    Watch.await(vertx.close());
    return List.of();
  }

  private Host start(HostId id, FakeHypervisor hypervisor) {
    Bus bus = member("host." + id);
    HostAgent agent =
        new HostAgent(
            HostAgentConfig.of(id, "demo", "simulated", hypervisor.peerUri()),
            bus,
            hypervisor,
            hypervisor.meter(),
            registry,
            Clock.systemUTC());
    return new Host(hypervisor, deploy(agent), bus);
  }

  private Host of(HostId id) {
    Host host = hosts.get(id);
    if (host == null) {
      throw new DemoFailure("there is no host " + id);
    }
    return host;
  }

  private String deploy(Deployable verticle) {
    return Watch.await(vertx.deployVerticle(verticle));
  }

  private Bus member(String name) {
    return new LocalBus(vertx, hub, name);
  }

  private synchronized void measure(Event event) {
    if (event instanceof Event.MoveChanged changed) {
      Move move = changed.move();
      move.measures()
          .map(Outcome.Migration::downtime)
          .ifPresent(pause -> pauses.merge(move.name(), pause, Pauses::longer));
    }
  }
}
