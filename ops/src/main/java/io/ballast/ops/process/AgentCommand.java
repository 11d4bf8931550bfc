package io.ballast.ops.process;

import io.ballast.messages.HostId;
import io.ballast.ops.Version;
import io.ballast.ops.client.Credentials;
import io.ballast.ops.config.AgentSettings;
import io.ballast.ops.config.ConfigException;
import io.ballast.ops.config.Configuration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs the agents of this host. */
@Command(
    name = "agent",
    mixinStandardHelpOptions = true,
    description = "Run this host's agents: they beat what the host does and carry out commands.",
    footer = {
      "",
      "It waits for the bus, runs until it gets SIGTERM or Ctrl-C, and logs to standard output.",
      "Virtual machines run on when it ends.",
      "",
      "Examples:",
      "  ballast agent --config /etc/ballast/ballast.yaml",
      "  ballast agent --host h1 --peer-uri qemu+tcp://10.0.0.1/system",
      "  curl -s http://127.0.0.1:9701/health"
    })
public final class AgentCommand implements Callable<Integer> {
  private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");

  private final Map<String, String> environment;

  @Mixin private ProcessOptions options;

  @Option(
      names = "--host",
      paramLabel = "NAME",
      description = "What the fleet calls this host (default: its name up to the first dot).")
  private @Nullable String host;

  @Option(
      names = "--cluster",
      paramLabel = "NAME",
      description = "Hosts of one cluster are balanced against each other.")
  private @Nullable String cluster;

  @Option(names = "--beat", paramLabel = "TIME", description = "From one beat to the next.")
  private @Nullable String beat;

  @Option(names = "--libvirt", paramLabel = "URI", description = "This host's hypervisor.")
  private @Nullable String libvirt;

  @Option(
      names = "--peer-uri",
      paramLabel = "URI",
      description = "How other hosts' hypervisors reach this one for migrations.")
  private @Nullable String peerUri;

  @Option(
      names = "--journal",
      paramLabel = "FOLDER",
      description = "Where the agents write down what they must not forget.")
  private @Nullable Path journal;

  @Option(
      names = "--roles",
      split = ",",
      paramLabel = "ROLE",
      description = "Which agents to run: ${COMPLETION-CANDIDATES} (default: all).")
  private Set<AgentRole> roles = EnumSet.allOf(AgentRole.class);

  public AgentCommand(Map<String, String> environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() {
    Logging.at(options.detail);
    Configuration configuration = options.fleet.configuration(environment);
    AgentSettings settings = settings(configuration.agent());
    HostId id = settings.id().orElseGet(AgentCommand::ownName);
    FleetProcess process =
        new FleetProcess(Credentials.busOptions(configuration.bus(), "agent." + id));
    process.start(
        settings.listen(),
        "agent %s of host %s (%s), cluster %s, %s"
            .formatted(
                Version.text(),
                id,
                roles.stream().map(AgentRole::toString).collect(Collectors.joining(", ")),
                settings.cluster(),
                settings.libvirt()),
        new Agents(id, settings, process).of(roles));
    process.untilTold();
    return 0;
  }

  private AgentSettings settings(AgentSettings configured) {
    try {
      return new AgentSettings(
          Optional.ofNullable(host).map(HostId::new).or(configured::id),
          Optional.ofNullable(cluster).orElse(configured.cluster()),
          Optional.ofNullable(beat).map(AgentSettings::beat).orElse(configured.beat()),
          Optional.ofNullable(libvirt).orElse(configured.libvirt()),
          Optional.ofNullable(peerUri).or(configured::peerUri),
          configured.migrationPorts(),
          Optional.ofNullable(options.listen).orElse(configured.listen()),
          configured.commanders(),
          Optional.ofNullable(journal).orElse(configured.journal()),
          configured.exchange(),
          configured.ceph(),
          configured.retention(),
          configured.domains(),
          configured.storage(),
          configured.peers(),
          configured.net());
    } catch (IllegalArgumentException e) {
      throw new ConfigException(String.valueOf(e.getMessage()));
    }
  }

  private static HostId ownName() {
    try {
      return new HostId(Files.readString(HOST_NAME).strip().replaceAll("\\..*", ""));
    } catch (IOException | IllegalArgumentException e) {
      throw new ConfigException(
          "this machine's name is none for a host; give one with --host or agent.host");
    }
  }
}
