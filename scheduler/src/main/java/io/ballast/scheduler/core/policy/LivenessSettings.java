package io.ballast.scheduler.core.policy;

import java.time.Duration;

/**
 * When silence means something.
 *
 * <p>A host whose beats come every {@code m} seconds with deviation {@code s} is late after {@code
 * m + pause + z(phi) * s}; with the defaults, a calm beat of 3 s makes it suspect after 6.1 s and
 * silent after 10.6 s. Beats pause far more often than their statistics say (measured: the pauses
 * decide, not the deviation), hence the pauses that are allowed for.
 *
 * @param phi suspicion at which a host counts as late: 8 means one chance in 10^8, by the fitted
 *     rhythm, that the beat is still to come; above 0
 * @param suspectPause pause allowed for before a host is suspect, in its own beat intervals; at
 *     least 0
 * @param silentPause pause allowed for before a host is silent, in its own beat intervals; at least
 *     1 more than {@code suspectPause}, so that when the first of many hosts falls silent the
 *     others are already suspect
 * @param leastDeviation deviation that is assumed at least, in beat intervals; above 0
 * @param grace time after the scheduler's start in which nothing is declared silent
 * @param holdBack how long verdicts are held back when many hosts are late at once; twice as long
 *     when nobody at all is heard
 */
public record LivenessSettings(
    double phi,
    double suspectPause,
    double silentPause,
    double leastDeviation,
    Duration grace,
    Duration holdBack) {
  /** Right for most. */
  public static final LivenessSettings DEFAULT =
      new LivenessSettings(8, 0.5, 2, 0.1, Duration.ofSeconds(30), Duration.ofSeconds(30));

  public LivenessSettings {
    if (!(phi > 0 && phi <= 100)) {
      throw new IllegalArgumentException("liveness: phi is " + phi + "; it must lie in (0, 100]");
    }
    if (!(suspectPause >= 0 && silentPause >= suspectPause + 1 && silentPause <= 100)) {
      throw new IllegalArgumentException(
          "liveness: suspectPause is "
              + suspectPause
              + " and silentPause "
              + silentPause
              + "; the first must be at least 0, the second at least 1 more and at most 100");
    }
    if (!(leastDeviation > 0 && leastDeviation <= 1)) {
      throw new IllegalArgumentException(
          "liveness: leastDeviation is " + leastDeviation + "; it must lie in (0, 1]");
    }
    if (grace.isNegative() || holdBack.isNegative()) {
      throw new IllegalArgumentException("liveness: grace and holdBack can't be negative");
    }
  }
}
