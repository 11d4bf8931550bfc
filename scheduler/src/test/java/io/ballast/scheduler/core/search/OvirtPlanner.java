package io.ballast.scheduler.core.search;

import java.util.Comparator;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/**
 * Does as oVirt's policy {@code evenly_distributed}: a host that uses 80 % of its CPU or more gives
 * its VMs away, those that use least first, to hosts that use less than 64 % and 80 % at most
 * afterwards.
 */
final class OvirtPlanner implements Planner {
  private static final double HIGH = 0.8;
  private static final double LOW = 0.64;

  /** How much more CPU counts than memory in the choice of a target. */
  private static final double CPU_WEIGHT = 2;

  @Override
  public Proposal plan(PaperFleet fleet, BooleanSupplier enough) {
    Trail trail = new Trail(fleet);
    trail.evacuate();
    while (!enough.getAsBoolean()) {
      Optional<Solution.Move> next = next(trail);
      if (next.isEmpty()) {
        return trail.moves();
      }
      trail.move(next.get().guest(), next.get().to());
    }
    return trail.unfinished();
  }

  private static Optional<Solution.Move> next(Trail trail) {
    Layout layout = trail.layout;
    return IntStream.range(0, layout.problem.hosts)
        .filter(host -> !layout.problem.emptied[host] && trail.cpu(host) >= HIGH)
        .boxed()
        .sorted(Comparator.comparingDouble(host -> -trail.cpu(host)))
        .flatMap(host -> move(trail, host).stream())
        .findFirst();
  }

  private static Optional<Solution.Move> move(Trail trail, int from) {
    int[] here = trail.layout.guests[from];
    for (int i = trail.layout.counts[from] - 1; i >= 0; i--) {
      int guest = here[i];
      Optional<Integer> target = target(trail, guest);
      if (target.isPresent()) {
        return Optional.of(new Solution.Move(guest, from, target.get()));
      }
    }
    return Optional.empty();
  }

  private static Optional<Integer> target(Trail trail, int guest) {
    Problem problem = trail.layout.problem;
    return IntStream.range(0, problem.hosts)
        .filter(
            host ->
                trail.cpu(host) < LOW
                    && trail.cpu(host) + problem.appetite[guest] * problem.perCpu[host] <= HIGH
                    && trail.layout.fits(guest, host))
        .boxed()
        .min(Comparator.comparingDouble(host -> CPU_WEIGHT * trail.cpu(host) + trail.memory(host)));
  }
}
