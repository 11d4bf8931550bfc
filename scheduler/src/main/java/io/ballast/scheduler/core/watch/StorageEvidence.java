package io.ballast.scheduler.core.watch;

import io.ballast.messages.Alert.Verdict;
import io.ballast.messages.HostId;
import io.ballast.messages.StorageBeat;
import io.ballast.messages.StorageBeat.Health;
import io.ballast.messages.StorageBeat.Pool;
import io.ballast.scheduler.core.view.Heard;
import io.ballast.scheduler.core.watch.Alerts.Subject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Why an alert about storage is believed or over, in sentences for a person. */
final class StorageEvidence {
  private StorageEvidence() {}

  /**
   * Why a pool counts as nearly or as good as full.
   *
   * @param hosts all that have it
   * @param limit below which share that is over
   */
  static List<String> ofRoom(
      Fullness.Place place, Verdict verdict, Set<HostId> hosts, double limit, Storages storages) {
    Pool pool = place.pool();
    List<String> sentences = new ArrayList<>();
    sentences.add(
        "%s of pool %s are used, %s of %s are left."
            .formatted(percent(pool.usedShare()), pool.name(), pool.available(), pool.capacity()));
    if (hosts.size() > 1) {
      sentences.add(
          "%s have a pool of that name and kind (%s): they are taken for one, and this is the"
                  .formatted(
                      hosts.stream().map(HostId::value).collect(Collectors.joining(", ")),
                      pool.type())
              + " fullest, seen by "
              + place.host()
              + ".");
    }
    sentences.add(
        (verdict == Verdict.POOL_FULL ? fullMeans(pool) : "")
            + "Over below %s.".formatted(percent(limit)));
    age(place.heard(), storages).ifPresent(sentences::add);
    place
        .heard()
        .beat()
        .problem()
        .ifPresent(problem -> sentences.add("Its agent can't look at it now: " + problem));
    return sentences;
  }

  /** What it does to guests; a logical volume has all of its room from the beginning. */
  private static String fullMeans(Pool pool) {
    return pool.type().equals("logical")
        ? "Guests have all the room of their disks; no new disk, snapshot or growth finds any. "
        : "A guest that finds no room when it writes is paused by its hypervisor. ";
  }

  /** Why what was said of a pool's room no longer holds. */
  static String ofChange(Optional<Fullness.Place> now, Optional<Subject> next) {
    String used =
        now.map(place -> percent(place.pool().usedShare()) + " of it are used by now")
            .orElse("Another host tells of it by now");
    return next.map(subject -> used + ": " + subject.verdict() + " of " + subject.host() + ".")
        .orElse(used + ".");
  }

  /**
   * Why a part of the storage counts as worn or failing.
   *
   * @param unknown why it can't be asked now, if that is so
   */
  static List<String> ofHealth(
      Heard<StorageBeat> heard, Health health, Optional<Health> unknown, Storages storages) {
    List<String> sentences = new ArrayList<>();
    sentences.add(health.reason());
    health.model().ifPresent(model -> sentences.add("It is a " + model + "."));
    Duration asked =
        Duration.between(health.sampledAt(), heard.beat().pulse().at())
            .plus(heard.age(storages.now()));
    sentences.add(
        "It was asked %s ago."
            .formatted(Evidence.span(asked.isNegative() ? Duration.ZERO : asked)));
    unknown.ifPresent(now -> sentences.add("It can't be asked now: " + now.reason()));
    age(heard, storages).ifPresent(sentences::add);
    return sentences;
  }

  private static Optional<String> age(Heard<StorageBeat> heard, Storages storages) {
    return storages.isSilent(heard)
        ? Optional.of(
            "Its storage agent was last heard %s ago: nothing newer is known."
                .formatted(Evidence.span(heard.age(storages.now()))))
        : Optional.empty();
  }

  /** A share in percent, never rounded up to a limit that it has not reached. */
  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f%%", Math.floor(share * 1000 + 1e-6) / 10);
  }
}
