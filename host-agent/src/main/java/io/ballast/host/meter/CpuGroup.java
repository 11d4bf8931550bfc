package io.ballast.host.meter;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The root of the control groups that can be seen from here, version 1 or 2. */
final class CpuGroup {
  private static final List<String> V1_CPU = List.of("cpu", "cpu,cpuacct");
  private static final List<String> V1_ACCOUNTING = List.of("cpuacct", "cpu,cpuacct");

  private final Path folder;

  /**
   * @param folder where control groups are mounted, usually {@code /sys/fs/cgroup}
   */
  CpuGroup(Path folder) {
    this.folder = folder;
  }

  /**
   * A limit of processor time.
   *
   * @param cpus processor time per time, at least above 0
   * @param used processor time that the group has used
   */
  record Quota(double cpus, Duration used) {}

  Path folder() {
    return folder;
  }

  /** Whether this is not the root of the machine: only a group below it can have a limit. */
  boolean isContainer() throws IOException {
    return Files.exists(folder.resolve("cpu.max")) || quota().isPresent();
  }

  /** Empty where there is no limit, as in the root group of a machine. */
  Optional<Quota> quota() throws IOException {
    Path max = folder.resolve("cpu.max");
    return Files.exists(max) ? v2(new ProcFile(max)) : v1();
  }

  private Optional<Quota> v2(ProcFile max) throws IOException {
    List<String> words = max.words();
    if (words.size() < 2 || words.get(0).equals("max")) {
      return Optional.empty();
    }
    ProcFile stat = new ProcFile(folder.resolve("cpu.stat"));
    for (String line : stat.lines()) {
      if (line.startsWith("usage_usec ")) {
        double micros = stat.amount(line.substring("usage_usec ".length()).strip());
        return quota(max, words.get(0), words.get(1), micros * 1e3);
      }
    }
    throw stat.odd("has no usage_usec");
  }

  private Optional<Quota> v1() throws IOException {
    Optional<Path> cpu = first(V1_CPU, "cpu.cfs_quota_us");
    Optional<Path> accounting = first(V1_ACCOUNTING, "cpuacct.usage");
    if (cpu.isEmpty() || accounting.isEmpty()) {
      return Optional.empty();
    }
    ProcFile limit = new ProcFile(cpu.get());
    ProcFile period = new ProcFile(cpu.get().resolveSibling("cpu.cfs_period_us"));
    ProcFile usage = new ProcFile(accounting.get());
    return quota(limit, word(limit), word(period), usage.amount(word(usage)));
  }

  private static String word(ProcFile file) throws IOException {
    List<String> words = file.words();
    return words.isEmpty() ? "" : words.getFirst();
  }

  private static Optional<Quota> quota(ProcFile file, String micros, String period, double nanos)
      throws IOException {
    long limit = file.number(micros);
    long of = file.number(period);
    if (limit > 0 && of <= 0) {
      throw file.odd("has a quota of " + limit + " us in " + of + " us");
    }
    return limit > 0
        ? Optional.of(new Quota((double) limit / of, Duration.ofNanos((long) nanos)))
        : Optional.empty();
  }

  private Optional<Path> first(List<String> controllers, String file) {
    return controllers.stream()
        .map(controller -> folder.resolve(controller).resolve(file))
        .filter(Files::exists)
        .findFirst();
  }
}
