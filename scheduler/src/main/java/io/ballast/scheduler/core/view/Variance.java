package io.ballast.scheduler.core.view;

/**
 * How uncertain the measured use of a host or a guest is, as variances.
 *
 * @param cpu in processors, squared
 * @param memory in MiB, squared
 * @param load of a load average, squared; 0 for a guest
 */
public record Variance(double cpu, double memory, double load) {
  /** Of what is known exactly. */
  public static final Variance NONE = new Variance(0, 0, 0);

  /** Of what two have together that know nothing of each other. */
  public Variance plus(Variance other) {
    return new Variance(cpu + other.cpu, memory + other.memory, load + other.load);
  }

  /** Of what is left of the whole without a part of it. */
  public Variance minus(Variance part) {
    return new Variance(
        Math.max(0, cpu - part.cpu),
        Math.max(0, memory - part.memory),
        Math.max(0, load - part.load));
  }
}
