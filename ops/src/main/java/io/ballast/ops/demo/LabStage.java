package io.ballast.ops.demo;

import io.ballast.bus.Bus;
import io.ballast.messages.HostId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The real stage: the lab's hosts, guests and a RabbitMQ on this machine, as root. */
final class LabStage implements Stage {
  /**
   * Where everything of the stage lies while it is up: configuration, credentials, logs. A lab
   * without this folder is somebody else's.
   */
  static final Path RUN = Path.of("/run/ballast/demo");

  /** A scheduler whose bus went before it takes up to ten seconds to end. */
  private static final Duration TO_END = Duration.ofSeconds(30);

  private static final Path LAB = Path.of("/run/ballast/lab");

  /** What a guest of the lab uses of its host: its kernel and its console. */
  private static final Path GUEST = Path.of("/var/cache/ballast/guest");

  private static final Path SERIAL = LAB.resolve("serial");

  /** Where whoever runs the demo wants to have all logs. */
  private static final Optional<Path> KEEP_LOGS =
      Optional.ofNullable(System.getenv("BALLAST_KEEP_LOGS")).map(Path::of);

  private static final String GATEWAY = "10.213.0.1";
  private static final int HOSTS = 3;
  private static final int TAIL = 20;

  /** How the lab's script ends when its lab belongs to a process that lives. */
  private static final int SOMEBODY_ELSES = 75;

  private static final String HOST_CPUS = "0.5";
  private static final String HOST_MEMORY = "2G";

  /** CPU appetites of the guests in percent of one processor; a host has half of one. */
  private static final int[] APPETITES = {28, 20, 14, 10, 7, 4};

  private static final Path BROKER = RUN.resolve("broker");
  private static final Path BOOT_FILE = RUN.resolve("boot");
  private static final String CONFIG = RUN.resolve("ballast.yaml").toString();

  private final Path ops;
  private final Script lab;
  private final Script broker;
  private final Script domain;
  private final Ticks ticks = new Ticks(SERIAL);
  private @Nullable BusConnection connection;
  private boolean standing;

  /** {@code ops} is the project's folder of that name. */
  LabStage(Path ops, Patience patience) {
    this.ops = ops;
    Duration within = patience.with(Duration.ofSeconds(20));
    lab = new Script(ops.resolve("lab/lab"), within);
    broker = new Script(ops.resolve("broker"), within);
    domain = new Script(ops.resolve("lab/guest/domain"), within);
  }

  @Override
  public String mode() {
    return "real";
  }

  @Override
  public int speed() {
    return 1;
  }

  @Override
  public Bus open(Progress progress) {
    List<String> inTheWay = takeDown();
    if (!inTheWay.isEmpty()) {
      throw new DemoFailure(String.join("; ", inTheWay));
    }
    writeFiles();
    progress.step("starting the lab: " + HOSTS + " hosts, each with a libvirtd of its own");
    up(
        "up",
        Integer.toString(HOSTS),
        "--cpu",
        HOST_CPUS,
        "--memory",
        HOST_MEMORY,
        "--boot",
        BOOT_FILE.toString(),
        "--owner",
        Long.toString(ProcessHandle.current().pid()));
    progress.step("starting RabbitMQ, an agent on each host, and the scheduler");
    broker.run("start", "--dir", BROKER.toString(), "--listen", GATEWAY);
    launchScheduler();
    BusConnection opened = BusConnection.open(Path.of(CONFIG));
    connection = opened;
    return opened.bus();
  }

  private void up(String... arguments) {
    Script.Result result = lab.attempt(arguments);
    if (result.exit() == SOMEBODY_ELSES) {
      delete(new ArrayList<>());
    }
    if (result.exit() != 0) {
      throw new DemoFailure(result.output().strip());
    }
    standing = true;
  }

  @Override
  public List<HostId> hosts() {
    return IntStream.rangeClosed(1, HOSTS).mapToObj(i -> new HostId("h" + i)).toList();
  }

  @Override
  public Map<String, String> guests() {
    Map<String, String> guests = new LinkedHashMap<>();
    for (int i = 0; i < APPETITES.length; i++) {
      String name = "vm" + (i + 1);
      String xml =
          domain.run(name, UUID.randomUUID().toString(), "--burn", Integer.toString(APPETITES[i]));
      guests.put(name, xml);
      ticks.follow(name);
    }
    return guests;
  }

  @Override
  public void cut(HostId host) {
    lab.run("host-cut", number(host));
  }

  @Override
  public void restore(HostId host) {
    lab.run("host-up", number(host));
  }

  @Override
  public Pauses pauses() {
    return ticks.pauses();
  }

  @Override
  public synchronized List<String> close() {
    ticks.close();
    if (connection != null) {
      connection.close();
      connection = null;
    }
    return takeDown();
  }

  @Override
  public List<String> keep() {
    ticks.close();
    return List.of(
        "The fleet goes on. Look around:",
        "  ops/ballast hosts        ops/ballast vms         ops/ballast plan",
        "  ops/ballast watch        ops/ballast alerts      ops/ballast migrate vm1 h1",
        "Its logs are in " + RUN + ". Stop it:",
        "  ops/demo --stop");
  }

