package io.ballast.scheduler.core.search;

/**
 * How little memory any plan has to send to make a cluster as even as some plan does: a lower bound
 * of its GiB, to be compared with that plan's.
 *
 * <p>A standard deviation is the most that a direction makes of the shares: {@code sd(x) = max of g
 * . x} over all {@code g} that add up to 0 and have at most the length {@code 1 / root(n)}. So for
 * all directions {@code q} of CPU and memory together, none longer than {@code l / root(n)}, a plan
 * that reaches the unevenness {@code J} sends at least
 *
 * <pre>min over all layouts of (GiB sent + q . shares) - l * J</pre>
 *
 * <p>and that is easy, for each guest has its own best host there, alone. What it does to the room
 * on the hosts is left out, and parts of guests may move; so it is a bound and no plan. The
 * directions are improved by subgradients with steps of Polyak's length (Held and Karp 1971): the
 * shares of the best layout show where to. A step may well make the bound lower, and is not taken
 * back: from many places no short step makes it higher at once.
 */
public final class LeastCost {
  private static final double FIRST_STEP = 1;
  private static final double SHORTER = 0.7;
  private static final int PATIENCE = 12;
  private static final double SHORTEST_STEP = 1e-3;

  private final Problem problem;
  private final double unevenness;
  private final double[] cpu;
  private final double[] memory;
  private final double[] sharesCpu;
  private final double[] sharesMemory;

  private LeastCost(Problem problem, double unevenness) {
    this.problem = problem;
    this.unevenness = unevenness;
    cpu = new double[problem.hosts];
    memory = new double[problem.hosts];
    sharesCpu = new double[problem.hosts];
    sharesMemory = new double[problem.hosts];
  }

  /**
   * The bound.
   *
   * @param unevenness what has to be reached
   * @param sent what some plan sends that reaches it, in GiB
   * @param steps so many at most; each takes as long as looking at all guests on all hosts
   */
  public static double of(Problem problem, double unevenness, double sent, int steps) {
    return new LeastCost(problem, unevenness).best(sent, steps);
  }

  private double best(double sent, int steps) {
    double now = bound();
    double best = now;
    double step = FIRST_STEP;
    int fruitless = 0;
    for (int i = 0; i < steps && best < sent && step > SHORTEST_STEP; i++) {
      ascend(step * (sent - now));
      now = bound();
      if (now > best) {
        best = now;
        fruitless = 0;
      } else if (++fruitless == PATIENCE) {
        step *= SHORTER;
        fruitless = 0;
      }
    }
    return Math.max(0, best);
  }

  /** The bound for the directions as they are, and the shares of its layout. */
  private double bound() {
    double bound = 0;
    for (int h = 0; h < problem.hosts; h++) {
      if (!problem.emptied[h]) {
        sharesCpu[h] = problem.demand[h] * problem.perCpu[h];
        sharesMemory[h] = problem.used[h] * problem.perMemory[h];
        bound += cpu[h] * sharesCpu[h] + memory[h] * sharesMemory[h];
      }
    }
    for (int g = 0; g < problem.guests; g++) {
      if (!problem.fixed[g]) {
        bound += moved(g);
      }
    }
    return bound - length() * unevenness;
  }

  private double moved(int guest) {
    int home = problem.home[guest];
    boolean forced = problem.emptied[home];
    int best = home;
    double stays = forced ? Double.MAX_VALUE : price(guest, home);
    double gib = problem.held[guest] / 1024;
    double least = stays;
    for (int h = 0; h < problem.hosts; h++) {
      if (!problem.emptied[h] && h != home) {
        double price = price(guest, h) + gib;
        if (price < least) {
          least = price;
          best = h;
        }
      }
    }
    if (best == home) {
      return 0;
    }
    if (!forced) {
      sharesCpu[home] -= problem.appetite[guest] * problem.perCpu[home];
      sharesMemory[home] -= problem.held[guest] * problem.perMemory[home];
    }
    sharesCpu[best] += problem.appetite[guest] * problem.perCpu[best];
    sharesMemory[best] += problem.held[guest] * problem.perMemory[best];
    return forced ? least : least - stays;
  }

  private double price(int guest, int host) {
    return problem.appetite[guest] * problem.perCpu[host] * cpu[host]
        + problem.held[guest] * problem.perMemory[host] * memory[host];
  }

  /** What the longer direction has for {@code l}. */
  private double length() {
    return Math.sqrt(problem.staying) * Math.max(norm(cpu), norm(memory));
  }

  /** Goes where the shares of the bound's layout point to. */
  private void ascend(double wanted) {
    double[] towardsCpu = towards(sharesCpu);
    double[] towardsMemory = towards(sharesMemory);
    double root = Math.sqrt(problem.staying);
    double longCpu = norm(cpu);
    double longMemory = norm(memory);
    double[] longer = longCpu >= longMemory ? towardsCpu : towardsMemory;
    double[] direction = longCpu >= longMemory ? cpu : memory;
    double norm = Math.max(longCpu, longMemory);
    for (int h = 0; norm > 0 && h < problem.hosts; h++) {
      longer[h] -= unevenness * root * direction[h] / norm;
    }
    double squares = square(norm(towardsCpu)) + square(norm(towardsMemory));
    if (squares == 0) {
      return;
    }
    for (int h = 0; h < problem.hosts; h++) {
      cpu[h] += wanted / squares * towardsCpu[h];
      memory[h] += wanted / squares * towardsMemory[h];
    }
  }

  /** Shares less their mean: directions add up to 0. */
  private double[] towards(double[] shares) {
    double sum = 0;
    for (int h = 0; h < problem.hosts; h++) {
      sum += problem.emptied[h] ? 0 : shares[h];
    }
    double[] towards = new double[problem.hosts];
    for (int h = 0; h < problem.hosts; h++) {
      towards[h] = problem.emptied[h] ? 0 : shares[h] - sum / problem.staying;
    }
    return towards;
  }

  private static double norm(double[] of) {
    double squares = 0;
    for (double each : of) {
      squares += each * each;
    }
    return Math.sqrt(squares);
  }

  private static double square(double number) {
    return number * number;
  }
}
