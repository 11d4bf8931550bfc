package io.ballast.scheduler.core.search;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Where each guest is to be, and how even that makes the hosts that stay.
 *
 * <p>Of a metric with the shares {@code x} of the {@code n} hosts that stay, the spread is {@code
 * sum of (x - mean)^2}. What is minimised is
 *
 * <pre>weight of CPU * spread of CPU + weight of memory * spread of memory + price * cost moved
 * </pre>
 *
 * <p>and a change of two hosts is weighed in constant time: a host's part is {@code weight * (x -
 * mean)^2}, and what the mean itself moves is {@code weight * (change of the sum)^2 / n}, to be
 * taken off.
 */
final class Layout {
  /** What a guest that has to leave costs while it stays: more than all else together. */
  static final double FORCED = 1e6;

  /** Shares up to this above 1 are rounding. */
  private static final double ROUNDING = 1e-9;

  final Problem problem;
  final int[] at;
  final double[] demand;
  final double[] used;
  final double[] free;

  /** The guests of each host, those that want most CPU first. */
  final int[][] guests;

  /** What they want of it, in the same order: side by side, for that is looked at most often. */
  final double[][] appetites;

  final int[] counts;

  /** What each guest costs or saves if it goes anywhere but home, apart from the spread. */
  private final double[] leaving;

  private double weightCpu = 1;
  private double weightMemory = 1;
  private double price;
  private double sumCpu;
  private double sumMemory;
  private double squaresCpu;
  private double squaresMemory;
  private double meanCpu;
  private double meanMemory;

  /** All guests at home. */
  Layout(Problem problem) {
    this.problem = problem;
    at = problem.homes();
    demand = problem.demand.clone();
    used = problem.used.clone();
    free = problem.free.clone();
    counts = new int[problem.hosts];
    for (int g = 0; g < problem.guests; g++) {
      counts[at[g]]++;
    }
    guests = new int[problem.hosts][];
    appetites = new double[problem.hosts][];
    for (int h = 0; h < problem.hosts; h++) {
      guests[h] = new int[counts[h] + 8];
      appetites[h] = new double[counts[h] + 8];
      counts[h] = 0;
    }
    leaving = new double[problem.guests];
    for (int g = 0; g < problem.guests; g++) {
      insert(g, at[g]);
      leaving[g] = leaving(g);
    }
    sum();
  }

  /** Sets what a unit of spread counts, by metric, and what a GiB moved costs. */
  void weigh(double cpu, double memory, double perGiB) {
    weightCpu = cpu;
    weightMemory = memory;
    if (price != perGiB) {
      price = perGiB;
      Arrays.setAll(leaving, this::leaving);
    }
    sum();
  }

  double weightCpu() {
    return weightCpu;
  }

  double weightMemory() {
    return weightMemory;
  }

  double deviationCpu(int host) {
    return demand[host] * problem.perCpu[host] - meanCpu;
  }

  double deviationMemory(int host) {
    return used[host] * problem.perMemory[host] - meanMemory;
  }

  /** The standard deviation of the hosts' shares of CPU. */
  double deviationCpu() {
    return deviation(sumCpu, squaresCpu);
  }

  /** The standard deviation of the hosts' shares of memory. */
  double deviationMemory() {
    return deviation(sumMemory, squaresMemory);
  }

  private double deviation(double sum, double squares) {
    return problem.staying == 0 ? 0 : Math.sqrt(spread(sum, squares) / problem.staying);
  }

  /** The part of the spread that a host is. */
  double part(int host) {
    double cpu = deviationCpu(host);
    double memory = deviationMemory(host);
    return weightCpu * cpu * cpu + weightMemory * memory * memory;
  }

  /** What is minimised, apart from what is moved. */
  double spread() {
    return weightCpu * spread(sumCpu, squaresCpu) + weightMemory * spread(sumMemory, squaresMemory);
  }

  /** What is minimised. */
  double total() {
    return spread() + tolls();
  }

