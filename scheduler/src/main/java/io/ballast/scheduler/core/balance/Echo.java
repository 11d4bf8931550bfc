package io.ballast.scheduler.core.balance;

/**
 * How a host's load average follows what is wanted of its processors.
 *
 * <p>A guest takes its appetite along. What a saturated host has beyond that is a queue, which
 * shrinks with the demand and is gone once the host is no longer saturated; what another host has
 * beyond it (tasks that wait for disks) stays.
 *
 * @param first what was wanted per processor when it was measured
 * @param beyond what the load average per processor was above that
 * @param lagging whether the load average tells of the time before the host's latest move
 * @param saturated whether the host had no processor time left
 */
record Echo(double first, double beyond, boolean lagging, boolean saturated) {
  /**
   * The load average per processor.
   *
   * @param wanted what is wanted per processor
   */
  double of(double wanted) {
    if (lagging) {
      return wanted;
    }
    if (beyond > 0 && saturated) {
      return wanted < Appetite.SATURATED ? wanted : wanted + beyond * wanted / first;
    }
    return Math.max(0, wanted + beyond);
  }
}
