package io.ballast.scheduler.core.view;

/**
 * How much a value that is measured again and again scatters from one measurement to the next.
 *
 * <p>It looks at the squares of what follows each other, halved, and forgets them exponentially:
 *
 * <pre>variance = sum of kept * (x - x before)^2 / 2, divided by sum of kept</pre>
 *
 * <p>(von Neumann's mean square successive difference). A value that wanders slowly, or steps once,
 * has little of it, other than with deviations from a mean; what is the noise of measuring has all
 * of it.
 *
 * @param squares the forgetful sum of half the squared differences, at least 0
 * @param weight how many differences that sum is worth, at least 0
 */
record Scatter(double squares, double weight) {
  static final Scatter UNKNOWN = new Scatter(0, 0);

  /**
   * This after one more measurement.
   *
   * @param kept the part of what was known before that still counts, 0 to 1
   */
  Scatter after(double before, double now, double kept) {
    double difference = now - before;
    return new Scatter(squares * kept + difference * difference / 2, weight * kept + 1);
  }

  /**
   * The variance of one measurement, in the square of its unit. Few differences tell little: they
   * count for more than they show. Where there is none, the value may be off by all that it is.
   *
   * @param value what is measured
   */
  double variance(double value) {
    return weight == 0 ? value * value : squares / weight * (1 + 4 / weight);
  }
}
