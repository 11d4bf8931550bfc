package io.ballast.agent;

import io.ballast.bus.Bus;
import io.ballast.messages.Beat;
import io.ballast.messages.HostId;
import io.ballast.messages.Pulse;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Function;

/**
 * The heart of one agent: numbers its beats from 1 and tells them to the bus, in one incarnation.
 *
 * <p>It has no timer: its owner calls {@link #beat()} every {@link Beater#every()}, and in between
 * when there is news. Used from one thread.
 *
 * @param <B> the agent's kind of beat
 */
public final class Heartbeat<B extends Beat> {
  private final Bus bus;
  private final Beater beater;
  private final Clock clock;
  private final Function<Pulse, B> body;
  private final long incarnation;
  private long sequence;

  /**
   * @param incarnation numbers the agent's life
   * @param body makes a beat out of its pulse from what is known, without waiting
   */
  public Heartbeat(Bus bus, Beater beater, long incarnation, Clock clock, Function<Pulse, B> body) {
    this.bus = bus;
    this.beater = beater;
    this.clock = clock;
    this.body = body;
    this.incarnation = incarnation;
  }

  /** Tells one beat. Completes when the bus took it or dropped it; the next one repeats it all. */
  public Future<Void> beat() {
    B beat = next();
    sequence++;
    return bus.fanout(beat);
  }

  /** What the next beat would say now. */
  public B next() {
    return body.apply(
        new Pulse(
            beater.host(),
            beater.cluster(),
            incarnation,
            sequence + 1,
            clock.instant(),
            beater.every(),
            beater.version()));
  }

  /**
   * Who beats, and how often.
   *
   * @param cluster hosts of one cluster are balanced against each other
   * @param every from one beat to the next, above zero
   * @param version the agent's
   */
  public record Beater(HostId host, String cluster, Duration every, String version) {
    public Beater {
      if (every.toMillis() < 1) {
        throw new IllegalArgumentException("beats must be at least 1 ms apart, not " + every);
      }
    }
  }
}
