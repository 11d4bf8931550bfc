package io.ballast.scheduler.core.search;

/** What the hosts of a fleet that is being made have, and what is taken of it. */
final class Filling {
  /** The share up to which a host is filled. */
  private static final double FULL = 0.97;

  private static final double MIB_PER_GIB = 1024;

  final double[] cpus;
  final double[] memory;
  private final double[] cpusTaken;
  private final double[] memoryTaken;

  /**
   * Empty hosts.
   *
   * @param sizes how large each is; what it has is in proportion, its memory whole GiB
   */
  Filling(double[] sizes, double cpusPerSize, double memoryPerSize) {
    int n = sizes.length;
    cpus = new double[n];
    memory = new double[n];
    cpusTaken = new double[n];
    memoryTaken = new double[n];
    for (int h = 0; h < n; h++) {
      cpus[h] = sizes[h] * cpusPerSize;
      memory[h] = Math.max(1, Math.floor(sizes[h] * memoryPerSize / MIB_PER_GIB)) * MIB_PER_GIB;
    }
  }

  int hosts() {
    return cpus.length;
  }

  boolean fits(int host, double wantedCpus, double wantedMemory) {
    return cpusTaken[host] + wantedCpus <= FULL * cpus[host]
        && memoryTaken[host] + wantedMemory <= FULL * memory[host];
  }

  /** The share of CPU plus that of memory that is taken. */
  double inUse(int host) {
    return cpusTaken[host] / cpus[host] + memoryTaken[host] / memory[host];
  }

  void put(int host, double wantedCpus, double wantedMemory) {
    cpusTaken[host] += wantedCpus;
    memoryTaken[host] += wantedMemory;
  }
}
