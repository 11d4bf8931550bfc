package io.ballast.agent;

import io.ballast.bus.Bus;
import io.ballast.bus.Role;
import io.ballast.messages.Beat;
import io.ballast.messages.Pulse;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/**
 * An agent that looks at its part of the host once in each interval of its beats. A beat tells what
 * was known when it was made; the look that it sends off is told in the next one.
 *
 * <p>Whoever deploys it owns what it is given, and closes that after undeploying it.
 *
 * @param <B> its kind of beat
 */
public final class AgentVerticle<B extends Beat> extends VerticleBase {
  private final Role role;
  private final Agent.Terms terms;
  private final Bus bus;
  private final Journal journal;
  private final Clock clock;
  private final Craft<B> craft;
  private @Nullable Agent<B> agent;

  /** What an agent sees and does. */
  public interface Craft<B extends Beat> {
    /** The trade of an agent. */
    Trade trade(Agent<B> agent);

    /** Looks afresh; completes, and never fails, once it has seen or can't. */
    Future<Void> look();

    /** A beat of what was seen last, made without waiting; may refuse as {@code NOT_READY}. */
    B beat(Pulse pulse);
  }

  public AgentVerticle(
      Role role, Agent.Terms terms, Bus bus, Journal journal, Clock clock, Craft<B> craft) {
    this.role = role;
    this.terms = terms;
    this.bus = bus;
    this.journal = journal;
    this.clock = clock;
    this.craft = craft;
  }

  @Override
  public Future<?> start() {
    Loop loop = Loop.of(context);
    Agent<B> made =
        new Agent<>(
            role,
            terms,
            new Agent.Surroundings(bus, journal, loop, clock),
            craft::trade,
            known -> craft.beat(known.pulse()),
            Agent.Watcher.none());
    agent = made;
    return made.start()
        .onSuccess(
            serving -> {
              made.beatFrom(craft.look());
              vertx.setPeriodic(terms.beater().every().toMillis(), timer -> loop.run(craft::look));
            });
  }

  @Override
  public Future<?> stop() {
    return agent == null ? Future.succeededFuture() : agent.stop();
  }
}
