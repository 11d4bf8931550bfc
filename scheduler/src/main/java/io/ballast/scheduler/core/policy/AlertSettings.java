package io.ballast.scheduler.core.policy;

import io.ballast.messages.Bytes;
import java.time.Duration;

/**
 * How long something must be wrong, or how much, before it is said.
 *
 * @param stuckFor of a hypervisor that does not answer its agent
 * @param doubledFor of a virtual machine that runs on two hosts; longer than two beats, because the
 *     two hosts are looked at at different moments of a migration
 * @param overlapFor of a virtual machine that is in memory on two hosts and runs on one at most,
 *     without any open operation that explains it; longer than a migration by hand takes
 * @param keptFor how long alerts that are over stay in the fleet's picture
 * @param poolFilling share of a pool that is used, from which on it is nearly full, 0 to 1
 * @param poolFull share from which on it is as good as full, no less than {@code poolFilling}, to 1
 * @param networks what is too much, and for how long, of networks
 */
public record AlertSettings(
    Duration stuckFor,
    Duration doubledFor,
    Duration overlapFor,
    Duration keptFor,
    double poolFilling,
    double poolFull,
    Networks networks) {
  /** Right for most. */
  public static final AlertSettings DEFAULT =
      new AlertSettings(
          Duration.ofSeconds(20),
          Duration.ofSeconds(15),
          Duration.ofMinutes(10),
          Duration.ofMinutes(15),
          0.85,
          0.95,
          Networks.DEFAULT);

  /**
   * Bounds of networks.
   *
   * @param portFor how long a port must not be as wanted; it is repaired within seconds, if it can
   * @param busy share of a link's speed that is used, from which on it is busy, above 0 to 1
   * @param idle what a link carries per second in both directions, below which it is idle; 0 = none
   *     ever is
   * @param rateFor how long a link must be busy or idle
   */
  public record Networks(Duration portFor, double busy, Bytes idle, Duration rateFor) {
    public static final Networks DEFAULT =
        new Networks(Duration.ofSeconds(30), 0.9, Bytes.ZERO, Duration.ofMinutes(1));

    public Networks {
      if (portFor.isNegative() || rateFor.isNegative() || !(busy > 0 && busy <= 1)) {
        throw new IllegalArgumentException(
            "alerts: portFor %s and rateFor %s must be at least 0, busy %s above 0 and at most 1"
                .formatted(portFor, rateFor, busy));
      }
    }
  }

  public AlertSettings {
    if (stuckFor.isNegative()
        || doubledFor.isNegative()
        || overlapFor.compareTo(doubledFor) < 0
        || keptFor.isNegative()) {
      throw new IllegalArgumentException(
          "alerts: stuckFor "
              + stuckFor
              + ", doubledFor "
              + doubledFor
              + " and keptFor "
              + keptFor
              + " must be at least 0, overlapFor "
              + overlapFor
              + " at least doubledFor");
    }
    if (!(poolFilling > 0 && poolFilling <= poolFull && poolFull <= 1)) {
      throw new IllegalArgumentException(
          "alerts: poolFilling %s must be above 0 and at most poolFull %s, which is at most 1"
              .formatted(poolFilling, poolFull));
    }
  }
}
