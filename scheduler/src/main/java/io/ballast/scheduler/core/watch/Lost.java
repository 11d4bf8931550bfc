package io.ballast.scheduler.core.watch;

import io.ballast.messages.HostId;
import io.ballast.messages.Move;
import io.ballast.messages.VmId;
import io.ballast.scheduler.core.view.FleetView;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Virtual machines whose move failed and that are active nowhere since. One thread at a time.
 *
 * <p>A VM is lost if the hypervisors of both of its hosts, as far as they are not away, were looked
 * at after the end of its move, and no host of the fleet says that it is active. It is found once
 * it is active anywhere; or once all hosts that knew it say that they know it no more: then it was
 * undefined on purpose.
 */
final class Lost {
  /** The moves that failed and whose VM was not seen since. */
  private final SortedMap<VmId, Move> awaited = new TreeMap<>();

  private final SortedMap<VmId, Loss> lost = new TreeMap<>();

  /**
   * The move after which a VM was lost.
   *
   * @param seenBy one of its hosts, which has said that it is not active there
   * @param definedOn the hosts that knew it then
   */
  record Loss(Move move, HostId seenBy, Set<HostId> definedOn) {
    private boolean isUndefined(FleetView view) {
      return !definedOn.isEmpty()
          && view.places(move.vm()).isEmpty()
          && definedOn.stream().allMatch(host -> view.host(host).isPresent());
    }
  }

  /** Takes note that a move, which may have begun, has failed. */
  void failed(Move move) {
    awaited.put(move.vm(), move);
  }

  /**
   * Looks for those that are missing.
   *
   * @param view of the hosts that are believed
   * @param away whether a host is silent or was forgotten, so that it is not waited for
   */
  void look(FleetView view, Predicate<HostId> away) {
    awaited.values().removeIf(move -> isSeenSince(move, view));
    for (Move move : List.copyOf(awaited.values())) {
      List<HostId> told =
          hosts(move).filter(host -> view.isSampledAfter(host, move.since())).toList();
      if (!told.isEmpty() && hosts(move).allMatch(host -> told.contains(host) || away.test(host))) {
        awaited.remove(move.vm());
        Set<HostId> definedOn =
            view.places(move.vm()).stream()
                .map(FleetView.Place::host)
                .collect(Collectors.toUnmodifiableSet());
        lost.put(move.vm(), new Loss(move, told.getFirst(), definedOn));
      }
    }
    lost.values().removeIf(loss -> isActive(loss.move().vm(), view) || loss.isUndefined(view));
  }

  /** Those that are missing. */
  List<Loss> all() {
    return List.copyOf(lost.values());
  }

  Optional<Move> move(VmId vm) {
    return Optional.ofNullable(lost.get(vm)).map(Loss::move);
  }

  private static Stream<HostId> hosts(Move move) {
    return Stream.of(move.from(), move.to());
  }

  /** Whether a hypervisor that was looked at after the end of a move has its VM active. */
  private static boolean isSeenSince(Move move, FleetView view) {
    return view.places(move.vm()).stream()
        .filter(place -> place.vm().state().active())
        .anyMatch(place -> view.isSampledAfter(place.host(), move.since()));
  }

  private static boolean isActive(VmId vm, FleetView view) {
    return view.places(vm).stream().anyMatch(place -> place.vm().state().active());
  }
}