  /** What the moves cost by the price, and the guests that have to leave while they stay. */
  double tolls() {
    double tolls = 0;
    for (int g = 0; g < problem.guests; g++) {
      if (at[g] != problem.home[g]) {
        tolls += problem.isForced(g) ? 0 : price * problem.cost[g];
      } else if (problem.isForced(g)) {
        tolls += FORCED;
      }
    }
    return tolls;
  }

  /** What a guest on another host costs or saves, apart from the spread. */
  double toll(int guest, int host) {
    return problem.home[guest] == host ? -price * problem.cost[guest] : leaving[guest];
  }

  /** The least that {@link #toll} is for a guest on any other host. */
  double leastToll(int guest) {
    int home = problem.home[guest];
    return at[guest] == home ? leaving[guest] : toll(guest, home);
  }

  private double leaving(int guest) {
    int home = problem.home[guest];
    if (at[guest] != home) {
      return 0;
    }
    return problem.emptied[home] ? -FORCED : price * problem.cost[guest];
  }

  /** Whether a guest may be on a host, as it is now. */
  boolean fits(int guest, int host) {
    return !problem.emptied[host]
        && room(guest, host) <= free[host]
        && (demand[host] + problem.appetite[guest]) * problem.perCpu[host] <= 1 + ROUNDING;
  }

  /** Whether one guest may be on a host in place of another. */
  boolean fits(int guest, int host, int instead) {
    double more = problem.appetite[guest] - problem.appetite[instead];
    return room(guest, host) <= free[host] + room(instead, host)
        && (more <= 0 || (demand[host] + more) * problem.perCpu[host] <= 1 + ROUNDING);
  }

  /** What a guest takes of a host's free memory: at home what it holds, elsewhere its room. */
  double room(int guest, int host) {
    return problem.home[guest] == host ? problem.held[guest] : problem.room[guest];
  }

  /** By how much what is minimised changes, the toll apart, if a guest goes to another host. */
  double change(int guest, int host) {
    return change(at[guest], host, problem.appetite[guest], problem.held[guest]);
  }

  /**
   * By how much a host's part of the spread shrinks if a guest leaves it; more than anything if it
   * has to.
   */
  double departure(int guest) {
    int from = at[guest];
    if (problem.emptied[from]) {
      return FORCED;
    }
    double cpu = problem.appetite[guest] * problem.perCpu[from];
    double memory = problem.held[guest] * problem.perMemory[from];
    return weightCpu * cpu * (2 * deviationCpu(from) - cpu)
        + weightMemory * memory * (2 * deviationMemory(from) - memory);
  }

  /**
   * By how much the sum of both standard deviations, times the number of hosts that stay, changes
   * if a guest goes to another host.
   */
  double unevenness(int guest, int host) {
    int from = at[guest];
    double cpus = problem.appetite[guest];
    double memory = problem.held[guest];
    double cpu = spread(sumCpu, squaresCpu);
    double kept = spread(sumMemory, squaresMemory);
    double changedCpu = cpu + spread(from, host, cpus, problem.perCpu, demand, meanCpu);
    double changedMemory = kept + spread(from, host, memory, problem.perMemory, used, meanMemory);
    return Math.sqrt(problem.staying)
        * (Math.sqrt(Math.max(0, changedCpu))
            - Math.sqrt(cpu)
            + Math.sqrt(Math.max(0, changedMemory))
            - Math.sqrt(kept));
  }

  private double spread(double sum, double squares) {
    return problem.staying == 0 ? 0 : Math.max(0, squares - sum * sum / problem.staying);
  }

  /** By how much the spread of a metric changes. */
  private double spread(
      int from, int to, double amount, double[] per, double[] taken, double mean) {
    double more = amount * per[to];
    double change = more * (2 * (taken[to] * per[to] - mean) + more);
    double sum = more;
    if (!problem.emptied[from]) {
      double less = amount * per[from];
      change -= less * (2 * (taken[from] * per[from] - mean) - less);
      sum -= less;
    }
    return change - sum * sum * problem.perStaying;
  }

