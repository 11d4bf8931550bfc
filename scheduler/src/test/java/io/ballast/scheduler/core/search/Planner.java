package io.ballast.scheduler.core.search;

import java.util.function.BooleanSupplier;

/** Someone who knows where the VMs of a fleet should be. */
interface Planner {
  /**
   * The moves for a fleet.
   *
   * @param enough asked now and then whether to give up
   */
  Proposal plan(PaperFleet fleet, BooleanSupplier enough);
}
