package io.ballast.scheduler.core.search;

import java.util.StringJoiner;

/**
 * A fleet as Ganeti's tools read it from a file, see {@code man htools}. Host 3 is called {@code
 * h3}, VM 7 {@code v7}.
 *
 * <p>What a VM wants of CPU stands where Ganeti has its virtual processors, in thousandths of a
 * processor, and no more may be promised than a host has. So the score of {@code hbal} is the
 * unevenness itself. Its dynamic utilisation would not do: that takes all hosts to be of one size.
 * The VMs are on shared storage, so each may go to any host.
 */
record GanetiText(PaperFleet fleet) {
  private static final int PER_CPU = 1000;
  private static final String LIMITS =
      "1,1,0,0,0,0|1,1,0,0,0,0;999999999,999999999,1,1,1,1|ext|1.0|1000000.0";

  @Override
  public String toString() {
    double[] used = new double[fleet.hosts().size()];
    fleet.vms().forEach(vm -> used[vm.host()] += Math.ceil(vm.memory()));
    StringJoiner lines = new StringJoiner("\n", "", "\n");
    lines.add("all|all|preferred||").add("");
    for (int h = 0; h < used.length; h++) {
      PaperFleet.Host host = fleet.hosts().get(h);
      long memory = (long) host.memory();
      lines.add(
          "h%d|%d|0|%d|1|1|%d|%s|all|1"
              .formatted(
                  h,
                  memory,
                  memory - (long) used[h],
                  (long) (host.cpus() * PER_CPU),
                  host.drained() ? "Y" : "N"));
    }
    lines.add("");
    for (int g = 0; g < fleet.vms().size(); g++) {
      PaperFleet.Vm vm = fleet.vms().get(g);
      lines.add(
          "v%d|%d|0|%d|running|Y|h%d||ext||1"
              .formatted(
                  g,
                  (long) Math.ceil(vm.memory()),
                  (long) Math.ceil(vm.cpus() * PER_CPU),
                  vm.host()));
    }
    return lines.add("").add("").add("|" + LIMITS).add("all|" + LIMITS).toString();
  }
}
