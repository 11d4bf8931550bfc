package io.ballast.scheduler.core.watch;

import io.ballast.messages.Alert.Verdict;
import io.ballast.messages.HostId;
import io.ballast.messages.StorageBeat;
import io.ballast.messages.StorageBeat.Pool;
import io.ballast.scheduler.core.policy.AlertSettings;
import io.ballast.scheduler.core.view.Heard;
import io.ballast.scheduler.core.watch.Alerts.Finding;
import io.ballast.scheduler.core.watch.Alerts.Subject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The pools that are nearly or as good as full. One thread at a time.
 *
 * <p>A pool is nearly full from a limit on, and is until {@value #MARGIN} of its size below it, so
 * that one which sways there is told once; likewise as good as full. It is one or the other. Only
 * what an agent saw lately counts: what is told of a pool stays as it is while its agent is silent
 * or can't look at it, and while it is not active.
 *
 * <p>Pools in the network that hosts of one cluster have under one name are taken for one, and the
 * fullest of them counts. Pools whose volumes are made elsewhere never have room and are left out.
 */
final class Fullness {
  /** By so much of its size a pool has to be below a limit again. */
  static final double MARGIN = 0.02;

  /** Kinds that all hosts reach over the network, in libvirt's words. */
  private static final Set<String> SHARED =
      Set.of("netfs", "rbd", "gluster", "sheepdog", "vstorage");

  /** Kinds whose volumes are made by somebody else, in libvirt's words. */
  private static final Set<String> ROOMLESS = Set.of("iscsi", "iscsi-direct", "scsi", "mpath");

  private static final Comparator<Place> BY_USE =
      Comparator.comparingDouble(place -> place.pool().usedShare());

  private final AlertSettings settings;
  private final SortedMap<Key, Case> cases = new TreeMap<>();

  Fullness(AlertSettings settings) {
    this.settings = settings;
  }

  /** What is taken for one pool; {@code scope} says whose. */
  private record Key(String scope, String kind, String pool) implements Comparable<Key> {
    private static final Comparator<Key> ORDER =
        Comparator.comparing(Key::scope).thenComparing(Key::kind).thenComparing(Key::pool);

    static Key of(Place place) {
      boolean shared = SHARED.contains(place.pool().type());
      String scope =
          shared
              ? "cluster " + place.heard().beat().pulse().cluster()
              : "host " + place.host().value();
      return new Key(scope, place.pool().type(), place.pool().name());
    }

    @Override
    public int compareTo(Key other) {
      return ORDER.compare(this, other);
    }
  }

  /** A pool as a host has it. */
  record Place(HostId host, Heard<StorageBeat> heard, Pool pool) {}

  /** A pool that has an alert, and the hosts that have it. */
  private record Case(Subject subject, Set<HostId> hosts, Finding finding) {}

  /** Looks at all pools. */
  void look(Storages storages, Findings findings) {
    SortedMap<Key, List<Place>> seen = seen(storages);
    Set<Key> keys = new TreeSet<>(seen.keySet());
    keys.addAll(cases.keySet());
    for (Key key : keys) {
      Case before = cases.get(key);
      List<Place> places = seen.getOrDefault(key, List.of());
      if (before != null && places.isEmpty()) {
        missing(key, before, storages, findings);
      } else {
        look(key, places, storages, findings);
      }
    }
  }

  private static SortedMap<Key, List<Place>> seen(Storages storages) {
    SortedMap<Key, List<Place>> seen = new TreeMap<>();
    storages
        .heard()
        .forEach(
            (host, heard) -> {
              if (storages.isBelieved(host) && heard.beat().sampledAt().isPresent()) {
                for (Pool pool : heard.beat().pools()) {
                  Place place = new Place(host, heard, pool);
                  seen.computeIfAbsent(Key.of(place), key -> new ArrayList<>()).add(place);
                }
              }
            });
    return seen;
  }

  private void missing(Key key, Case before, Storages storages, Findings findings) {
    if (before.hosts().stream().anyMatch(host -> storages.isPoolUnknown(host, key.pool()))) {
      findings.wrong(before.subject(), before.finding());
    } else {
      boolean forgotten = before.hosts().stream().allMatch(host -> storages.of(host).isEmpty());
      findings.over(
          before.subject(),
          forgotten
              ? "The host was forgotten."
              : "No pool of that name is there any more, by what its agent says.");
      cases.remove(key);
    }
  }

  private void look(Key key, List<Place> places, Storages storages, Findings findings) {
    Case before = cases.get(key);
    Optional<Place> fullest = fullest(places, storages);
    Optional<Verdict> known =
        before == null ? Optional.empty() : Optional.of(before.subject().verdict());
    Optional<Verdict> verdict =
        fullest.isEmpty() ? known : verdict(fullest.get().pool().usedShare(), known);
    @Nullable Case next = null;
    if (verdict.isPresent()) {
      Place shown = fullest.orElseGet(() -> Collections.max(places, BY_USE));
      Subject subject =
          Subject.of(verdict.get(), home(key, before, places, storages), "pool " + key.pool());
      Finding finding =
          fullest.isEmpty() && before != null && shown.pool().capacity().value() == 0
              ? before.finding()
              : Finding.ofStorage(
                  shown.heard(),
                  StorageEvidence.ofRoom(
                      shown, verdict.get(), hosts(places), limit(verdict.get()), storages));
      next = new Case(subject, hosts(places), finding);
      cases.put(key, next);
      findings.wrong(subject, finding);
    } else {
      cases.remove(key);
    }
    if (before != null && (next == null || !next.subject().equals(before.subject()))) {
      findings.over(
          before.subject(),
          StorageEvidence.ofChange(fullest, Optional.ofNullable(next).map(Case::subject)));
    }
  }

  /** The host by which a pool goes; of those that share it, the one that it went by before. */
  private static HostId home(
      Key key, @Nullable Case before, List<Place> places, Storages storages) {
    if (before != null) {
      HostId home = before.subject().host();
      if (hosts(places).contains(home) || storages.isPoolUnknown(home, key.pool())) {
        return home;
      }
    }
    return places.getFirst().host();
  }

  /** The fullest of the places of which it is known how full they are. */
  private static Optional<Place> fullest(List<Place> places, Storages storages) {
    return places.stream()
        .filter(place -> place.pool().active() && !ROOMLESS.contains(place.pool().type()))
        .filter(place -> place.pool().capacity().value() > 0)
        .filter(place -> place.heard().beat().problem().isEmpty())
        .filter(place -> !storages.isSilent(place.heard()))
        .filter(place -> !storages.isPoolUnknown(place.host(), place.pool().name()))
        .max(BY_USE);
  }

  private Optional<Verdict> verdict(double used, Optional<Verdict> before) {
    double full = before.equals(Optional.of(Verdict.POOL_FULL)) ? MARGIN : 0;
    double filling = before.isPresent() ? MARGIN : 0;
    if (used >= settings.poolFull() - full) {
      return Optional.of(Verdict.POOL_FULL);
    }
    return used >= settings.poolFilling() - filling
        ? Optional.of(Verdict.POOL_FILLING)
        : Optional.empty();
  }

  /** Below which share it is over. */
  private double limit(Verdict verdict) {
    return (verdict == Verdict.POOL_FULL ? settings.poolFull() : settings.poolFilling()) - MARGIN;
  }

  private static Set<HostId> hosts(List<Place> places) {
    Set<HostId> hosts = new TreeSet<>();
    places.forEach(place -> hosts.add(place.host()));
    return hosts;
  }
}
