package io.ballast.net;

import io.ballast.agent.Agent;
import io.ballast.agent.AgentVerticle;
import io.ballast.agent.Journal;
import io.ballast.agent.Trade;
import io.ballast.bus.Bus;
import io.ballast.bus.Role;
import io.ballast.messages.NetBeat;
import io.ballast.messages.Pulse;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;

/**
 * The network agent of one host: beats its bridges, ports and links with their rates over the
 * interval before, and answers for them.
 */
public final class NetAgent implements AgentVerticle.Craft<NetBeat> {
  /** How often it beats, unless said otherwise. */
  public static final Duration DEFAULT_BEAT_EVERY = Duration.ofSeconds(10);

  private final NetSampler sampler;

  private NetAgent(NetSampler sampler) {
    this.sampler = sampler;
  }

  /** An agent over the network of a host, to be deployed. */
  public static Deployable of(
      Agent.Terms terms, Bus bus, Journal journal, Ports ports, Clock clock) {
    return new AgentVerticle<>(
        Role.NET, terms, bus, journal, clock, new NetAgent(new NetSampler(ports, clock)));
  }

  @Override
  public Trade trade(Agent<NetBeat> agent) {
    return new NetCommands(agent);
  }

  @Override
  public Future<Void> look() {
    return sampler.sample();
  }

  @Override
  public NetBeat beat(Pulse pulse) {
    return sampler.beat(pulse);
  }
}
