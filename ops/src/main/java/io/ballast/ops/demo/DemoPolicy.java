package io.ballast.ops.demo;

import io.ballast.scheduler.core.policy.Policy;
import io.ballast.scheduler.core.policy.Policy.Threshold;
import io.ballast.scheduler.core.policy.Policy.Thresholds;
import java.time.Duration;

/** The policy of the demo: the usual one, but a host need not be hot for minutes. */
final class DemoPolicy {
  /** Long enough for all guests to boot, and to show what they want. */
  private static final Duration HOLD = Duration.ofSeconds(35);

  /** As short a look back, so that the audience need not wait between the moves. */
  private static final Duration WINDOW = Duration.ofSeconds(12);

  private static final Threshold USUAL = Thresholds.DEFAULT.cpu();

  /** A host of half a processor: one task that waits there is a load of 2 per processor. */
  private static final Threshold LOAD = twice(Thresholds.DEFAULT.load());

  static final Policy POLICY =
      Policy.DEFAULT.with(
          new Thresholds(
              new Threshold(USUAL.trigger(), HOLD, USUAL.low()),
              Thresholds.DEFAULT.memory(),
              LOAD,
              WINDOW,
              Thresholds.DEFAULT.holdShare()));

  private static Threshold twice(Threshold usual) {
    return new Threshold(2 * usual.trigger(), usual.hold(), 2 * usual.low());
  }

  /** The same for a fleet that lives that many times faster. */
  static Policy faster(int speed) {
    Thresholds usual = POLICY.thresholds();
    Policy.Pace pace = POLICY.pace();
    return POLICY
        .with(
            new Thresholds(
                faster(usual.cpu(), speed),
                faster(usual.memory(), speed),
                faster(usual.load(), speed),
                usual.window().dividedBy(speed),
                usual.holdShare()))
        .with(
            new Policy.Pace(
                pace.coolDown().dividedBy(speed),
                pace.noReturn().dividedBy(speed),
                pace.settle().dividedBy(speed),
                pace.loadLag().dividedBy(speed),
                pace.maxBeatAge()));
  }

  private static Threshold faster(Threshold usual, int speed) {
    return new Threshold(usual.trigger(), usual.hold().dividedBy(speed), usual.low());
  }

  /** The same as it stands in the configuration file. */
  static final String SETTINGS =
      """
      scheduler:
        policy:
          window: %ss
          cpu:
            hold: %ss
          load:
            trigger: %s
            low: %s
      """
          .formatted(WINDOW.toSeconds(), HOLD.toSeconds(), LOAD.trigger(), LOAD.low());

  private DemoPolicy() {}
}