  /** By how much what is minimised changes, the tolls apart, if two guests change places. */
  double exchange(int one, int other) {
    return change(
        at[one],
        at[other],
        problem.appetite[one] - problem.appetite[other],
        problem.held[one] - problem.held[other]);
  }

  private double change(int from, int to, double cpus, double memory) {
    double moreCpu = cpus * problem.perCpu[to];
    double moreMemory = memory * problem.perMemory[to];
    double change =
        weightCpu * moreCpu * (2 * deviationCpu(to) + moreCpu)
            + weightMemory * moreMemory * (2 * deviationMemory(to) + moreMemory);
    if (!problem.emptied[from]) {
      double lessCpu = cpus * problem.perCpu[from];
      double lessMemory = memory * problem.perMemory[from];
      change -=
          weightCpu * lessCpu * (2 * deviationCpu(from) - lessCpu)
              + weightMemory * lessMemory * (2 * deviationMemory(from) - lessMemory);
      moreCpu -= lessCpu;
      moreMemory -= lessMemory;
    }
    return change
        - (weightCpu * moreCpu * moreCpu + weightMemory * moreMemory * moreMemory)
            * problem.perStaying;
  }

  /** Lets a guest be on another host. */
  void move(int guest, int host) {
    int from = at[guest];
    remove(guest, from);
    free[from] += room(guest, from);
    free[host] -= room(guest, host);
    change(from, -problem.appetite[guest], -problem.held[guest]);
    change(host, problem.appetite[guest], problem.held[guest]);
    at[guest] = host;
    leaving[guest] = leaving(guest);
    insert(guest, host);
    means();
  }

  /** Lets all guests be where they are to be. */
  void moveAll(int[] targets) {
    for (int g = 0; g < problem.guests; g++) {
      if (at[g] != targets[g]) {
        move(g, targets[g]);
      }
    }
  }

  /** The guests that have to leave their homes and are still there. */
  int[] leavers() {
    return IntStream.range(0, problem.guests)
        .filter(g -> problem.emptied[at[g]] && !problem.fixed[g])
        .toArray();
  }

  private void change(int host, double cpus, double memory) {
    count(host, -1);
    demand[host] += cpus;
    used[host] += memory;
    count(host, 1);
  }

  private void count(int host, int sign) {
    if (!problem.emptied[host]) {
      double cpu = demand[host] * problem.perCpu[host];
      double memory = used[host] * problem.perMemory[host];
      sumCpu += sign * cpu;
      sumMemory += sign * memory;
      squaresCpu += sign * cpu * cpu;
      squaresMemory += sign * memory * memory;
    }
  }

  private void means() {
    meanCpu = problem.staying == 0 ? 0 : sumCpu / problem.staying;
    meanMemory = problem.staying == 0 ? 0 : sumMemory / problem.staying;
  }

  /** Sums anew, so that rounding does not add up. */
  private void sum() {
    sumCpu = 0;
    sumMemory = 0;
    squaresCpu = 0;
    squaresMemory = 0;
    for (int h = 0; h < problem.hosts; h++) {
      count(h, 1);
    }
    means();
  }

  private void insert(int guest, int host) {
    if (counts[host] == guests[host].length) {
      guests[host] = Arrays.copyOf(guests[host], 2 * counts[host]);
      appetites[host] = Arrays.copyOf(appetites[host], 2 * counts[host]);
    }
    int[] list = guests[host];
    double[] wanted = appetites[host];
    double appetite = problem.appetite[guest];
    int i = counts[host]++;
    while (i > 0
        && (appetite > wanted[i - 1] || (appetite == wanted[i - 1] && guest < list[i - 1]))) {
      list[i] = list[i - 1];
      wanted[i] = wanted[i - 1];
      i--;
    }
    list[i] = guest;
    wanted[i] = appetite;
  }

  private void remove(int guest, int host) {
    int[] list = guests[host];
    int i = 0;
    while (list[i] != guest) {
      i++;
    }
    counts[host]--;
    System.arraycopy(list, i + 1, list, i, counts[host] - i);
    System.arraycopy(appetites[host], i + 1, appetites[host], i, counts[host] - i);
  }
}
