package io.ballast.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ballast.ops.SimulatedFleet.Ran;
import io.ballast.ops.SimulatedFleet.Running;
import io.ballast.ops.client.Console;
import io.ballast.ops.client.Shell;
import io.ballast.testing.Lab;
import io.ballast.testing.Lab.Guest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToIntFunction;
import org.awaitility.Awaitility;

/**
 * A lab of hosts with networks, a RabbitMQ, a scheduler, and on each host its agents as a service:
 * when they are killed, they are started again. Needs the built jar.
 */
public final class FleetInLab implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String MACHINE = "10.213.0.1";
  private static final Path JAR = Path.of("target/ballast.jar").toAbsolutePath();

  private final Path world;
  private final Path configuration;
  private final Lab lab;
  private final TestBroker broker;
  private BallastProcess scheduler;
  private final int hosts;
  private final Set<String> guests = new HashSet<>();

  /**
   * Starts all of it.
   *
   * @param world a folder for its files
   * @param net what the agents are told of the network, in YAML
   */
  public FleetInLab(Path world, int hosts, String net) throws IOException {
    this(world, hosts, "host,net", net);
  }

  /**
   * Starts all of it.
   *
   * @param roles of the agents of each host
   */
  public FleetInLab(Path world, int hosts, String roles, String net) throws IOException {
    this(world, hosts, roles, net, "max-downtime: 20ms");
  }

  /**
   * Starts all of it.
   *
   * @param transfer how migrations are made, in YAML
   */
  public FleetInLab(Path world, int hosts, String roles, String net, String transfer)
      throws IOException {
    this.world = world;
    this.hosts = hosts;
    this.configuration = world.resolve("ballast.yaml");
    Path boot = Files.writeString(world.resolve("boot"), boot(roles));
    Files.setPosixFilePermissions(boot, PosixFilePermissions.fromString("rwx------"));
    lab = Lab.withSwitches(hosts, boot);
    broker = TestBroker.at(MACHINE);
    Path written = Files.writeString(world.resolve("new"), configuration(net, transfer));
    Files.move(written, configuration);
    scheduler = new BallastProcess(world, configured("scheduler"));
  }

  /** Waits until the scheduler has heard of a host's network. */
  public void awaitNetwork(int host) {
    Awaitility.await("the network of h" + host)
        .atMost(PATIENCE)
        .until(() -> ran("net", "bridges", "--host", "h" + host).out().contains("br-int"));
  }

  /**
   * What a host keeps running. It waits for the configuration, which is written last. What it says
   * is kept with the logs of its host.
   */
  private String boot(String roles) {
    return """
    #!/bin/bash
    cd /
    until [[ -s %1$s ]]; do sleep 0.1; done
    exec %2$s/bin/java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx96m -jar %3$s agent \\
      --roles %4$s --config %1$s --host "$1" --peer-uri "qemu+tcp://$2/system"
    """
        .formatted(configuration, System.getProperty("java.home"), JAR, roles);
  }

  private String configuration(String net, String transfer) {
    return """
    bus: {host: %1$s, credentials: %2$s}
    agent:
      beat: 1s
      journal: %3$s
      metrics: 127.0.0.1:0
      net:
    %4$s
    scheduler:
      journal: %3$s
      metrics: 127.0.0.1:0
      policy: {mode: "off", transfer: {%5$s}}
      liveness: {grace: 1s, hold-back: 1s}
    """
        .formatted(MACHINE, broker.credentials(), world, net.indent(4).stripTrailing(), transfer);
  }

  public Lab lab() {
    return lab;
  }

  /** A guest that was started. */
  public Guest running(int host, String... options) throws IOException {
    Guest guest = lab.guest(options);
    Path description = Files.writeString(world.resolve(guest.name()), guest.xml());
    lab.virsh(host, "create", description.toString());
    guests.add(guest.name());
    return guest;
  }

  /** Kills the scheduler and starts another, which knows of nothing but what it hears. */
  public void restartScheduler() throws IOException, InterruptedException {
    scheduler.kill();
    keepLogOf(scheduler);
    scheduler = new BallastProcess(world, configured("scheduler"));
  }

  /** Waits until the scheduler has heard of a guest. */
  public void awaitKnown(Guest guest) {
    Awaitility.await(guest.name())
        .atMost(PATIENCE)
        .until(() -> ran("vms").out().contains(guest.name()));
  }

  /** Switches all guests off, wherever they run, and undefines them where a move defined them. */
  public void clear() {
    for (int host = 1; host <= hosts; host++) {
      for (String name : lab.virsh(host, "list", "--name").lines().toList()) {
        if (guests.contains(name)) {
          lab.virsh(host, "destroy", name);
        }
      }
      for (String name : lab.virsh(host, "list", "--all", "--name").lines().toList()) {
        if (guests.contains(name)) {
          lab.virsh(host, "undefine", name);
        }
      }
    }
    guests.clear();
  }

  /** The process of a host's agents, once there is one. */
  public ProcessHandle agent(int host) {
    return Awaitility.await("the agents of h" + host)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> ProcessHandle.allProcesses().filter(it -> isAgent(it, host)).findFirst(),
            Optional::isPresent)
        .orElseThrow();
  }

  private boolean isAgent(ProcessHandle process, int host) {
    List<String> words = List.of(process.info().arguments().orElse(new String[0]));
    return words.contains("agent")
        && words.contains(configuration.toString())
        && words.contains("h" + host);
  }

  /** What a host's network agent has written down of the orders that it took on. */
  public Path journal(int host) {
    return world.resolve("net-h" + host + ".journal");
  }

  /** What a command prints that succeeds. */
  public String done(String... words) {
    Ran ran = ran(words);
    assertEquals(0, ran.code(), () -> String.join(" ", words) + ": " + ran);
    return ran.out();
  }

  /** Runs a command as at a prompt. */
  public Ran ran(String... words) {
    return SimulatedFleet.ran(command(words), Optional.empty());
  }

  /** Begins a command. */
  public Running begun(String... words) {
    return SimulatedFleet.begun(command(words), Optional.empty());
  }

  private ToIntFunction<Console> command(String... words) {
    String[] line = configured(words);
    return console -> Ballast.run(new Shell(console, new RabbitConnector(), Map.of()), line);
  }

  private String[] configured(String... words) {
    List<String> line = new ArrayList<>(List.of(words));
    line.addAll(List.of("--config", configuration.toString()));
    return line.toArray(String[]::new);
  }

  @Override
  public void close() {
    lab.close();
    try {
      scheduler.kill();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    try {
      keepLogOf(scheduler);
    } finally {
      broker.close();
    }
  }

  /** Beside those of the lab, where somebody wants them. */
  private static void keepLogOf(BallastProcess process) {
    Optional.ofNullable(System.getenv("BALLAST_KEEP_LOGS"))
        .map(Path::of)
        .ifPresent(
            folder -> {
              try {
                Files.createDirectories(folder);
                Path log = Files.createTempFile(folder, "scheduler-", ".log");
                Files.writeString(log, process.log());
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
  }
}
