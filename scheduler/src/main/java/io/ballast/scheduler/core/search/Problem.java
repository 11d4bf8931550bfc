package io.ballast.scheduler.core.search;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** The hosts and guests of a cluster, each known by its place in a list. */
public final class Problem {
  /** No move is for nothing, in GiB. */
  private static final double LEAST_COST = 1e-6;

  final int hosts;
  final int guests;

  /** One over what a host has, so that a demand times it is a share. */
  final double[] perCpu;

  final double[] perMemory;
  final double[] demand;
  final double[] used;
  final double[] free;
  final boolean[] emptied;

  /** How many hosts stay. */
  final int staying;

  /** One over how many hosts stay; 0 if none does. */
  final double perStaying;

  final int[] home;
  final double[] appetite;
  final double[] held;
  final double[] room;
  final double[] cost;
  final boolean[] fixed;

  /**
   * A host that takes part.
   *
   * @param cpus processors that it has, above 0
   * @param memory memory that it has, in MiB, above 0
   * @param demand processors that its guests and itself want, at least 0
   * @param used memory that is not available to new work, in MiB
   * @param free memory that nobody holds or was promised, in MiB
   * @param emptied whether all its guests have to leave, and none may come
   */
  public record Host(
      double cpus, double memory, double demand, double used, double free, boolean emptied) {
    public Host {
      if (!(cpus > 0 && memory > 0)) {
        throw new IllegalArgumentException("a host has " + cpus + " CPUs and " + memory + " MiB");
      }
    }
  }

  /**
   * A guest.
   *
   * @param home the host on which it is
   * @param appetite processors that it wants
   * @param held memory that it holds, in MiB
   * @param room memory that a target must have free for it, in MiB
   * @param cost what moving it costs, in GiB to be sent
   * @param fixed whether it has to stay where it is
   */
  public record Guest(
      int home, double appetite, double held, double room, double cost, boolean fixed) {}

  /**
   * A problem of at least one host.
   *
   * @param hosts what they have and want, with all their guests
   * @param guests in any order
   */
  public Problem(List<Host> hosts, List<Guest> guests) {
    this.hosts = hosts.size();
    this.guests = guests.size();
    perCpu = numbers(hosts, host -> 1 / host.cpus());
    perMemory = numbers(hosts, host -> 1 / host.memory());
    demand = numbers(hosts, Host::demand);
    used = numbers(hosts, Host::used);
    free = numbers(hosts, Host::free);
    emptied = new boolean[this.hosts];
    for (int h = 0; h < this.hosts; h++) {
      emptied[h] = hosts.get(h).emptied();
    }
    staying = (int) hosts.stream().filter(host -> !host.emptied()).count();
    perStaying = staying == 0 ? 0 : 1.0 / staying;
    home = guests.stream().mapToInt(Guest::home).toArray();
    appetite = numbers(guests, Guest::appetite);
    held = numbers(guests, Guest::held);
    room = numbers(guests, Guest::room);
    cost = numbers(guests, guest -> Math.max(LEAST_COST, guest.cost()));
    fixed = new boolean[this.guests];
    for (int g = 0; g < this.guests; g++) {
      fixed[g] = guests.get(g).fixed();
    }
  }

  private Problem(Problem of, Layout layout, boolean[] fixed) {
    hosts = of.hosts;
    guests = of.guests;
    perCpu = of.perCpu;
    perMemory = of.perMemory;
    emptied = of.emptied;
    staying = of.staying;
    perStaying = of.perStaying;
    appetite = of.appetite;
    held = of.held;
    room = of.room;
    cost = of.cost;
    demand = layout.demand.clone();
    used = layout.used.clone();
    free = layout.free.clone();
    home = layout.at.clone();
    this.fixed = fixed;
  }

  /** This with more guests that have to stay where they are. */
  Problem with(BitSet staying) {
    boolean[] more = fixed.clone();
    staying.stream().forEach(guest -> more[guest] = true);
    return new Problem(this, new Layout(this), more);
  }

  /** This as if a layout of it were how things are. */
  Problem from(Layout layout) {
    return new Problem(this, layout, fixed);
  }

  private static <T> double[] numbers(List<T> of, ToDoubleFunction<T> number) {
    return of.stream().mapToDouble(number).toArray();
  }

  /** How uneven the hosts that stay are after moves, see {@link Solution}. */
  public double unevenness(List<Solution.Move> moves) {
    Layout layout = new Layout(this);
    moves.forEach(move -> layout.move(move.guest(), move.to()));
    return Objective.EVENNESS.of(layout);
  }

  /** How even the hosts could be at best, see {@link Bound}. */
  public double bound() {
    return Bound.of(this);
  }

  /** Whether a guest has to leave its home. */
  boolean isForced(int guest) {
    return emptied[home[guest]];
  }

  /** The homes of all guests, to be changed freely. */
  int[] homes() {
    return Arrays.copyOf(home, guests);
  }
}
