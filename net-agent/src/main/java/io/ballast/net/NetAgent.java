package io.ballast.net;

import static java.util.Objects.requireNonNull;

import io.ballast.agent.Agent;
import io.ballast.agent.AgentVerticle;
import io.ballast.agent.Journal;
import io.ballast.agent.Loop;
import io.ballast.agent.Trade;
import io.ballast.bus.Bus;
import io.ballast.bus.Role;
import io.ballast.messages.HostId;
import io.ballast.messages.NetBeat;
import io.ballast.messages.Pulse;
import io.ballast.net.trade.Guests;
import io.ballast.net.trade.NetPolicy;
import io.ballast.net.trade.Networks;
import io.ballast.net.work.Ports;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The network agent of one host: keeps the ports of its VMs, beats its bridges, ports and links
 * with their rates over the interval before, and answers for them.
 */
public final class NetAgent implements AgentVerticle.Craft<NetBeat> {
  /** How often it beats, unless said otherwise. */
  public static final Duration DEFAULT_BEAT_EVERY = Duration.ofSeconds(10);

  /** What a network agent works with: what ports are made of, and libvirt. */
  public record Machine(Ports.Machine ports, Networks networks, Guests guests) {}

  private final HostId host;
  private final Machine machine;
  private final NetPolicy policy;
  private final Clock clock;
  private @Nullable NetSampler sampler;

  private NetAgent(HostId host, Machine machine, NetPolicy policy, Clock clock) {
    this.host = host;
    this.machine = machine;
    this.policy = policy;
    this.clock = clock;
  }

  /** An agent over the network of a host, to be deployed. */
  public static Deployable of(
      Agent.Terms terms, Bus bus, Journal journal, Machine machine, NetPolicy policy, Clock clock) {
    return new AgentVerticle<>(
        Role.NET,
        terms,
        bus,
        journal,
        clock,
        new NetAgent(terms.beater().host(), machine, policy, clock));
  }

  @Override
  public Trade trade(Agent<NetBeat> agent) {
    Loop loop = Loop.of(requireNonNull(Vertx.currentContext()));
    Ports ports = new Ports(loop, machine.ports(), policy);
    ports.open();
    NetSampler fresh = new NetSampler(ports, policy, clock);
    sampler = fresh;
    return new NetCommands(host, loop, ports, machine.networks(), machine.guests(), fresh, agent);
  }

  @Override
  public Future<Void> look() {
    return requireNonNull(sampler).sample();
  }

  @Override
  public NetBeat beat(Pulse pulse) {
    return requireNonNull(sampler).beat(pulse);
  }
}
