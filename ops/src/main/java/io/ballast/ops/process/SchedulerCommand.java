package io.ballast.ops.process;

import io.ballast.agent.FileBook;
import io.ballast.agent.FileJournal;
import io.ballast.ops.Version;
import io.ballast.ops.client.Credentials;
import io.ballast.ops.config.Configuration;
import io.ballast.ops.config.SchedulerSettings;
import io.ballast.scheduler.HostPorts;
import io.ballast.scheduler.SchedulerVerticle;
import io.ballast.scheduler.core.policy.Policy;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs a scheduler. */
@Command(
    name = "scheduler",
    mixinStandardHelpOptions = true,
    description = "Run the scheduler: it watches the hosts, balances them and raises alerts.",
    footer = {
      "",
      "It waits for the bus, runs until it gets SIGTERM or Ctrl-C, and logs to standard output.",
      "Triggers, caps and pace stand in the configuration file under scheduler.policy.",
      "",
      "Examples:",
      "  ballast scheduler --config /etc/ballast/ballast.yaml",
      "  ballast scheduler --mode recommend     propose, and move nothing",
      "  curl -s http://127.0.0.1:9700/metrics"
    })
public final class SchedulerCommand implements Callable<Integer> {
  private final Map<String, String> environment;

  @Mixin private ProcessOptions options;

  @Option(
      names = "--mode",
      paramLabel = "MODE",
      description =
          "What becomes of plans: ${COMPLETION-CANDIDATES}; instead of scheduler.policy.mode.")
  private Policy.@Nullable Mode mode;

  @Option(
      names = "--journal",
      paramLabel = "FOLDER",
      description = "Where the scheduler writes down what it must know after its next start.")
  private @Nullable Path journal;

  public SchedulerCommand(Map<String, String> environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() {
    Logging.at(options.detail);
    Configuration configuration = options.fleet.configuration(environment);
    SchedulerSettings settings = configuration.scheduler().with(Optional.ofNullable(mode));
    Path folder = Optional.ofNullable(journal).orElse(settings.journal());
    FleetProcess process =
        new FleetProcess(Credentials.busOptions(configuration.bus(), "scheduler"));
    process.start(
        Optional.ofNullable(options.listen).orElse(settings.listen()),
        "scheduler "
            + Version.text()
            + ", mode "
            + settings.config().policy().mode().name().toLowerCase(Locale.ROOT),
        List.of(
            new SchedulerVerticle(
                settings.config(),
                process.bus(),
                new FileJournal(folder.resolve("scheduler.journal"), "scheduler"),
                new FileBook<>(process.vertx(), folder.resolve("scheduler.ports"), HostPorts.class),
                process.registry(),
                Clock.systemUTC())));
    process.untilTold();
    return 0;
  }
}
