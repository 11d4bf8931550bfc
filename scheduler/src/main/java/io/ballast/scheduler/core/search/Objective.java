package io.ballast.scheduler.core.search;

/**
 * What is to become less: the standard deviation of the hosts' shares of CPU plus that of memory,
 * times the number of hosts, so that what a move gains does not shrink as a fleet grows.
 */
enum Objective {
  EVENNESS;

  /** Below this deviation a metric counts as even. */
  private static final double EVEN = 1e-4;

  /**
   * Sets the weights of a layout so that its spread follows the objective: the root of a spread
   * {@code s} is at most {@code root(t) + (s - t) / (2 root(t))} for every {@code t}, so what
   * lowers the right side lowers the left (majorisation and minimisation).
   */
  void weigh(Layout layout, double price) {
    layout.weigh(
        0.5 / Math.max(EVEN, layout.deviationCpu()),
        0.5 / Math.max(EVEN, layout.deviationMemory()),
        price);
  }

  /** With what the moves of a layout cost by its price. */
  double total(Layout layout) {
    return layout.problem.staying * of(layout) + layout.tolls();
  }

  double of(Layout layout) {
    return layout.deviationCpu() + layout.deviationMemory();
  }
}
