package io.ballast.ops.client;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** On which host work on a volume is done, and how long its end is waited for. */
final class WorkOptions {
  @Option(
      names = "--wait",
      paramLabel = "TIME",
      defaultValue = "1h",
      converter = FleetOptions.PositiveDuration.class,
      description = "How long to wait for the end of the work (default: ${DEFAULT-VALUE}).")
  Duration patience = Duration.ofHours(1);

  @Option(
      names = "--host",
      paramLabel = "HOST",
      description = "By whose agent, if several hosts have the pool.")
  @Nullable String host;

  @Mixin FleetOptions fleet = new FleetOptions();
}
