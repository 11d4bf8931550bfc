package io.ballast.net;

import io.ballast.agent.Heartbeat;
import io.ballast.bus.Address;
import io.ballast.bus.Bus;
import io.ballast.bus.Role;
import io.ballast.messages.NetBeat;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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

  private static final Logger LOG = LoggerFactory.getLogger(NetAgent.class);

  private final Heartbeat.Beater beater;
  private final Bus bus;
  private final Ports ports;
  private final Clock clock;
  private Bus.@Nullable Serving serving;

  public NetAgent(Heartbeat.Beater beater, Bus bus, Ports ports, Clock clock) {
    this.beater = beater;
    this.bus = bus;
    this.ports = ports;
    this.clock = clock;
  }

  @Override
  public Future<?> start() {
    NetSampler sampler = new NetSampler(ports);
    Heartbeat<NetBeat> heartbeat = new Heartbeat<>(bus, beater, clock, sampler::beat);
    sampler.sample().onComplete(sampled -> beat(heartbeat));
    vertx.setPeriodic(
        beater.every().toMillis(),
        timer -> {
          beat(heartbeat);
          sampler.sample();
        });
    return bus.serve(Address.at(Role.NET, beater.host()), new NetCommands(heartbeat::next))
        .onSuccess(served -> serving = served);
  }

  @Override
  public Future<?> stop() {
    return serving == null ? Future.succeededFuture() : serving.stop();
  }

  private static void beat(Heartbeat<NetBeat> heartbeat) {
    heartbeat.beat().onFailure(e -> LOG.debug("A beat was not told: {}", e.toString()));
  }
}
