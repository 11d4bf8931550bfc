package io.ballast.storage;

import io.ballast.agent.Heartbeat;
import io.ballast.bus.Address;
import io.ballast.bus.Bus;
import io.ballast.bus.Role;
import io.ballast.messages.StorageBeat;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The storage agent of one host: beats the pools that there are and their room, and answers for
 * them.
 *
 * <p>It wires and does nothing else. Whoever deploys it owns what it is given, and closes bus and
 * volumes after undeploying it. A beat tells what was known when it was made; the question that it
 * sends off is answered in the next one.
 */
public final class StorageAgent extends VerticleBase {
  /** How often it beats, unless said otherwise. */
  public static final Duration DEFAULT_BEAT_EVERY = Duration.ofSeconds(10);

  private static final Logger LOG = LoggerFactory.getLogger(StorageAgent.class);

  private final Heartbeat.Beater beater;
  private final Bus bus;
  private final Volumes volumes;
  private final Clock clock;
  private Bus.@Nullable Serving serving;

  public StorageAgent(Heartbeat.Beater beater, Bus bus, Volumes volumes, Clock clock) {
    this.beater = beater;
    this.bus = bus;
    this.volumes = volumes;
    this.clock = clock;
  }

  @Override
  public Future<?> start() {
    StorageSampler sampler = new StorageSampler(volumes);
    Heartbeat<StorageBeat> heartbeat = new Heartbeat<>(bus, beater, clock, sampler::beat);
    sampler.sample().onComplete(sampled -> beat(heartbeat));
    vertx.setPeriodic(
        beater.every().toMillis(),
        timer -> {
          beat(heartbeat);
          sampler.sample();
        });
    return bus.serve(Address.at(Role.STORAGE, beater.host()), new StorageCommands(heartbeat::next))
        .onSuccess(served -> serving = served);
  }

  @Override
  public Future<?> stop() {
    return serving == null ? Future.succeededFuture() : serving.stop();
  }

  private static void beat(Heartbeat<StorageBeat> heartbeat) {
    heartbeat.beat().onFailure(e -> LOG.debug("A beat was not told: {}", e.toString()));
  }
}
