package io.ballast.ops.snapshot;

import io.ballast.messages.Bytes;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostBeat;
import io.ballast.messages.HostId;
import java.time.Duration;
import java.util.Optional;

/**
 * A host of a picture.
 *
 * @param rack the number of the rack in which it stands, at least 0
 * @param capacity what its virtual machines and itself share, both above 0
 */
public record Host(
    HostId id,
    int rack,
    HostBeat.Capacity capacity,
    State state,
    Measures measures,
    Standing standing,
    Marks marks) {
  public Host {
    if (rack < 0) {
      throw new IllegalArgumentException("host " + id + " can't be in rack " + rack);
    }
    if (capacity.memory().equals(Bytes.ZERO)) {
      throw new IllegalArgumentException("host " + id + " has no memory");
    }
  }

  /** What is to become of a host. */
  public enum State {
    /** It stays. */
    UP,
    /** It is to be emptied. */
    DRAIN
  }

  /**
   * What was measured of a host, as far as it was.
   *
   * @param used memory that is not available to new work; absent = what its virtual machines hold
   * @param busy used share of its processors, 0 to 1; absent = what its virtual machines use
   * @param steal share of time, 0 to 1, in which it waited for a processor of a hypervisor below
   *     it; nothing goes by it yet
   */
  public record Measures(
      Optional<Bytes> used,
      Optional<Double> busy,
      Optional<LoadAverages> load,
      Optional<HostBeat.Pressure> pressure,
      Optional<Double> steal) {
    /** Nothing was measured. */
    public static final Measures NONE =
        new Measures(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
  }

  /** Runnable and blocked tasks, averaged over 1, 5 and 15 minutes, each at least 0. */
  public record LoadAverages(double over1, double over5, double over15) {}

  /**
   * How a scheduler hears a host.
   *
   * @param age of what was measured, at least 0
   * @param interval how often its agent means to tell, 1 ms to 1 day
   * @param agent the agent's version, if it is known
   */
  public record Standing(
      Fleet.Status status,
      HostBeat.Health hypervisor,
      Duration age,
      Duration interval,
      Optional<String> agent) {
    /** Of a host of which nothing of this is said: all is well with it. */
    public static final Standing USUAL =
        new Standing(
            Fleet.Status.UP,
            HostBeat.Health.ANSWERING,
            Duration.ZERO,
            Duration.ofSeconds(3),
            Optional.empty());
  }
}
