package io.ballast.ops.demo;

import io.ballast.agent.Book;
import io.ballast.agent.Forgetful;
import io.ballast.bus.Bus;
import io.ballast.bus.local.LocalBus;
import io.ballast.bus.local.LocalHub;
import io.ballast.messages.Event;
import io.ballast.messages.HostId;
import io.ballast.messages.Move;
import io.ballast.messages.Outcome;
import io.ballast.ops.process.SimulatedHosts;
import io.ballast.scheduler.SchedulerConfig;
import io.ballast.scheduler.SchedulerVerticle;
import io.ballast.scheduler.core.policy.LivenessSettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Deployable;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A simulated stage: the same scheduler, agents and messages as in earnest, over fake hypervisors
 * and a bus within this process.
 */
final class SimulatedStage implements Stage {
  private static final int HOSTS = 3;

  /** It plays faster than life: beats, migrations and all times of the policy. */
  private static final int SPEED = 4;

  /**
   * At that speed a pause of this process is a larger part of a beat's interval, so more intervals
   * are allowed for.
   */
  private static final LivenessSettings LIVENESS =
      new LivenessSettings(
          LivenessSettings.DEFAULT.phi(),
          1,
          4,
          LivenessSettings.DEFAULT.leastDeviation(),
          LivenessSettings.DEFAULT.grace().dividedBy(SPEED),
          LivenessSettings.DEFAULT.holdBack().dividedBy(SPEED));

  private final Vertx vertx = Vertx.vertx();
  private final LocalHub hub = new LocalHub();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final SimulatedHosts world = new SimulatedHosts(vertx, HOSTS, registry, SPEED);
  private final Map<HostId, Powered> powered = new HashMap<>();
  private final Map<String, Duration> pauses = new TreeMap<>();

  /** The agent of a host that has power. */
  private record Powered(String deployment, Bus bus) {}

  @Override
  public String mode() {
    return "simulated";
  }

  @Override
  public int speed() {
    return SPEED;
  }

  @Override
  public Bus open(Progress progress) {
    progress.step(
        "starting three simulated hosts with their agents, and the scheduler, %d times faster than"
                .formatted(SPEED)
            + " life");
    world.ids().forEach(this::power);
    deploy(
        new SchedulerVerticle(
            new SchedulerConfig(
                DemoPolicy.faster(SPEED), LIVENESS, SchedulerConfig.DEFAULT.alerts()),
            member("scheduler"),
            new Forgetful(Instant.EPOCH),
            Book.inMemory(),
            registry,
            Clock.systemUTC()));
    Bus bus = member("demo");
    Witness.await(bus.serve(Event.class, this::measure));
    return bus;
  }

  @Override
  public List<HostId> hosts() {
    return world.ids();
  }

  @Override
  public Map<String, String> guests() {
    return world.guests();
  }

  @Override
  public void cut(HostId id) {
    world.hypervisor(id).cutPower();
    Powered host = powered.remove(id);
    if (host != null) {
      Witness.await(vertx.undeploy(host.deployment()));
      Witness.await(host.bus().close());
    }
  }

  @Override
  public void restore(HostId id) {
    world.hypervisor(id).recover();
    power(id);
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
  public Optional<Path> saveLogs() {
    return Optional.empty();
  }

  @Override
  public List<String> close() {
    Witness.await(vertx.close());
    return List.of();
  }

  private void power(HostId id) {
    Bus bus = member("host." + id);
    powered.put(id, new Powered(deploy(world.agent(id, "demo", bus)), bus));
  }

  private String deploy(Deployable verticle) {
    return Witness.await(vertx.deployVerticle(verticle));
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
