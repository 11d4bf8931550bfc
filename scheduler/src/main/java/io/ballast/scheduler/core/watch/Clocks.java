package io.ballast.scheduler.core.watch;

import io.ballast.messages.HostId;
import io.ballast.messages.Pulse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * How far the clocks of the hosts are ahead of the scheduler's, by when their beats say that they
 * were made. One thread at a time.
 *
 * <p>A beat that was held up on its way makes a clock seem late, and nothing makes it seem early:
 * so the largest of the last few differences is believed.
 */
public final class Clocks {
  /** A clock that differs by more is wrong; until it differs by less than half of it. */
  static final Duration MOST = Duration.ofSeconds(2);

  private static final int SAMPLES = 5;

  private final Map<HostId, List<Duration>> differences = new HashMap<>();
  private final Set<HostId> wrong = new TreeSet<>();

  /** Takes note of a beat that came at {@code wall} by the scheduler's wall clock. */
  void heard(Pulse pulse, Instant wall) {
    HostId host = pulse.host();
    List<Duration> known = differences.computeIfAbsent(host, id -> new ArrayList<>());
    known.add(Duration.between(wall, pulse.at()));
    if (known.size() > SAMPLES) {
      known.removeFirst();
    }
    Duration limit = wrong.contains(host) ? MOST.dividedBy(2) : MOST;
    if (known.size() < SAMPLES) {
      return;
    }
    if (ahead(host).abs().compareTo(limit) > 0) {
      wrong.add(host);
    } else {
      wrong.remove(host);
    }
  }

  /** Forgets a host, or what was heard before its clock or the scheduler's was stepped. */
  void forget(HostId host) {
    differences.remove(host);
    wrong.remove(host);
  }

  /** The hosts whose clocks are wrong. */
  Set<HostId> wrong() {
    return Set.copyOf(wrong);
  }

  /** How far a host's clock is ahead; negative if it is behind, zero if nothing was heard. */
  Duration ahead(HostId host) {
    return differences.getOrDefault(host, List.of()).stream()
        .max(Duration::compareTo)
        .orElse(Duration.ZERO);
  }

  /** From how many hosts enough was heard. */
  int known() {
    return (int) differences.values().stream().filter(list -> list.size() == SAMPLES).count();
  }
}
