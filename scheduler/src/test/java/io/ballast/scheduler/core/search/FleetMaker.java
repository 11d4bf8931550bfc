package io.ballast.scheduler.core.search;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Makes up fleets by a seed: many small VMs and few large ones, hosts of three sizes, all hosts
 * together half used of CPU and three fifths of memory.
 *
 * <p>A draw in which some VM fits nowhere is thrown away, and drawn again.
 */
final class FleetMaker {
  private static final int DRAWS = 200;
  private static final long PRIME = 1_000_003;
  private static final double CPU_IN_USE = 0.5;
  private static final double MEMORY_IN_USE = 0.6;

  /** How many hosts a VM of an even fleet is offered; it takes the emptiest. */
  private static final int OFFERS = 8;

  private static final double LUCK = 0.45;
  private static final double LEAST_HEAT = 0.88;
  private static final double MOST_HEAT = 0.96;
  private static final int HEATINGS = 50;

  private final Random random;
  private final Scenario scenario;
  private final List<Making> vms = new ArrayList<>();
  private final Filling filling;

  /** A VM whose demand is not settled yet. */
  private static final class Making {
    final int vcpus;
    final double memory;
    double cpus;
    int host;

    Making(int vcpus, double memory, double cpus) {
      this.vcpus = vcpus;
      this.memory = memory;
      this.cpus = cpus;
    }
  }

  private FleetMaker(int hosts, int count, Scenario scenario, Random random) {
    this.random = random;
    this.scenario = scenario;
    for (int i = 0; i < count; i++) {
      int vcpus = drawn(new int[] {1, 2, 4, 8, 16}, 20, 30, 30, 15, 5);
      int perVcpu = drawn(new int[] {1024, 2048, 4096, 8192}, 10, 30, 45, 15);
      vms.add(new Making(vcpus, vcpus * perVcpu, cents(Math.max(0.02, vcpus * beta(1.2, 3)))));
    }
    double[] sizes = new double[hosts];
    double all = 0;
    for (int h = 0; h < hosts; h++) {
      sizes[h] = drawn(new int[] {2, 3, 4}, 60, 25, 15);
      all += sizes[h];
    }
    double cpus = vms.stream().mapToDouble(vm -> vm.cpus).sum() / CPU_IN_USE / all;
    double memory = vms.stream().mapToDouble(vm -> vm.memory).sum() / MEMORY_IN_USE / all;
    filling = new Filling(sizes, cpus, memory);
  }

  /**
   * A fleet; equal arguments give equal fleets.
   *
   * @throws IllegalArgumentException if no draw was feasible, as with a handful of large VMs
   */
  static PaperFleet fleet(int hosts, int vms, Scenario scenario, long seed) {
    String name = hosts + "x" + vms + "-" + scenario.title();
    Random random = new Random(seed * PRIME + name.hashCode());
    for (int i = 0; i < DRAWS; i++) {
      FleetMaker maker = new FleetMaker(hosts, vms, scenario, random);
      if (maker.place()) {
        return maker.fleet(name);
      }
    }
    throw new IllegalArgumentException("no draw of " + name + " was feasible");
  }

  private boolean place() {
    List<Making> largestFirst = new ArrayList<>(vms);
    largestFirst.sort(Comparator.comparingDouble(vm -> -vm.memory));
    int hosts = filling.hosts();
    return switch (scenario) {
      case RANDOM -> throwOn(largestFirst);
      case HOTRACK -> spread(largestFirst, hosts) && heat();
      case NEWHOSTS -> spread(largestFirst, hosts - Math.max(1, hosts / 5));
      case DRAIN -> spread(largestFirst, hosts);
    };
  }

  private boolean throwOn(List<Making> all) {
    double[] luck = new double[filling.hosts()];
    for (int h = 0; h < luck.length; h++) {
      luck[h] = Math.exp(LUCK * random.nextGaussian()) * filling.memory[h];
    }
    for (Making vm : all) {
      double sum = 0;
      for (int h = 0; h < luck.length; h++) {
        sum += fits(vm, h) ? luck[h] : 0;
      }
      double left = random.nextDouble() * sum;
      int chosen = -1;
      for (int h = 0; h < luck.length && left >= 0; h++) {
        if (fits(vm, h)) {
          left -= luck[h];
          chosen = h;
        }
      }
      if (chosen < 0) {
        return false;
      }
      put(vm, chosen);
    }
    return true;
  }

  private boolean fits(Making vm, int host) {
    return filling.fits(host, vm.cpus, vm.memory);
  }

  private void put(Making vm, int host) {
    vm.host = host;
    filling.put(host, vm.cpus, vm.memory);
  }

  private boolean spread(List<Making> all, int among) {
    for (Making vm : all) {
      IntStream offers = random.ints(Math.min(among, OFFERS), 0, among);
      Optional<Integer> emptiest = emptiest(vm, offers);
      if (emptiest.isEmpty()) {
        emptiest = emptiest(vm, IntStream.range(0, among));
      }
      if (emptiest.isEmpty()) {
        return false;
      }
      put(vm, emptiest.get());
    }
    return true;
  }

  private Optional<Integer> emptiest(Making vm, IntStream hosts) {
    return hosts
        .filter(host -> fits(vm, host))
        .boxed()
        .min(Comparator.comparingDouble(filling::inUse));
  }

  /** Lets the VMs of the first rack want so much that its hosts are nearly full. */
  private boolean heat() {
    int racks = Math.max(2, filling.hosts() / 10);
    for (int h = 0; h * racks < filling.hosts(); h++) {
      int host = h;
      List<Making> here = vms.stream().filter(vm -> vm.host == host).toList();
      double wanted =
          filling.cpus[h] * (LEAST_HEAT + (MOST_HEAT - LEAST_HEAT) * random.nextDouble());
      for (int i = 0; i < HEATINGS; i++) {
        double factor = wanted / here.stream().mapToDouble(vm -> vm.cpus).sum();
        if (factor > 1) {
          here.forEach(vm -> vm.cpus = cents(Math.min(vm.vcpus, vm.cpus * factor)));
        }
      }
    }
    return true;
  }

  private PaperFleet fleet(String name) {
    List<PaperFleet.Host> hosts = new ArrayList<>();
    for (int h = 0; h < filling.hosts(); h++) {
      boolean drained = scenario == Scenario.DRAIN && h == filling.hosts() / 3;
      hosts.add(new PaperFleet.Host(filling.cpus[h], filling.memory[h], drained));
    }
    return new PaperFleet(
        name,
        hosts,
        vms.stream().map(vm -> new PaperFleet.Vm(vm.host, vm.cpus, vm.memory)).toList());
  }

  /** One of the values, each as likely as its weight. */
  private int drawn(int[] values, int... weights) {
    int left = random.nextInt(IntStream.of(weights).sum());
    int i = 0;
    while (left >= weights[i]) {
      left -= weights[i];
      i++;
    }
    return values[i];
  }

  /** A number of the beta distribution (Jöhnk 1964). */
  private double beta(double a, double b) {
    double x = 1;
    double y = 1;
    while (x + y > 1) {
      x = Math.pow(random.nextDouble(), 1 / a);
      y = Math.pow(random.nextDouble(), 1 / b);
    }
    return x / (x + y);
  }

  private static double cents(double number) {
    return Math.round(number * 100) / 100.0;
  }
}
