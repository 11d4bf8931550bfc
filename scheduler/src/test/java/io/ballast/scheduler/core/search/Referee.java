package io.ballast.scheduler.core.search;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Someone who makes the moves of a plan one after the other, and tells what was not possible. It
 * knows the fleet only, and nothing that planners share, so all are judged alike.
 */
final class Referee {
  /** Amounts up to this, as a part of what a host has, are rounding. */
  private static final double ROUNDING = 1e-6;

  private final PaperFleet fleet;
  private final int[] at;
  private final double[] cpus;
  private final double[] memory;
  private final Map<Violation, Integer> violations = new EnumMap<>(Violation.class);

  /** What a move may break. */
  enum Violation {
    /** There is no such VM or no such host. */
    UNKNOWN,

    /** The VM is not where the move would begin. */
    NOT_THERE,

    /** The VM is there already. */
    NO_MOVE,

    /** The target is to be emptied. */
    DRAINED,

    /** The target has not the memory while the source still runs the VM. */
    MEMORY,

    /** The target has not the processors that its VMs want then. */
    CPU
  }

  /**
   * What a plan comes to.
   *
   * @param before the standard deviation of the used shares of CPU, plus that of memory, of the
   *     hosts that stay
   * @param after the same after the moves
   * @param gibibytes memory of all that is moved
   * @param violations how often each happened
   * @param left how many VMs are on hosts that are to be emptied, after the moves
   */
  record Verdict(
      double before,
      double after,
      int moves,
      double gibibytes,
      Map<Violation, Integer> violations,
      int left) {
    public Verdict {
      violations = Map.copyOf(violations);
    }

    int broken() {
      return violations.values().stream().mapToInt(Integer::intValue).sum();
    }
  }

  private Referee(PaperFleet fleet) {
    this.fleet = fleet;
    at = new int[fleet.vms().size()];
    cpus = new double[fleet.hosts().size()];
    memory = new double[fleet.hosts().size()];
    for (int vm = 0; vm < at.length; vm++) {
      at[vm] = fleet.vms().get(vm).host();
      put(vm, 1);
    }
  }

  static Verdict judge(PaperFleet fleet, List<Solution.Move> moves) {
    Referee referee = new Referee(fleet);
    double before = referee.unevenness();
    double gibibytes = 0;
    for (Solution.Move move : moves) {
      gibibytes += referee.make(move);
    }
    return new Verdict(
        before,
        referee.unevenness(),
        moves.size(),
        gibibytes,
        referee.violations,
        (int) IntStream.of(referee.at).filter(h -> fleet.hosts().get(h).drained()).count());
  }

  /** Makes a move, possible or not; the memory that it sends. */
  private double make(Solution.Move move) {
    if (!isPlace(move.guest(), at.length) || !isPlace(move.to(), cpus.length)) {
      count(Violation.UNKNOWN, true);
      return 0;
    }
    PaperFleet.Vm vm = fleet.vms().get(move.guest());
    PaperFleet.Host target = fleet.hosts().get(move.to());
    int from = at[move.guest()];
    count(Violation.NOT_THERE, from != move.from());
    count(Violation.NO_MOVE, from == move.to());
    count(Violation.DRAINED, target.drained());
    count(Violation.MEMORY, memory[move.to()] + vm.memory() > target.memory() * (1 + ROUNDING));
    count(Violation.CPU, cpus[move.to()] + vm.cpus() > target.cpus() * (1 + ROUNDING));
    put(move.guest(), -1);
    at[move.guest()] = move.to();
    put(move.guest(), 1);
    return vm.gibibytes();
  }

  private static boolean isPlace(int place, int places) {
    return place >= 0 && place < places;
  }

  private void count(Violation violation, boolean happened) {
    if (happened) {
      violations.merge(violation, 1, Integer::sum);
    }
  }

  private void put(int vm, int sign) {
    cpus[at[vm]] += sign * fleet.vms().get(vm).cpus();
    memory[at[vm]] += sign * fleet.vms().get(vm).memory();
  }

  private double unevenness() {
    int[] staying =
        IntStream.range(0, cpus.length).filter(h -> !fleet.hosts().get(h).drained()).toArray();
    return deviation(
            IntStream.of(staying).mapToDouble(h -> cpus[h] / fleet.hosts().get(h).cpus()).toArray())
        + deviation(
            IntStream.of(staying)
                .mapToDouble(h -> memory[h] / fleet.hosts().get(h).memory())
                .toArray());
  }

  private static double deviation(double[] shares) {
    if (shares.length == 0) {
      return 0;
    }
    double sum = 0;
    for (double share : shares) {
      sum += share;
    }
    double squares = 0;
    for (double share : shares) {
      double apart = share - sum / shares.length;
      squares += apart * apart;
    }
    return Math.sqrt(squares / shares.length);
  }
}
