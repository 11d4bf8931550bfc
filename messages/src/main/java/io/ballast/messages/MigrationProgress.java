package io.ballast.messages;

import java.time.Duration;
import java.util.Optional;

/**
 * How far a migration is.
 *
 * @param elapsed since it began
 * @param total memory and disk to send in one pass
 * @param processed sent so far, in all passes
 * @param remaining left to send in this pass
 * @param rate sent per second
 * @param dirtyRate what the guest writes per second, which has to be sent again
 * @param iteration which pass over the memory is under way, from 1; 0 before the first
 * @param convergence how it comes to its end, where the agent tells
 */
public record MigrationProgress(
    Duration elapsed,
    Bytes total,
    Bytes processed,
    Bytes remaining,
    Bytes rate,
    Bytes dirtyRate,
    int iteration,
    Optional<Convergence> convergence) {
  public MigrationProgress {
    Fields.required(elapsed, "elapsed");
    Fields.required(total, "total");
    Fields.required(processed, "processed");
    Fields.required(remaining, "remaining");
    Fields.required(rate, "rate");
    Fields.required(dirtyRate, "dirtyRate");
    Fields.atLeastZero(iteration, "iteration");
    Fields.required(convergence, "convergence");
  }

  /** This with how it comes to its end. */
  public MigrationProgress with(Convergence known) {
    return new MigrationProgress(
        elapsed, total, processed, remaining, rate, dirtyRate, iteration, Optional.of(known));
  }

  /** The part of the total that need not be sent again, 0 to 1; it falls when the guest writes. */
  public double ratio() {
    return total.value() == 0 ? 0 : Math.max(0, 1 - remaining.shareOf(total));
  }
}
