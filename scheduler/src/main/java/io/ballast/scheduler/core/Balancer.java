package io.ballast.scheduler.core;

import io.ballast.messages.Decision;
import io.ballast.messages.Move;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Finds the few moves that make a cluster even again once a host has too much to do. */
public final class Balancer {
  private Balancer() {}

  /**
   * Decides what should be moved now, and why; perhaps nothing.
   *
   * <p>Only the first wave of a plan is meant to be carried out: after it, plan again.
   *
   * @param moves the open ones, and those that ended lately
   */
  public static Decision plan(
      ClusterView view, Overload overload, List<Move> moves, Policy policy, Instant now) {
    return new Decision(
        now, view.cluster(), List.of(), "the balancer is still being written", List.of(), Map.of());
  }
}
