package io.ballast.storage;

import io.ballast.agent.Agent;
import io.ballast.agent.AgentVerticle;
import io.ballast.agent.Journal;
import io.ballast.agent.Trade;
import io.ballast.bus.Bus;
import io.ballast.bus.Role;
import io.ballast.messages.HostId;
import io.ballast.messages.Pulse;
import io.ballast.messages.StorageBeat;
import io.ballast.storage.trade.Volumes;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;

/**
 * The storage agent of one host: beats the pools that there are and their room, and works on the
 * volumes in them.
 */
public final class StorageAgent implements AgentVerticle.Craft<StorageBeat> {
  /** How often it beats, unless said otherwise. */
  public static final Duration DEFAULT_BEAT_EVERY = Duration.ofSeconds(10);

  private final HostId host;
  private final Volumes volumes;
  private final StorageSampler sampler;
  private final Clock clock;

  private StorageAgent(HostId host, Volumes volumes, Clock clock) {
    this.host = host;
    this.volumes = volumes;
    this.sampler = new StorageSampler(volumes, clock);
    this.clock = clock;
  }

  /** An agent over the pools of a host, to be deployed. */
  public static Deployable of(
      Agent.Terms terms, Bus bus, Journal journal, Volumes volumes, Clock clock) {
    return new AgentVerticle<>(
        Role.STORAGE,
        terms,
        bus,
        journal,
        clock,
        new StorageAgent(terms.beater().host(), volumes, clock));
  }

  @Override
  public Trade trade(Agent<StorageBeat> agent) {
    return new StorageCommands(host, volumes, agent, clock);
  }

  @Override
  public Future<Void> look() {
    return sampler.sample();
  }

  @Override
  public StorageBeat beat(Pulse pulse) {
    return sampler.beat(pulse);
  }
}
