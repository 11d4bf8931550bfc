package io.ballast.scheduler.core.policy;

import static io.ballast.scheduler.core.policy.Ranges.notNegative;
import static io.ballast.scheduler.core.policy.Ranges.positive;
import static io.ballast.scheduler.core.policy.Ranges.require;

import io.ballast.messages.Bytes;
import io.ballast.messages.Means;
import io.ballast.scheduler.core.balance.Chance;
import io.ballast.scheduler.core.balance.Score;
import java.time.Duration;
import java.util.Optional;

/**
 * How a cluster wants to be balanced: everything about it that can be configured.
 *
 * @param mode whether moves are made, only proposed, or not even thought of
 * @param thresholds when a host has too much to do
 * @param caps how much may be under way
 * @param pace how long things are let alone
 * @param worth when a move is worth making
 * @param transfer how a move is carried out
 */
public record Policy(
    Mode mode, Thresholds thresholds, Caps caps, Pace pace, Worth worth, Transfer transfer) {
  /** Right for most: careful, and automatic. */
  public static final Policy DEFAULT =
      new Policy(
          Mode.AUTOMATIC,
          Thresholds.DEFAULT,
          Caps.DEFAULT,
          Pace.DEFAULT,
          Worth.DEFAULT,
          Transfer.DEFAULT);

  /** This with another mode. */
  public Policy with(Mode other) {
    return new Policy(other, thresholds, caps, pace, worth, transfer);
  }

  /** This with other thresholds. */
  public Policy with(Thresholds other) {
    return new Policy(mode, other, caps, pace, worth, transfer);
  }

  /** This with other caps. */
  public Policy with(Caps other) {
    return new Policy(mode, thresholds, other, pace, worth, transfer);
  }

  /** This with another pace. */
  public Policy with(Pace other) {
    return new Policy(mode, thresholds, caps, other, worth, transfer);
  }

  /** This with another worth. */
  public Policy with(Worth other) {
    return new Policy(mode, thresholds, caps, pace, other, transfer);
  }

  /** This with another transfer. */
  public Policy with(Transfer other) {
    return new Policy(mode, thresholds, caps, pace, worth, other);
  }

  /** What becomes of a plan. */
  public enum Mode {
    /** Nothing is planned. */
    OFF,
    /** Plans are made and told, and not carried out. */
    RECOMMEND,
    /** Plans are carried out. */
    AUTOMATIC
  }

  /**
   * When a host has too much of a metric, and when it has little enough again. The two differ, so
   * that balancing does not start and stop around one value.
   *
   * @param trigger above it a host is hot; for CPU and memory a share of 0 to 1, for load a load
   *     average per CPU
   * @param hold how long a host must be above it, for nearly all of the time, before anything is
   *     moved
   * @param low at or below it a host gives nothing away; below {@code trigger}
   */
  public record Threshold(double trigger, Duration hold, double low) {
    public Threshold {
      require(trigger > 0 && Double.isFinite(trigger), "trigger", trigger, "above 0");
      notNegative(hold, "hold");
      require(low >= 0 && low < trigger, "low", low, "at least 0 and below the trigger " + trigger);
    }
  }

  /**
   * One threshold per metric, and how values are compared with them.
   *
   * @param window the time over which a host's values are averaged; less where a guest came or went
   *     lately
   * @param holdShare the share of its hold time for which a host must be over a trigger, above 0.5
   *     and at most 1
   */
  public record Thresholds(
      Threshold cpu, Threshold memory, Threshold load, Duration window, double holdShare) {
    /** Half a minute is about ten beats: enough to tell a change from the noise of one beat. */
    private static final Duration WINDOW = Duration.ofSeconds(30);

    private static final double HOLD_SHARE = 0.8;

    /**
     * Hot is what hurts the guests, held for long enough that it is no spike. A fleet whose hosts
     * use at most half of their CPU is left alone, however uneven. Load average lags by a minute
     * and counts tasks that wait for disks, so it has to be clearly too high.
     */
    public static final Thresholds DEFAULT =
        new Thresholds(
            new Threshold(0.80, Duration.ofMinutes(2), 0.50),
            new Threshold(0.85, Duration.ofMinutes(2), 0.70),
            new Threshold(2.00, Duration.ofMinutes(5), 1.00));

    public Thresholds {
      shareOf(cpu, "cpu");
      shareOf(memory, "memory");
      notNegative(window, "window");
      require(holdShare > 0.5 && holdShare <= 1, "holdShare", holdShare, "above 0.5, at most 1");
    }

    /** These over the usual window and share of the hold time. */
    public Thresholds(Threshold cpu, Threshold memory, Threshold load) {
      this(cpu, memory, load, WINDOW, HOLD_SHARE);
    }

    /** The threshold of a metric. */
    public Threshold of(Metric metric) {
      return switch (metric) {
        case CPU -> cpu;
        case MEMORY -> memory;
        case LOAD -> load;
      };
    }

    private static void shareOf(Threshold threshold, String field) {
      require(threshold.trigger() <= 1, field + ".trigger", threshold.trigger(), "at most 1");
    }
  }

  /**
   * How much may be under way.
   *
   * @param perHost moves that one host may take part in at once, as source or target
   * @param perCluster moves that run side by side in a wave
   * @param perDecision moves in one plan
   */
  public record Caps(int perHost, int perCluster, int perDecision) {
    /** One at a time for each host, for migrations that share a link make each other's pause. */
    public static final Caps DEFAULT = new Caps(1, 5, 20);

    public Caps {
      require(perHost >= 1, "perHost", perHost, "at least 1");
      require(perCluster >= 1, "perCluster", perCluster, "at least 1");
      require(perDecision >= 1, "perDecision", perDecision, "at least 1");
    }
  }

  /**
   * How long things are let alone.
   *
   * @param coolDown after a move of a VM ended, before the balancer moves it again
   * @param noReturn after a VM left a host, before the balancer moves it back there
   * @param settle after a move ended, before its hosts' beats are believed; two beats at least
   * @param loadLag after a move ended, in which its hosts' load averages tell of the past
   * @param maxBeatAge a host whose last beat is older takes no part; three of the host's own beat
   *     intervals if they are longer
   */
  public record Pace(
      Duration coolDown,
      Duration noReturn,
      Duration settle,
      Duration loadLag,
      Duration maxBeatAge) {
    /**
     * Five minutes of cool-down are five times the lag of the load average and a small multiple of
     * what a migration takes, so that its cost never becomes the VM's main occupation, and they let
     * a VM that was placed badly move on while its neighbours still suffer. The way back is closed
     * for hours, for a VM that goes to and fro pays for each wandering of the load. A 1-minute
     * average has forgotten 95 % of the past after three minutes.
     */
    public static final Pace DEFAULT =
        new Pace(
            Duration.ofMinutes(5),
            Duration.ofHours(4),
            Duration.ofSeconds(6),
            Duration.ofMinutes(3),
            Duration.ofSeconds(15));

    public Pace {
      notNegative(coolDown, "coolDown");
      notNegative(noReturn, "noReturn");
      notNegative(settle, "settle");
      notNegative(loadLag, "loadLag");
      positive(maxBeatAge, "maxBeatAge");
    }
  }

  /**
   * When a move is worth making.
   *
   * @param headroom share of a trigger by which a target must stay below it after a move, for every
   *     metric, 0 up to 1
   * @param minGain what a move must take off the score, in total and in what is too high; see
   *     {@link Score} for its unit: 0.01 evens two hosts that are 11 points of CPU apart
   * @param sureness how many standard errors of its gain a move must gain beyond that, at least 0;
   *     see {@link Chance}
   * @param effort what a move costs beyond what it sends, as memory: a larger one means fewer and
   *     larger moves, zero the fewest bytes
   * @param detours whether a plan on paper may send a VM over a third host, where VMs wait for each
   *     other's room
   * @param copies whether the balancer may move a VM whose disks have to be copied; then what they
   *     hold counts as what its memory does
   */
  public record Worth(
      double headroom,
      double minGain,
      double sureness,
      Bytes effort,
      boolean detours,
      boolean copies) {
    /**
     * Moves of a few percent are not worth a guest's pause. Among the thousands of moves that are
     * possible at each look, some seem to gain three standard errors by chance alone. Disks take
     * longer to copy than most imbalance lasts.
     */
    public static final Worth DEFAULT = new Worth(0.05, 0.01, 4, Bytes.ofMiB(1024), false, false);

    /** These without copies of disks. */
    public Worth(double headroom, double minGain, double sureness, Bytes effort, boolean detours) {
      this(headroom, minGain, sureness, effort, detours, false);
    }

    public Worth {
      require(headroom >= 0 && headroom < 1, "headroom", headroom, "at least 0 and below 1");
      require(minGain > 0 && Double.isFinite(minGain), "minGain", minGain, "above 0");
      require(
          sureness >= 0 && Double.isFinite(sureness), "sureness", sureness, "a number, at least 0");
    }

    /** These with detours. */
    public Worth withDetours() {
      return new Worth(headroom, minGain, sureness, effort, true, copies);
    }

    /** These with copies of disks. */
    public Worth withCopies() {
      return new Worth(headroom, minGain, sureness, effort, detours, true);
    }
  }

  /**
   * How a move is carried out.
   *
   * @param bandwidth most to send per second; absent = no limit
   * @param maxDowntime longest planned pause of the guest; a shorter one is tried first
   * @param within after which a migration is aborted and the guest stays
   * @param answer longest wait for an agent's reply to a command
   * @param silence after which a migration without any sign of life is in doubt
   * @param lookAgain between looks at hosts while a move is in doubt; at least {@code answer}
   * @param means what else may make a migration end
   */
  public record Transfer(
      Optional<Bytes> bandwidth,
      Duration maxDowntime,
      Duration within,
      Duration answer,
      Duration silence,
      Duration lookAgain,
      Means means) {
    /** Careful with the guests: they are neither slowed down nor put at risk. */
    public static final Transfer DEFAULT =
        new Transfer(
            Optional.empty(),
            Duration.ofMillis(300),
            Duration.ofMinutes(15),
            Duration.ofSeconds(5),
            Duration.ofSeconds(30),
            Duration.ofSeconds(10),
            Means.NONE);

    public Transfer {
      require(
          bandwidth.isEmpty() || bandwidth.get().value() > 0, "bandwidth", bandwidth, "above 0");
      positive(maxDowntime, "maxDowntime");
      positive(within, "within");
      positive(answer, "answer");
      positive(silence, "silence");
      require(
          lookAgain.compareTo(answer) >= 0,
          "lookAgain",
          lookAgain,
          "at least as long as answer, " + answer);
    }
  }
}
