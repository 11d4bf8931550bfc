package io.ballast.scheduler.core.search;

import io.ballast.scheduler.core.policy.Policy;
import java.util.ArrayList;
import java.util.List;

/**
 * A fleet to be planned: the plain part of a picture. All that its hosts use is used by its VMs.
 *
 * @param name what a person calls it
 */
record PaperFleet(String name, List<Host> hosts, List<Vm> vms) {
  private static final double MIB_PER_GIB = 1024;

  PaperFleet {
    hosts = List.copyOf(hosts);
    vms = List.copyOf(vms);
  }

  /**
   * A host.
   *
   * @param cpus processors that it has
   * @param memory memory that it has, in MiB
   * @param drained whether all VMs have to leave it
   */
  record Host(double cpus, double memory, boolean drained) {}

  /**
   * A virtual machine.
   *
   * @param host the place of its host in the list
   * @param cpus processors that it wants
   * @param memory memory that it holds, in MiB
   */
  record Vm(int host, double cpus, double memory) {
    double gibibytes() {
      return memory / MIB_PER_GIB;
    }
  }

  /** How many pairs of host and VM there are: the measure of its size. */
  long pairs() {
    return (long) hosts.size() * vms.size();
  }

  /** This as a planner sees it, with what the default policy says a move costs. */
  Problem problem() {
    double[] demand = new double[hosts.size()];
    double[] used = new double[hosts.size()];
    double effort = Policy.DEFAULT.worth().effort().toMiB() / MIB_PER_GIB;
    List<Problem.Guest> guests = new ArrayList<>();
    for (Vm vm : vms) {
      demand[vm.host()] += vm.cpus();
      used[vm.host()] += vm.memory();
      guests.add(
          new Problem.Guest(
              vm.host(), vm.cpus(), vm.memory(), vm.memory(), vm.gibibytes() + effort, false));
    }
    List<Problem.Host> all = new ArrayList<>();
    for (int h = 0; h < hosts.size(); h++) {
      Host host = hosts.get(h);
      all.add(
          new Problem.Host(
              host.cpus(),
              host.memory(),
              demand[h],
              used[h],
              host.memory() - used[h],
              host.drained()));
    }
    return new Problem(all, guests);
  }
}
