package io.ballast.ops.config;

import io.ballast.scheduler.SchedulerConfig;
import io.ballast.scheduler.core.policy.Policy;
import java.util.Optional;

/** What a scheduler has to be told, and where it serves its metrics. */
public record SchedulerSettings(SchedulerConfig config, ListenAddress listen) {
  public static final SchedulerSettings DEFAULT =
      new SchedulerSettings(SchedulerConfig.DEFAULT, new ListenAddress("127.0.0.1", 9700));

  /** The same with another mode, if there is one. */
  public SchedulerSettings with(Optional<Policy.Mode> mode) {
    return mode.map(
            other ->
                new SchedulerSettings(
                    new SchedulerConfig(
                        config.policy().with(other), config.liveness(), config.alerts()),
                    listen))
        .orElse(this);
  }

  static SchedulerSettings read(Section section) {
    return new SchedulerSettings(
        new SchedulerConfig(
            section.section("policy", PolicyReader::policy),
            section.section("liveness", WatchReader::liveness),
            section.section("alerts", WatchReader::alerts)),
        section.value("metrics", ListenAddress::of).orElse(DEFAULT.listen()));
  }
}
