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
    return Files.exists(max) ? v2(max) : v1();
  }

  private Optional<Quota> v2(Path max) throws IOException {
    String[] words = Files.readString(max).strip().split(" ", -1);
    if (words.length < 2 || words[0].equals("max")) {
      return Optional.empty();
    }
    for (String line : Files.readString(folder.resolve("cpu.stat")).lines().toList()) {
      if (line.startsWith("usage_usec ")) {
        long micros = Long.parseLong(line.substring("usage_usec ".length()).strip());
        return quota(words[0], words[1], Duration.ofNanos(micros * 1000));
      }
    }
    throw new IOException(folder.resolve("cpu.stat") + " has no usage_usec");
  }

  private Optional<Quota> v1() throws IOException {
    Optional<Path> cpu = first(V1_CPU, "cpu.cfs_quota_us");
    Optional<Path> accounting = first(V1_ACCOUNTING, "cpuacct.usage");
    if (cpu.isEmpty() || accounting.isEmpty()) {
      return Optional.empty();
    }
    long nanos = Long.parseLong(Files.readString(accounting.get()).strip());
    return quota(
        Files.readString(cpu.get()).strip(),
        Files.readString(cpu.get().resolveSibling("cpu.cfs_period_us")).strip(),
        Duration.ofNanos(nanos));
  }

  private static Optional<Quota> quota(String micros, String period, Duration used) {
    double cpus = Double.parseDouble(micros) / Double.parseDouble(period);
    return cpus > 0 ? Optional.of(new Quota(cpus, used)) : Optional.empty();
  }

  private Optional<Path> first(List<String> controllers, String file) {
    return controllers.stream()
        .map(controller -> folder.resolve(controller).resolve(file))
        .filter(Files::exists)
        .findFirst();
  }
}
