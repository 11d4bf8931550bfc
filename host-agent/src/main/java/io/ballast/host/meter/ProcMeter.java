package io.ballast.host.meter;

import io.ballast.messages.Bytes;
import io.ballast.messages.HostBeat.Pressure;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
  /** Ticks per second in {@code /proc/stat}: {@code USER_HZ}, the same on every Linux. */
  private static final long TICKS_PER_SECOND = 100;

  private static final int IDLE = 3;
  private static final int IO_WAIT = 4;
  private static final int KINDS_OF_TICKS = 8;

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
    List<String> stat = lines(proc.resolve("stat"));
    double processors = stat.stream().filter(line -> line.matches("cpu\\d+ .*")).count();
    Optional<CpuGroup.Quota> quota = group.quota();
    Map<String, Long> memory = memory(proc.resolve("meminfo"));
    Bytes total = Bytes.ofKiB(field(memory, "MemTotal"));
    return new Reading(
        Duration.ofNanos(System.nanoTime()),
        quota.map(limit -> Math.min(limit.cpus(), processors)).orElse(processors),
        quota.isPresent() ? quota.get().used() : used(stat),
        total,
        total.minusOrZero(Bytes.ofKiB(field(memory, "MemAvailable"))),
        averages(proc.resolve("loadavg")),
        pressure(),
        links(proc.resolve("net/dev")));
  }

  private static Duration used(List<String> stat) throws IOException {
    String all =
        stat.stream()
            .filter(line -> line.startsWith("cpu "))
            .findFirst()
            .orElseThrow(() -> new IOException("/proc/stat has no line for all processors"));
    long[] ticks =
        Arrays.stream(all.strip().split("\\s+", -1))
            .skip(1)
            .limit(KINDS_OF_TICKS)
            .mapToLong(ProcMeter::count)
            .toArray();
    long used = Arrays.stream(ticks).sum() - ticks[IDLE] - ticks[IO_WAIT];
    return Duration.ofMillis(used * 1000 / TICKS_PER_SECOND);
  }

  private static Map<String, Long> memory(Path file) throws IOException {
    Map<String, Long> kib = new HashMap<>();
    for (String line : lines(file)) {
      String[] words = line.split("[:\\s]+", -1);
      if (words.length > 1) {
        kib.put(words[0], count(words[1]));
      }
    }
    return kib;
  }

  /**
   * A count. Those of a container are differences, which may fall a little below zero; they are
   * printed without their sign, as a number near 2^64, and count as none.
   */
  private static long count(String digits) {
    return Math.max(0, Long.parseUnsignedLong(digits));
  }

  private static long field(Map<String, Long> memory, String name) throws IOException {
    Long value = memory.get(name);
    if (value == null) {
      throw new IOException("/proc/meminfo has no " + name);
    }
    return value;
  }

  private static List<Double> averages(Path file) throws IOException {
    String[] words = Files.readString(file).split("\\s+", -1);
    if (words.length < 3) {
      throw new IOException(file + " has no three load averages");
    }
    return Arrays.stream(words).limit(3).map(Double::valueOf).toList();
  }

  /** A container's own pressure where there is one; the machine's is not the container's. */
  private Optional<Pressure> pressure() throws IOException {
    return group.isContainer()
        ? pressure(group.folder(), ".pressure")
        : pressure(proc.resolve("pressure"), "");
  }

  private static Optional<Pressure> pressure(Path folder, String ending) {
    try {
      List<String> cpu = lines(folder.resolve("cpu" + ending));
      List<String> memory = lines(folder.resolve("memory" + ending));
      List<String> io = lines(folder.resolve("io" + ending));
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

  private static double average10(List<String> lines, String who) throws IOException {
    for (String line : lines) {
      if (line.startsWith(who + " avg10=")) {
        String percent = line.substring((who + " avg10=").length()).split(" ", 2)[0];
        return Math.clamp(Double.parseDouble(percent) / 100, 0.0, 1.0);
      }
    }
    throw new IOException("no line for " + who);
  }

  private static Map<String, LinkCounters> links(Path file) throws IOException {
    Map<String, LinkCounters> links = new HashMap<>();
    for (String line : lines(file)) {
      int colon = line.indexOf(':');
      String name = colon < 0 ? "lo" : line.substring(0, colon).strip();
      if (!name.equals("lo")) {
        String[] numbers = line.substring(colon + 1).strip().split("\\s+", -1);
        links.put(
            name,
            new LinkCounters(
                new Bytes(Long.parseLong(numbers[0])), new Bytes(Long.parseLong(numbers[8]))));
      }
    }
    return links;
  }

  /** By streaming: files of {@code /proc} have no length. */
  private static List<String> lines(Path file) throws IOException {
    return Files.readString(file).lines().toList();
  }
}
