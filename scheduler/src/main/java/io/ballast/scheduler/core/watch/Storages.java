package io.ballast.scheduler.core.watch;

import io.ballast.messages.HostId;
import io.ballast.messages.StorageBeat;
import io.ballast.messages.StorageBeat.Health;
import io.ballast.scheduler.core.view.Heard;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Stream;

/**
 * What the storage agents of the fleet last said, and how far that can be believed at a moment.
 *
 * @param doubled the hosts whose name two agents use: nobody knows which of them is told of
 */
record Storages(SortedMap<HostId, Heard<StorageBeat>> heard, Set<HostId> doubled, Instant now) {
  /** An agent is called silent after so many of its intervals. */
  private static final int SILENT = 3;

  Optional<Heard<StorageBeat>> of(HostId host) {
    return Optional.ofNullable(heard.get(host));
  }

  /** Whether an agent is believed to tell of the host whose name it uses. */
  boolean isBelieved(HostId host) {
    return !doubled.contains(host)
        && of(host).filter(beat -> beat.rival(now).isEmpty()).isPresent();
  }

  /** Whether an agent has fallen silent, so that what it said grows old. */
  boolean isSilent(Heard<StorageBeat> beat) {
    Duration limit = beat.beat().pulse().interval().multipliedBy(SILENT);
    return beat.age(now).compareTo(limit) > 0;
  }

  /** Whether it is not known what a host's pool is like, or whether there is one of that name. */
  boolean isPoolUnknown(HostId host, String pool) {
    return of(host)
        .map(
            beat ->
                !isBelieved(host)
                    || beat.beat().sampledAt().isEmpty()
                    || unknown(beat.beat(), Health.Kind.POOL)
                        .anyMatch(health -> health.name().map(pool::equals).orElse(true)))
        .orElse(false);
  }

  /** What a beat says that it does not know of a kind. */
  static Stream<Health> unknown(StorageBeat beat, Health.Kind kind) {
    return beat.health().stream()
        .filter(health -> health.kind() == kind && health.verdict() == Health.Verdict.UNKNOWN);
  }
}
