package io.ballast.scheduler.core.view;

import io.ballast.messages.Fleet;
import io.ballast.messages.HostBeat;
import io.ballast.scheduler.core.policy.Policy;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Whether a host can take part in moves at all. */
public final class Standing {
  /** A beat is not too old before so many intervals have passed without the next. */
  private static final int INTERVALS = 3;

  private Standing() {}

  /** What speaks against the host as source and as target; empty = it can take part. */
  public static Optional<Objection> of(Fleet.Host host, Policy policy, Instant now) {
    if (host.status() != Fleet.Status.UP) {
      return Optional.of(Objection.HOST_NOT_UP);
    }
    Duration age = Duration.between(host.heardAt(), now);
    Duration oldest = oldest(host, policy);
    if (age.compareTo(oldest) > 0) {
      return Optional.of(Objection.HOST_STALE);
    }
    if (age.plus(host.beat().loadAge()).compareTo(oldest) > 0) {
      return Optional.of(Objection.LOAD_STALE);
    }
    if (host.beat().hypervisor().health() != HostBeat.Health.ANSWERING) {
      return Optional.of(Objection.HYPERVISOR_NOT_ANSWERING);
    }
    return Optional.empty();
  }

  /**
   * How old the last beat of a host and the load in it may be: a host that beats seldom is given
   * its own time.
   */
  private static Duration oldest(Fleet.Host host, Policy policy) {
    Duration own = host.beat().pulse().interval().multipliedBy(INTERVALS);
    Duration most = policy.pace().maxBeatAge();
    return own.compareTo(most) > 0 ? own : most;
  }
}