  @Override
  public List<String> complaints() {
    List<String> lines = new ArrayList<>();
    if (!standing) {
      return lines;
    }
    for (HostId host : hosts()) {
      lines.addAll(tail(RUN.resolve("agent-" + host + ".log")));
    }
    lines.addAll(tail(RUN.resolve("scheduler.log")));
    return lines;
  }

  @Override
  public Optional<Path> saveLogs() {
    Logbook logbook = new Logbook(RUN, LAB);
    return standing
        ? Optional.of(KEEP_LOGS.map(logbook::saveTo).orElseGet(logbook::save))
        : Optional.empty();
  }

  private static List<String> tail(Path log) {
    if (!Files.exists(log)) {
      return List.of();
    }
    try (Stream<String> lines = Files.lines(log)) {
      List<String> all = lines.toList();
      List<String> tail = new ArrayList<>(List.of("", log + " ended with:"));
      tail.addAll(all.subList(Math.max(0, all.size() - TAIL), all.size()));
      return tail;
    } catch (IOException e) {
      return List.of(log + " can't be read: " + e);
    }
  }

  /** Takes down this demo's stage, or what a dead one left; that of a living one is not touched. */
  private List<String> takeDown() {
    if (!Files.exists(RUN)) {
      return List.of();
    }
    List<String> left = new ArrayList<>();
    Script.Result down = lab.attempt("down");
    if (down.exit() == SOMEBODY_ELSES) {
      return down.lines();
    }
    complain(down, left);
    end(schedulers(), left);
    if (Files.exists(BROKER)) {
      complain(broker.attempt("stop", "--dir", BROKER.toString()), left);
    }
    KEEP_LOGS.ifPresent(new Logbook(RUN, LAB)::saveTo);
    delete(left);
    left.addAll(lab.attempt("leftovers").lines());
    return left;
  }

  private void launchScheduler() {
    try {
      new ProcessBuilder(
              "setsid",
              "--fork",
              ops.resolve("ballast").toString(),
              "scheduler",
              "--config",
              CONFIG,
              "--journal",
              RUN.resolve("journals").toString())
          .redirectErrorStream(true)
          .redirectInput(Path.of("/dev/null").toFile())
          .redirectOutput(RUN.resolve("scheduler.log").toFile())
          .start()
          .waitFor(10, TimeUnit.SECONDS);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DemoFailure("interrupted");
    }
  }

  /** The schedulers that run with the stage's configuration, also those of an earlier demo. */
  private static List<ProcessHandle> schedulers() {
    return ProcessHandle.allProcesses()
        .filter(
            process ->
                process
                    .info()
                    .arguments()
                    .filter(words -> List.of(words).containsAll(List.of("scheduler", CONFIG)))
                    .isPresent())
        .toList();
  }

  private static void end(List<ProcessHandle> processes, List<String> left) {
    processes.forEach(ProcessHandle::destroy);
    for (ProcessHandle process : processes) {
      try {
        process.onExit().get(TO_END.toSeconds(), TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        process.destroyForcibly();
        left.add("the scheduler (process " + process.pid() + ") had to be killed");
      } catch (ExecutionException e) {
        throw new IllegalStateException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private void writeFiles() {
    try {
      Files.createDirectories(RUN);
      Files.setPosixFilePermissions(RUN, PosixFilePermissions.fromString("rwx------"));
      Files.writeString(Path.of(CONFIG), settings());
      Files.writeString(BOOT_FILE, bootProgram());
      Files.setPosixFilePermissions(BOOT_FILE, PosixFilePermissions.fromString("rwx------"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String settings() {
    return """
    # The demo's fleet.
    bus:
      host: %s
      credentials: %s/credentials
    agent:
      cluster: demo
      journal: %s/journals
      domains:
        folders: [%s, %s]
    """
            .formatted(GATEWAY, BROKER, RUN, GUEST, SERIAL)
        + DemoPolicy.SETTINGS;
  }

  /** What each host of the lab keeps running; called with the host's name and address. */
  private String bootProgram() {
    Path java = Path.of(ProcessHandle.current().info().command().orElseThrow()).toAbsolutePath();
    return """
    #!/bin/bash
    cd /
    until [[ -s %1$s/credentials ]]; do sleep 0.2; done
    exec '%2$s' -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx96m -jar '%3$s' agent --config %4$s \\
      --host "$1" --peer-uri "qemu+tcp://$2/system" >>%5$s/agent-"$1".log 2>&1
    """
        .formatted(BROKER, java, ops.resolve("target/ballast.jar"), CONFIG, RUN);
  }

  private static void delete(List<String> left) {
    if (!Files.exists(RUN)) {
      return;
    }
    try (Stream<Path> files = Files.walk(RUN)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
      Files.delete(RUN.getParent());
    } catch (DirectoryNotEmptyException others) {
      // Somebody else's: /run/ballast is not the demo's alone.
    } catch (IOException e) {
      left.add("cannot remove " + RUN + ": " + e);
    }
  }

  private static void complain(Script.Result result, List<String> left) {
    if (result.exit() != 0) {
      left.add(result.output().strip());
    }
  }

  private static String number(HostId host) {
    return host.value().substring(1);
  }
}
