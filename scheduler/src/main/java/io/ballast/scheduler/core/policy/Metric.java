package io.ballast.scheduler.core.policy;

import io.ballast.messages.HostBeat;
import java.util.Locale;

/** What is measured of a host and balanced over the hosts of a cluster. */
public enum Metric {
  /** The used share of its processors, 0 to 1. */
  CPU("CPU") {
    @Override
    public double of(HostBeat beat) {
      return beat.load().cpu();
    }

    @Override
    public String text(double value) {
      return percent(value);
    }
  },
  /** The used share of its memory, 0 to 1. */
  MEMORY("memory") {
    @Override
    public double of(HostBeat beat) {
      return beat.memoryRatio();
    }

    @Override
    public String text(double value) {
      return percent(value);
    }
  },
  /** Its 1-minute load average per processor, at least 0; above 1, work waits. */
  LOAD("load") {
    @Override
    public double of(HostBeat beat) {
      return beat.load().average1() / beat.capacity().cpus();
    }

    @Override
    public String text(double value) {
      return String.format(Locale.ROOT, "%.1f per CPU", value);
    }
  };

  private final String word;

  Metric(String word) {
    this.word = word;
  }

  /** Its value as measured. */
  public abstract double of(HostBeat beat);

  /** A value for people, with its unit. */
  public abstract String text(double value);

  /** Its name for people, within a sentence. */
  public String word() {
    return word;
  }

  private static String percent(double value) {
    return Math.round(value * 100) + " %";
  }
}
