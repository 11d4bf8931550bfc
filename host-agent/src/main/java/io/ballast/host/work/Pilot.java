package io.ballast.host.work;

import io.ballast.host.trade.Passage;
import io.ballast.host.trade.Steering;
import io.ballast.messages.Convergence;
import io.ballast.messages.HostCommand;
import io.ballast.messages.HostCommand.Migrate;
import io.ballast.messages.MigrationProgress;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes a live migration end. It judges at the end of each pass over the guest's memory, never by a
 * clock alone: a pass is idle if the pause that would be needed now is not clearly shorter than the
 * shortest so far. What it does about idle passes, in this order:
 *
 * <pre>
 *   the pause that is allowed grows by a step, from 150 ms to what was ordered
 *   where that is allowed, the guest runs on the target at once, and its memory follows
 *   it is given up, when nothing has got better for 40 s
 * </pre>
 *
 * The numbers are KubeVirt's: the steps of its migration tuning, and the window and margin of its
 * stall detector. Lives on one loop.
 */
final class Pilot {
  /** The pause that is tried first. */
  private static final Duration FIRST = Duration.ofMillis(150);

  private static final int STEPS = 7;

  /** So many passes say nothing: the first sends all, and the next two what was written in them. */
  private static final int FREE_PASSES = 3;

  /** A pause that is shorter by less is no progress. */
  private static final double MARGIN = 0.04;

  private static final Duration STALL = Duration.ofSeconds(40);

  private boolean mayPostCopy;
  private Duration most;
  private Duration allowed;
  private int pass;
  private int throttle;
  private @Nullable Duration shortest;
  private Duration betterAt = Duration.ZERO;

  /** What is to be done. */
  sealed interface Advice {
    /** Let it go on. */
    record Wait() implements Advice {}

    /** Change it. */
    record Steer(Steering how) implements Advice {}

    /** Abort it, for it does not end. */
    record GiveUp(String why) implements Advice {}
  }

  Pilot(Migrate order) {
    this.mayPostCopy = order.means().filter(means -> means.postCopy()).isPresent();
    this.most = order.maxDowntime();
    this.allowed = FIRST.compareTo(most) < 0 ? FIRST : most;
  }

  /** How long the guest may stand still at this moment. */
  Duration allowed() {
    return allowed;
  }

  /** That a person ordered another longest pause, and that it is allowed at once. */
  void ordered(Duration pause, Duration elapsed) {
    most = pause;
    steered(new Steering.Pause(pause), elapsed);
  }

  /** That a change was made. */
  void steered(Steering how, Duration elapsed) {
    switch (how) {
      case Steering.Pause pause -> allowed = pause.most();
      case Steering.PostCopy once -> mayPostCopy = false;
      case Steering.Bandwidth other -> shortest = null;
    }
    betterAt = elapsed;
  }

  /** What to do now that it was looked at. */
  Advice see(Passage now) {
    MigrationProgress progress = now.progress();
    if (now.postCopy() || progress.iteration() == pass) {
      return new Advice.Wait();
    }
    pass = progress.iteration();
    boolean better = isBetter(now);
    if (better) {
      shortest = now.needed();
      betterAt = progress.elapsed();
    }
    throttle = now.throttle();
    if (better || pass <= FREE_PASSES || now.needed().compareTo(allowed) <= 0) {
      return new Advice.Wait();
    }
    if (allowed.compareTo(most) < 0) {
      return new Advice.Steer(new Steering.Pause(next()));
    }
    if (mayPostCopy) {
      return new Advice.Steer(new Steering.PostCopy());
    }
    return progress.elapsed().minus(betterAt).compareTo(STALL) < 0
        ? new Advice.Wait()
        : new Advice.GiveUp(why(now));
  }

  /** Also while its processors are slowed down further: what comes of it shows later. */
  private boolean isBetter(Passage now) {
    return shortest == null
        || now.throttle() > throttle
        || now.needed().toNanos() < shortest.toNanos() * (1 - MARGIN);
  }

  private Duration next() {
    Duration step = most.minus(FIRST).dividedBy(STEPS).plusMillis(1);
    Duration next = allowed.plus(step);
    return next.compareTo(most) < 0 ? next : most;
  }

  private String why(Passage now) {
    return String.format(
        Locale.ROOT,
        "the guest writes %s a second, and %s are sent: it would have to stand still for %s, and"
            + " %s are allowed. Allow a longer pause, more bandwidth, auto-converge or post-copy",
        now.progress().dirtyRate(),
        now.progress().rate(),
        seconds(now.needed()),
        seconds(allowed));
  }

  private static String seconds(Duration time) {
    return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1e3);
  }

  /** How it comes to its end, by what was seen. */
  Convergence convergence(Passage now) {
    return new Convergence(
        now.needed(), allowed, now.throttle(), now.postCopy(), left(now).filter(Pilot::isSensible));
  }

  /**
   * Each pass sends what the guest wrote in the one before, until the rest fits the pause: with a
   * rate r, a dirty rate d and R left that takes (R - r·pause) / (r - d) and the pause.
   */
  private Optional<Duration> left(Passage now) {
    double remaining = now.progress().remaining().value();
    double rate = now.progress().rate().value();
    double dirty = now.progress().dirtyRate().value();
    double pause = allowed.toNanos() / 1e9;
    if (rate == 0) {
      return Optional.empty();
    }
    if (now.postCopy() || remaining <= rate * pause) {
      return Optional.of(ofSeconds(remaining / rate));
    }
    return dirty >= rate
        ? Optional.empty()
        : Optional.of(ofSeconds((remaining - rate * pause) / (rate - dirty) + pause));
  }

  private static Duration ofSeconds(double seconds) {
    return Duration.ofMillis(Math.round(Math.min(seconds * 1e3, Long.MAX_VALUE)));
  }

  /** Two rates that are nearly the same make any length of time. */
  private static boolean isSensible(Duration left) {
    return left.compareTo(HostCommand.LONGEST_WITHIN) <= 0;
  }
}
