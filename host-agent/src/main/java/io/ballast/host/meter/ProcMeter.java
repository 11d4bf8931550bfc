package io.ballast.host.meter;

import io.ballast.messages.Bytes;
import io.ballast.messages.HostBeat.Pressure;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a Linux host's {@code /proc}, and the control group that is its whole world where it is a
 * container: a few small files, in about 0.2 ms, on a worker thread.
 *
 * <p>Where the root of the visible control groups has a CPU quota, the host is that group: it has
 * as many processors as the quota gives, and what they did is the group's own CPU time. A real
 * host's root group has no quota, and neither has the service that this runs in, whose own limits
 * say nothing about the host. The files of {@code /proc} need no such care: a container that is to
 * have its own memory and load average has them there by lxcfs.
 */
public final class ProcMeter implements HostMeter {
  private static final Logger LOG = LoggerFactory.getLogger(ProcMeter.class);

  /** Words of a line of {@code net/dev} after the name: the bytes received, and those sent. */
  private static final int RECEIVED = 0;

  private static final int SENT = 8;

  private final Vertx vertx;
  private final Path proc;
  private final CpuGroup group;

  /**
   * @param proc usually {@code /proc}
   * @param sys usually {@code /sys}
   */
  public ProcMeter(Vertx vertx, Path proc, Path sys) {
    this.vertx = vertx;
    this.proc = proc;
    this.group = new CpuGroup(sys.resolve("fs/cgroup"));
  }

  @Override
  public Future<Reading> read() {
    return vertx.executeBlocking(this::readNow, false);
  }

  @Override
  public Future<String> describe() {
    return vertx.executeBlocking(Machine::describe, false);
  }

  Reading readNow() throws IOException {
    Processors processors = Processors.of(file("stat"));
    Optional<CpuGroup.Quota> quota = group.quota();
    double count = processors.count();
    Memory memory = Memory.of(file("meminfo"));
    return new Reading(
        Duration.ofNanos(System.nanoTime()),
        quota.map(limit -> Math.min(limit.cpus(), count)).orElse(count),
        quota.map(CpuGroup.Quota::used).orElse(processors.used()),
        memory.total(),
        memory.used(),
        averages(file("loadavg")),
        pressure(),
        links(file("net/dev")),
        memory.hugePages());
  }

  private ProcFile file(String name) {
    return new ProcFile(proc.resolve(name));
  }

  /**
   * A count. Those of a container are differences, which may fall a little below zero; they are
   * printed without their sign, as a number near 2^64, and count as none.
   *
   * @throws NumberFormatException if it is no such number
   */
  static long count(String digits) {
    return Math.max(0, Long.parseUnsignedLong(digits));
  }

  private static List<Double> averages(ProcFile loadavg) throws IOException {
    List<String> words = loadavg.words();
    if (words.size() < 3) {
      throw loadavg.odd("has no three load averages");
    }
    return List.of(
        loadavg.amount(words.get(0)), loadavg.amount(words.get(1)), loadavg.amount(words.get(2)));
  }

  /** A container's own pressure where there is one; the machine's is not the container's. */
  private Optional<Pressure> pressure() throws IOException {
    return group.isContainer()
        ? pressure(group.folder(), ".pressure")
        : pressure(proc.resolve("pressure"), "");
  }

  private static Optional<Pressure> pressure(Path folder, String ending) {
    try {
      ProcFile cpu = new ProcFile(folder.resolve("cpu" + ending));
      ProcFile memory = new ProcFile(folder.resolve("memory" + ending));
      ProcFile io = new ProcFile(folder.resolve("io" + ending));
      return Optional.of(
          new Pressure(
              average10(cpu, "some"),
              average10(memory, "some"),
              average10(memory, "full"),
              average10(io, "some"),
              average10(io, "full")));
    } catch (IOException noneHere) {
      return Optional.empty();
    }
  }

  private static double average10(ProcFile file, String who) throws IOException {
    for (String line : file.lines()) {
      if (line.startsWith(who + " avg10=")) {
        String percent = line.substring((who + " avg10=").length()).split("\\s", 2)[0];
        return Math.min(1, file.amount(percent) / 100);
      }
    }
    throw file.odd("has no line for " + who);
  }

  /** The links by name; a line that makes no sense is left out. A name may have colons in it. */
  private static Map<String, LinkCounters> links(ProcFile dev) throws IOException {
    Map<String, LinkCounters> links = new HashMap<>();
    for (String line : dev.lines()) {
      int colon = line.lastIndexOf(':');
      String name = line.substring(0, Math.max(0, colon)).strip();
      String[] words = line.substring(colon + 1).strip().split("\\s+", -1);
      if (!name.isEmpty() && !name.equals("lo") && words.length > SENT) {
        try {
          links.put(
              name,
              new LinkCounters(new Bytes(count(words[RECEIVED])), new Bytes(count(words[SENT]))));
        } catch (NumberFormatException e) {
          LOG.debug("{} tells nothing sensible of {}", dev.path(), name);
        }
      }
    }
    return links;
  }
}
