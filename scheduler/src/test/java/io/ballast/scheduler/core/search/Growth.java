package io.ballast.scheduler.core.search;

import java.util.List;
import java.util.OptionalDouble;

/**
 * How time grows with size: the {@code e} of {@code seconds ~ size ^ e} that fits best, by least
 * squares of the logarithms.
 */
final class Growth {
  /** From fewer sizes nothing can be said. */
  private static final int FEWEST_SIZES = 3;

  /** One measurement. */
  record Point(double size, double seconds) {}

  private Growth() {}

  /** The exponent; empty if there are too few sizes. */
  static OptionalDouble exponent(List<Point> points) {
    if (points.stream().mapToDouble(Point::size).distinct().count() < FEWEST_SIZES) {
      return OptionalDouble.empty();
    }
    double meanSize = points.stream().mapToDouble(it -> Math.log(it.size())).average().orElse(0);
    double meanTime = points.stream().mapToDouble(it -> Math.log(it.seconds())).average().orElse(0);
    double products = 0;
    double squares = 0;
    for (Point point : points) {
      double size = Math.log(point.size()) - meanSize;
      products += size * (Math.log(point.seconds()) - meanTime);
      squares += size * size;
    }
    return OptionalDouble.of(products / squares);
  }
}
