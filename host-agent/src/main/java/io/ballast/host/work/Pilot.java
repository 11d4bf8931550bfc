package io.ballast.host.work;

import io.ballast.host.trade.Passage;
import io.ballast.host.trade.Steering;
import io.ballast.messages.Bytes;
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
 * shortest so far. What it does about idle passes, in this order, and without what the hypervisor
 * refuses:
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

  /** A change that was refused so often in a row is not tried again. */
  private static final int REFUSALS = 3;

  private boolean mayPostCopy;
  private Duration most;
  private int refusals;
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
    this.mayPostCopy = order.usable().postCopy();
    this.most = order.maxDowntime();
  }

  /** How long the guest may stand still at first. */
  static Duration first(Migrate order) {
    Duration most = order.maxDowntime();
    return FIRST.compareTo(most) < 0 ? FIRST : most;
  }

  /** That a person ordered another longest pause, and that it is allowed at once. */
  void ordered(Duration pause, Duration elapsed) {
    most = pause;
    steered(new Steering.Pause(pause), elapsed);
  }

  /** That a change was made. */
  void steered(Steering how, Duration elapsed) {
    switch (how) {
      case Steering.Pause pause -> {}
      case Steering.PostCopy once -> mayPostCopy = false;
      case Steering.Bandwidth other -> shortest = null;
    }
    refusals = 0;
    betterAt = elapsed;
  }

  /** That a change was not made. */
  void refused() {
    refusals++;
  }

  /** What to do now that it was looked at. */
  Advice see(Passage now) {
    MigrationProgress progress = now.progress();
    if (!isMeasured(progress)) {
      betterAt = progress.elapsed();
      return new Advice.Wait();
    }
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
    if (better || pass <= FREE_PASSES || now.needed().compareTo(now.allowed()) <= 0) {
      return new Advice.Wait();
    }
    if (now.allowed().compareTo(most) < 0 && refusals < REFUSALS) {
      return new Advice.Steer(new Steering.Pause(next(now.allowed())));
    }
    if (mayPostCopy && refusals < REFUSALS) {
      return new Advice.Steer(new Steering.PostCopy());
    }
    return progress.elapsed().minus(betterAt).compareTo(STALL) < 0
        ? new Advice.Wait()
        : new Advice.GiveUp(why(now));
  }

  /** Until memory is sent for the second time, there is nothing but the allowed pause to tell. */
  private static boolean isMeasured(MigrationProgress progress) {
    return progress.iteration() > 1 && progress.dirtyRate().compareTo(Bytes.ZERO) > 0;
  }

  /** Also while its processors are slowed down further: what comes of it shows later. */
  private boolean isBetter(Passage now) {
    return shortest == null
        || now.throttle() > throttle
        || now.needed().toNanos() < shortest.toNanos() * (1 - MARGIN);
  }

  private Duration next(Duration allowed) {
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
        seconds(now.allowed()));
  }

  private static String seconds(Duration time) {
    return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1e3);
  }

  /** How it comes to its end, by what was seen. */
  Convergence convergence(Passage now) {
    return new Convergence(
        now.needed(),
        now.allowed(),
        now.throttle(),
        now.postCopy(),
        left(now).filter(Pilot::isSensible));
  }

  /**
   * Each pass sends what the guest wrote in the one before, until the rest fits the pause: with a
   * rate r, a dirty rate d and R left that takes (R - r·pause) / (r - d) and the pause.
   */
  private static Optional<Duration> left(Passage now) {
    double remaining = now.progress().remaining().value();
    double rate = now.progress().rate().value();
    double dirty = now.progress().dirtyRate().value();
    double pause = now.allowed().toNanos() / 1e9;
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
