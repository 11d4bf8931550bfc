package io.ballast.storage;

import io.ballast.agent.Agent;
import io.ballast.agent.Journal;
import io.ballast.agent.Loop;
import io.ballast.bus.Bus;
import io.ballast.bus.Role;
import io.ballast.messages.StorageBeat;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

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

  private final Agent.Terms terms;
  private final Bus bus;
  private final Journal journal;
  private final Volumes volumes;
  private final Clock clock;
  private @Nullable Agent<StorageBeat> agent;

  public StorageAgent(Agent.Terms terms, Bus bus, Journal journal, Volumes volumes, Clock clock) {
    this.terms = terms;
    this.bus = bus;
    this.journal = journal;
    this.volumes = volumes;
    this.clock = clock;
  }

  @Override
  public Future<?> start() {
    StorageSampler sampler = new StorageSampler(volumes, clock);
    Agent<StorageBeat> made =
        new Agent<>(
            Role.STORAGE,
            terms,
            new Agent.Surroundings(bus, journal, Loop.of(context), clock),
            StorageCommands::new,
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
