package io.ballast.ops.process;

import io.ballast.messages.HostId;
import io.ballast.ops.client.Credentials;
import io.ballast.ops.config.Configuration;
import io.vertx.core.Deployable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Runs simulated hosts on a real bus. */
@Command(
    name = "simulated-hosts",
    mixinStandardHelpOptions = true,
    description = "Run three hosts that exist in memory only, six guests on the first of them.",
    footer = {
      "",
      "Their agents are the real ones, on a real bus; libvirt, guests and migrations are"
          + " simulated.",
      "For a look at Ballast where no hypervisor can run, such as in containers (compose.yaml)."
    })
public final class SimulatedHostsCommand implements Callable<Integer> {
  private static final int HOSTS = 3;

  private final Map<String, String> environment;

  @Mixin private ProcessOptions options;

  public SimulatedHostsCommand(Map<String, String> environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() {
    Logging.at(options.detail);
    Configuration configuration = options.fleet.configuration(environment);
    FleetProcess process =
        new FleetProcess(Credentials.busOptions(configuration.bus(), "simulated-hosts"));
    SimulatedHosts hosts = new SimulatedHosts(process.vertx(), HOSTS, process.registry(), 1);
    List<HostId> ids = hosts.ids();
    hosts.boot(ids.getFirst());
    String cluster = configuration.agent().cluster();
    process.start(
        Optional.ofNullable(options.listen).orElse(configuration.agent().listen()),
        "simulated hosts " + ids + ", cluster " + cluster,
        ids.stream().<Deployable>map(id -> hosts.agent(id, cluster, process.bus())).toList());
    process.untilTold();
    return 0;
  }
}
