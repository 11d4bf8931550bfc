package io.ballast.scheduler.core.search;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Hosts and guests thrown together by a seed, and what moves do to them, reckoned without the
 * classes that are tested.
 */
final class Crowd {
  final List<Problem.Host> hosts = new ArrayList<>();
  final List<Problem.Guest> guests = new ArrayList<>();

  /** Hosts of up to three sizes, more or less full, some with fixed guests, some to be emptied. */
  static Crowd of(long seed, int mostHosts, double guestsPerHost) {
    Random random = new Random(seed);
    int n = (int) Math.round(2 * Math.pow(mostHosts / 2.0, random.nextDouble()));
    double fullness = 0.3 + 0.65 * random.nextDouble();
    boolean roomy = random.nextBoolean();
    boolean emptied = random.nextInt(4) == 0;
    Crowd crowd = new Crowd();
    for (int h = 0; h < n; h++) {
      double size = new double[] {1, 1, 1.5, 2}[random.nextInt(4)];
      crowd.host(16 * size, 65536 * size, emptied && h == 1);
    }
    double[] luck = random.doubles(n, 0.2, 1).toArray();
    int wanted = (int) (n * guestsPerHost * (0.5 + random.nextDouble()));
    for (int g = 0; g < wanted; g++) {
      int h = random.nextInt(n);
      double memory = 1024 << random.nextInt(5);
      double cpus = Math.max(0.05, random.nextDouble() * random.nextDouble() * 6);
      double room = roomy && random.nextInt(3) == 0 ? memory * 1.5 : memory;
      Problem.Host host = crowd.hosts.get(h);
      boolean fits =
          host.free() - memory > 0.02 * host.memory()
              && host.used() + memory <= Math.min(0.97, fullness + luck[h] * 0.3) * host.memory()
              && host.demand() + cpus <= 0.97 * host.cpus();
      if (fits) {
        crowd.guest(h, cpus, memory, room, random.nextInt(20) == 0);
      }
    }
    return crowd;
  }

  /** Hosts with little left of memory or of CPU; some guests are to get more than they hold. */
  static Crowd tight(long seed) {
    Random random = new Random(seed);
    Crowd crowd = new Crowd();
    int hosts = 3 + random.nextInt(4);
    for (int h = 0; h < hosts; h++) {
      double size = 1 + random.nextInt(2);
      crowd.host(8 * size, 16384 * size, h == 0 && random.nextInt(3) == 0);
      double most = 0.75 + 0.25 * random.nextDouble();
      for (int i = 0; i < 12; i++) {
        double memory = 512 * (1 + random.nextInt(12));
        double cpus = 0.1 + 3 * random.nextDouble();
        Problem.Host host = crowd.hosts.get(h);
        if (host.used() + memory <= most * host.memory()
            && host.demand() + cpus <= most * host.cpus()) {
          double room = random.nextInt(3) == 0 ? memory * 1.25 : memory;
          crowd.guest(h, cpus, memory, room, random.nextInt(8) == 0);
        }
      }
    }
    return crowd;
  }

  Crowd host(double cpus, double memory, boolean emptied) {
    hosts.add(new Problem.Host(cpus, memory, 0, 0, memory, emptied));
    return this;
  }

  Crowd guest(int home, double cpus, double memory, double room, boolean fixed) {
    guests.add(new Problem.Guest(home, cpus, memory, room, memory / 1024, fixed));
    put(home, cpus, memory, memory);
    return this;
  }

  private void put(int home, double cpus, double memory, double room) {
    Problem.Host host = hosts.get(home);
    hosts.set(
        home,
        new Problem.Host(
            host.cpus(),
            host.memory(),
            host.demand() + cpus,
            host.used() + memory,
            host.free() - room,
            host.emptied()));
  }

  Problem problem() {
    return new Problem(hosts, guests);
  }

  /** Whether a move is possible now. */
  boolean allows(Solution.Move move) {
    Problem.Guest guest = guests.get(move.guest());
    Problem.Host to = hosts.get(move.to());
    return guest.home() == move.from()
        && move.from() != move.to()
        && !guest.fixed()
        && !to.emptied()
        && guest.room() <= to.free() + 1e-6
        && to.demand() + guest.appetite() <= to.cpus() * (1 + 1e-6);
  }

  /** Makes a move; the guest takes its room of the target from then on. */
  void make(Solution.Move move) {
    Problem.Guest guest = guests.get(move.guest());
    put(move.from(), -guest.appetite(), -guest.held(), -guest.held());
    put(move.to(), guest.appetite(), guest.held(), guest.room());
    guests.set(
        move.guest(),
        new Problem.Guest(
            move.to(), guest.appetite(), guest.held(), guest.room(), guest.cost(), guest.fixed()));
  }

  Crowd copy() {
    Crowd copy = new Crowd();
    copy.hosts.addAll(hosts);
    copy.guests.addAll(guests);
    return copy;
  }

  double unevenness() {
    double[] cpu =
        hosts.stream()
            .filter(host -> !host.emptied())
            .mapToDouble(host -> host.demand() / host.cpus())
            .toArray();
    double[] memory =
        hosts.stream()
            .filter(host -> !host.emptied())
            .mapToDouble(host -> host.used() / host.memory())
            .toArray();
    return deviation(cpu) + deviation(memory);
  }

  int staying() {
    return (int) hosts.stream().filter(host -> !host.emptied()).count();
  }

  private static double deviation(double[] shares) {
    double mean = 0;
    for (double share : shares) {
      mean += share / shares.length;
    }
    double squares = 0;
    for (double share : shares) {
      squares += (share - mean) * (share - mean);
    }
    return Math.sqrt(squares / shares.length);
  }
}
