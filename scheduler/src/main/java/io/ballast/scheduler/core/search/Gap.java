package io.ballast.scheduler.core.search;

/**
 * How far two hosts that stay are apart, and so what the spread changes by when something goes from
 * one to the other: for {@code x} more of a metric there and less here it is
 *
 * <pre>weight * (curve * x^2 - 2 * apart * x)
 * </pre>
 *
 * <p>which is {@code -weight * apart^2 / curve} at best, where {@code x = apart / curve}.
 */
final class Gap {
  private final Layout layout;
  private final Problem problem;
  double apartCpu;
  double apartMemory;
  double curveCpu;
  double curveMemory;

  Gap(Layout layout) {
    this.layout = layout;
    this.problem = layout.problem;
  }

  /** Looks at two hosts as they are now. */
  void between(int from, int to) {
    double perCpu = problem.perCpu[from];
    double perCpuThere = problem.perCpu[to];
    double perMemory = problem.perMemory[from];
    double perMemoryThere = problem.perMemory[to];
    apartCpu = layout.deviationCpu(from) * perCpu - layout.deviationCpu(to) * perCpuThere;
    apartMemory =
        layout.deviationMemory(from) * perMemory - layout.deviationMemory(to) * perMemoryThere;
    curveCpu = curve(perCpu, perCpuThere);
    curveMemory = curve(perMemory, perMemoryThere);
  }

  private double curve(double here, double there) {
    double difference = here - there;
    return here * here + there * there - difference * difference * problem.perStaying;
  }

  /** By how much the spread changes, weighed. */
  double change(double cpus, double memory) {
    return layout.weightCpu() * cpus * (curveCpu * cpus - 2 * apartCpu)
        + layout.weightMemory() * memory * (curveMemory * memory - 2 * apartMemory);
  }

  /** What any amount of CPU can gain at most. */
  double mostCpu() {
    return layout.weightCpu() * apartCpu * apartCpu / curveCpu;
  }

  /** What any amount of memory can gain at most. */
  double mostMemory() {
    return layout.weightMemory() * apartMemory * apartMemory / curveMemory;
  }

  /** The CPU that would gain most. */
  double middle() {
    return apartCpu / curveCpu;
  }

  /** How far from the middle the CPU may be, if not more than this is to be lost by it. */
  double reach(double loss) {
    return Math.sqrt(loss / (layout.weightCpu() * curveCpu));
  }
}
