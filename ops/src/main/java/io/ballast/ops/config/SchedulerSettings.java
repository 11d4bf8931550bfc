package io.ballast.ops.config;

import io.ballast.scheduler.SchedulerConfig;
import io.ballast.scheduler.core.policy.Policy;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a scheduler has to be told.
 *
 * @param listen where it serves its metrics
 * @param journal the folder in which it writes down its epoch
 */
public record SchedulerSettings(SchedulerConfig config, ListenAddress listen, Path journal) {
  public static final SchedulerSettings DEFAULT =
      new SchedulerSettings(
          SchedulerConfig.DEFAULT,
          new ListenAddress("127.0.0.1", 9700),
          Path.of("/var/lib/ballast"));

  /** The same with another mode, if there is one. */
  public SchedulerSettings with(Optional<Policy.Mode> mode) {
    return mode.map(
            other ->
                new SchedulerSettings(
                    new SchedulerConfig(
                        config.policy().with(other), config.liveness(), config.alerts()),
                    listen,
                    journal))
        .orElse(this);
  }

  static SchedulerSettings read(Section section) {
    return new SchedulerSettings(
        new SchedulerConfig(
            section.section("policy", PolicyReader::policy),
            section.section("liveness", WatchReader::liveness),
            section.section("alerts", WatchReader::alerts)),
        section.value("metrics", ListenAddress::of).orElse(DEFAULT.listen()),
        section.value("journal", Path::of).orElse(DEFAULT.journal()));
  }
}
