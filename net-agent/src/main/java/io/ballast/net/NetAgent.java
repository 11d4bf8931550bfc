package io.ballast.net;

import io.ballast.agent.Agent;
import io.ballast.agent.Journal;
import io.ballast.agent.Loop;
import io.ballast.bus.Bus;
import io.ballast.bus.Role;
import io.ballast.messages.NetBeat;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The network agent of one host: beats its bridges, ports and links with their rates, and answers
 * for them.
 *
 * <p>It wires and does nothing else. Whoever deploys it owns what it is given, and closes bus and
 * ports after undeploying it. A beat tells what was known when it was made, with rates over the
 * interval before; the look that it sends off is told in the next one.
 */
public final class NetAgent extends VerticleBase {
  /** How often it beats, unless said otherwise. */
  public static final Duration DEFAULT_BEAT_EVERY = Duration.ofSeconds(10);

  private final Agent.Terms terms;
  private final Bus bus;
  private final Journal journal;
  private final Ports ports;
  private final Clock clock;
  private @Nullable Agent<NetBeat> agent;

  public NetAgent(Agent.Terms terms, Bus bus, Journal journal, Ports ports, Clock clock) {
    this.terms = terms;
    this.bus = bus;
    this.journal = journal;
    this.ports = ports;
    this.clock = clock;
  }

  @Override
  public Future<?> start() {
    NetSampler sampler = new NetSampler(ports, clock);
    Agent<NetBeat> made =
        new Agent<>(
            Role.NET,
            terms,
            new Agent.Surroundings(bus, journal, Loop.of(context), clock),
            NetCommands::new,
            known -> sampler.beat(known.pulse()),
            Agent.Watcher.none());
    agent = made;
    return made.start()
        .onSuccess(
            serving -> {
              made.beatFrom(sampler.sample());
              vertx.setPeriodic(terms.beater().every().toMillis(), timer -> sampler.sample());
            });
  }

  @Override
  public Future<?> stop() {
    return agent == null ? Future.succeededFuture() : agent.stop();
  }
}
