package io.ballast.ops.process;

import io.ballast.agent.Forgetful;
import io.ballast.agent.Journal;
import io.ballast.agent.Loop;
import io.ballast.bus.Bus;
import io.ballast.host.HostAgent;
import io.ballast.host.HostAgentConfig;
import io.ballast.host.testing.FakeHypervisor;
import io.ballast.host.testing.FakeWorld;
import io.ballast.messages.Bytes;
import io.ballast.messages.HostId;
import io.ballast.messages.VmId;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Hosts that exist in memory only, named h1, h2, ...: the real agents over fake hypervisors, whose
 * guests migrate between them in the time that their memory needs.
 */
public final class SimulatedHosts {
  private static final double CPUS = 4;
  private static final Bytes MEMORY = Bytes.ofMiB(16 * 1024);
  private static final Bytes GUEST_MEMORY = Bytes.ofMiB(1024);
  private static final int GUEST_CPUS = 4;
  private static final Bytes LINK = Bytes.ofMiB(400);
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /** Processors that the guests want, by their names; together more than one host has. */
  private static final Map<String, Double> APPETITES =
      new TreeMap<>(Map.of("vm1", 2.2, "vm2", 1.6, "vm3", 1.1, "vm4", 0.8, "vm5", 0.6, "vm6", 0.3));

  private final Map<HostId, FakeHypervisor> hypervisors = new LinkedHashMap<>();
  private final Map<HostId, Journal> journals = new ConcurrentHashMap<>();
  private final MeterRegistry registry;
  private final Duration beat;

  /**
   * {@code count} hosts without guests.
   *
   * @param speed how many times faster than life they beat and migrate, at least 1
   */
  public SimulatedHosts(Vertx vertx, int count, MeterRegistry registry, int speed) {
    this.registry = registry;
    this.beat = HostAgentConfig.DEFAULT_BEAT_EVERY.dividedBy(speed);
    Bytes link = new Bytes(Math.multiplyExact(LINK.value(), speed));
    FakeWorld world =
        new FakeWorld(Loop.of(vertx.getOrCreateContext()), link, PATIENCE.dividedBy(speed));
    for (int i = 1; i <= count; i++) {
      HostId id = new HostId("h" + i);
      hypervisors.put(id, world.host(id, CPUS, MEMORY));
    }
  }

  public List<HostId> ids() {
    return List.copyOf(hypervisors.keySet());
  }

  /** The fake below a host's agent. */
  public FakeHypervisor hypervisor(HostId host) {
    FakeHypervisor found = hypervisors.get(host);
    if (found == null) {
      throw new IllegalArgumentException("there is no simulated host " + host);
    }
    return found;
  }

  /** A new agent for a host, to be deployed. */
  public HostAgent agent(HostId host, String cluster, Bus bus) {
    FakeHypervisor hypervisor = hypervisor(host);
    return new HostAgent(
        HostAgentConfig.of(host, cluster, "simulated", hypervisor.peerUri())
            .beatingEvery(beat)
            .with(FakeWorld.PEERS),
        bus,
        journals.computeIfAbsent(host, none -> new Forgetful(Instant.now())),
        new HostAgent.Machine(hypervisor, hypervisor.meter()),
        registry,
        Clock.systemUTC());
  }

  /** The domain XML of six guests with different appetites, by name. */
  public Map<String, String> guests() {
    Map<String, String> guests = new LinkedHashMap<>();
    APPETITES.forEach(
        (name, appetite) ->
            guests.put(
                name,
                FakeHypervisor.xml(
                    new VmId(UUID.randomUUID()), name, GUEST_CPUS, GUEST_MEMORY, appetite)));
    return guests;
  }

  /** Has those guests run on a host at once. */
  public void boot(HostId host) {
    APPETITES.forEach(
        (name, appetite) ->
            hypervisor(host)
                .boot(new VmId(UUID.randomUUID()), name, GUEST_CPUS, GUEST_MEMORY, appetite));
  }
}
