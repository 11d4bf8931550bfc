package io.ballast.scheduler.core.search;

import java.util.function.BooleanSupplier;

/** The planner that is measured: to rest, as without a policy. */
final class BallastPlanner implements Planner {
  @Override
  public Proposal plan(PaperFleet fleet, BooleanSupplier enough) {
    Solution solution = new Solver(Solver.WORTH, false, enough).solve(fleet.problem());
    return solution.finished()
        ? new Proposal.Moves(solution.moves())
        : new Proposal.GaveUp("out of time, " + solution.moves().size() + " moves so far");
  }
}
