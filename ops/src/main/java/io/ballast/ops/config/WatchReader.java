package io.ballast.ops.config;

import io.ballast.scheduler.core.policy.AlertSettings;
import io.ballast.scheduler.core.policy.LivenessSettings;

/**
 * When silence means something and what else is alerted, as it stands in the configuration file.
 */
final class WatchReader {
  private WatchReader() {}

  static LivenessSettings liveness(Section section) {
    LivenessSettings usual = LivenessSettings.DEFAULT;
    return new LivenessSettings(
        section.number("phi", usual.phi()),
        section.number("suspect-pause", usual.suspectPause()),
        section.number("silent-pause", usual.silentPause()),
        section.number("least-deviation", usual.leastDeviation()),
        section.duration("grace", usual.grace()),
        section.duration("hold-back", usual.holdBack()));
  }

  static AlertSettings alerts(Section section) {
    AlertSettings usual = AlertSettings.DEFAULT;
    return new AlertSettings(
        section.duration("stuck-for", usual.stuckFor()),
        section.duration("doubled-for", usual.doubledFor()),
        section.duration("overlap-for", usual.overlapFor()),
        section.duration("kept-for", usual.keptFor()),
        section.share("pool-filling", usual.poolFilling()),
        section.share("pool-full", usual.poolFull()),
        new AlertSettings.Networks(
            section.duration("port-differs-for", usual.networks().portFor()),
            section.share("uplink-busy", usual.networks().busy()),
            section.bytes("uplink-idle").orElse(usual.networks().idle()),
            section.duration("uplink-for", usual.networks().rateFor())));
  }
}
