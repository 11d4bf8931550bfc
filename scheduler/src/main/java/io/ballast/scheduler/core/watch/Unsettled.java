package io.ballast.scheduler.core.watch;

import io.ballast.messages.Alert.Verdict;
import io.ballast.messages.Berth;
import io.ballast.messages.HostId;
import io.ballast.messages.StorageBeat;
import io.ballast.messages.VmId;
import io.ballast.messages.VolumeId;
import io.ballast.scheduler.core.view.FleetView;
import io.ballast.scheduler.core.view.Heard;
import io.ballast.scheduler.core.watch.Alerts.Finding;
import io.ballast.scheduler.core.watch.Alerts.Subject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The moves that are over and for which hosts keep volumes all the same. One thread at a time.
 *
 * <p>What an agent that is not believed, or is silent, said last of them stays so.
 */
final class Unsettled {
  /** So long after its end a move is usually settled. */
  static final Duration LATE = Duration.ofMinutes(5);

  /** Which are kept for moves that don't go on, by when that was first seen. */
  private Map<Subject, Instant> since = Map.of();

  /**
   * Looks at what is kept.
   *
   * @param moving whether a machine is on its way
   */
  void look(Storages storages, FleetView view, Predicate<VmId> moving, Findings findings) {
    Map<Subject, Instant> still = new TreeMap<>();
    storages
        .heard()
        .forEach(
            (host, heard) -> {
              for (Berth berth : heard.beat().berths()) {
                Subject subject =
                    Subject.of(Verdict.VOLUMES_KEPT, host, "move " + berth.move().value());
                if (!moving.test(berth.vm()) && isKnown(subject, host, storages)) {
                  Instant first = since.getOrDefault(subject, storages.now());
                  still.put(subject, first);
                  Duration age = Duration.between(first, storages.now());
                  if (age.compareTo(LATE) >= 0) {
                    findings.wrong(subject, finding(host, heard, berth, age, view));
                  }
                }
              }
            });
    since.keySet().stream()
        .filter(subject -> !still.containsKey(subject))
        .forEach(subject -> findings.over(subject, "Its agent keeps none for it any more."));
    since = still;
  }

  /** What is not believed begins nothing. */
  private boolean isKnown(Subject subject, HostId host, Storages storages) {
    return since.containsKey(subject) || storages.isBelieved(host);
  }

  private static Finding finding(
      HostId host, Heard<StorageBeat> heard, Berth berth, Duration age, FleetView view) {
    List<FleetView.Place> places = view.places(berth.vm());
    Optional<String> name = places.stream().map(place -> place.vm().name()).findFirst();
    List<String> evidence = new ArrayList<>();
    evidence.add(
        "It keeps %s of VM %s for a move from %s to %s that has not gone on for %s."
            .formatted(
                berth.volumes().stream().map(VolumeId::toString).collect(Collectors.joining(", ")),
                name.orElse(berth.vm().toString()),
                berth.from(),
                berth.to(),
                Evidence.span(age)));
    berth.broken().ifPresent(why -> evidence.add(why + "."));
    evidence.add(
        places.isEmpty()
            ? "No host tells of that VM."
            : "The VM is told of by "
                + places.stream()
                    .map(place -> place.host() + (place.vm().state().active() ? " (active)" : ""))
                    .sorted()
                    .collect(Collectors.joining(", "))
                + ".");
    evidence.add(
        "Once it is clear which host has the whole copy, 'ballast volume free %s --host %s' gives"
                .formatted(berth.move(), host)
            + " them free here; it deletes nothing.");
    return new Finding(
        heard.at(),
        heard.beat().pulse().incarnation(),
        name.map(List::of).orElse(List.of()),
        evidence);
  }
}
