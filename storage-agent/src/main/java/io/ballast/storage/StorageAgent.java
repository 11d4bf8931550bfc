package io.ballast.storage;

import static java.util.Objects.requireNonNull;

import io.ballast.agent.Agent;
import io.ballast.agent.AgentVerticle;
import io.ballast.agent.Book;
import io.ballast.agent.Journal;
import io.ballast.agent.Loop;
import io.ballast.agent.Trade;
import io.ballast.bus.Bus;
import io.ballast.bus.Role;
import io.ballast.messages.Berth;
import io.ballast.messages.HostId;
import io.ballast.messages.Pulse;
import io.ballast.messages.StorageBeat;
import io.ballast.storage.trade.Devices;
import io.ballast.storage.trade.StoragePolicy;
import io.ballast.storage.trade.Volumes;
import io.ballast.storage.work.Berths;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The storage agent of one host: beats the pools that there are, their room and how the storage
 * fares, and works on the volumes in them.
 */
public final class StorageAgent implements AgentVerticle.Craft<StorageBeat> {
  /** How often it beats, unless said otherwise. */
  public static final Duration DEFAULT_BEAT_EVERY = Duration.ofSeconds(10);

  /**
   * What a storage agent works with: the storage of its host, and the devices below it.
   *
   * @param berths the volumes that it keeps for moves
   */
  public record Machine(Volumes volumes, Devices devices, Book<Berth> berths) {}

  private final HostId host;
  private final Machine machine;
  private final StoragePolicy policy;
  private final StorageSampler sampler;
  private final Clock clock;
  private @Nullable Berths berths;

  private StorageAgent(HostId host, Machine machine, StoragePolicy policy, Clock clock) {
    this.host = host;
    this.machine = machine;
    this.policy = policy;
    this.sampler =
        new StorageSampler(machine.volumes(), new HealthSampler(machine.devices(), clock), clock);
    this.clock = clock;
  }

  /** An agent over the pools and devices of a host, to be deployed. */
  public static Deployable of(
      Agent.Terms terms,
      Bus bus,
      Journal journal,
      Machine machine,
      StoragePolicy policy,
      Clock clock) {
    return new AgentVerticle<>(
        Role.STORAGE,
        terms,
        bus,
        journal,
        clock,
        new StorageAgent(terms.beater().host(), machine, policy, clock));
  }

  @Override
  public Trade trade(Agent<StorageBeat> agent) {
    var unused = machine.volumes().wakeAll();
    Loop loop = Loop.of(requireNonNull(Vertx.currentContext()));
    StorageCommands commands = new StorageCommands(host, machine, policy, agent, loop, clock);
    berths = commands.berths();
    berths.open();
    return commands;
  }

  @Override
  public Future<Void> look() {
    return sampler.sample().eventually(() -> opened().otherwiseEmpty());
  }

  @Override
  public StorageBeat beat(Pulse pulse) {
    return sampler.beat(pulse, requireNonNull(berths).all());
  }

  private Future<Void> opened() {
    return requireNonNull(berths).opened();
  }
}
