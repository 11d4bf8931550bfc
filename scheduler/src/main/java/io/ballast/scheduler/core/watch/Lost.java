package io.ballast.scheduler.core.watch;

import io.ballast.messages.Move;
import io.ballast.messages.VmId;
import io.ballast.scheduler.core.view.FleetView;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Virtual machines whose move failed and that are active nowhere since. One thread at a time.
 *
 * <p>A VM is lost if both of its hosts' hypervisors were looked at after the end of its move, and
 * no host of the fleet says that it is active. It is found once it is active anywhere; or once
 * nobody knows it any more, if somebody did: then it was undefined on purpose.
 */
final class Lost {
  /** The moves that failed and whose VM was not seen since. */
  private final SortedMap<VmId, Move> awaited = new TreeMap<>();

  private final SortedMap<VmId, Loss> lost = new TreeMap<>();

  /** The move after which a VM was lost, and whether it was defined somewhere then. */
  private record Loss(Move move, boolean defined) {}

  /** Takes note that a move, which may have begun, has failed. */
  void failed(Move move) {
    awaited.put(move.vm(), move);
  }

  /** Looks for those that are missing. */
  void look(FleetView view) {
    awaited.values().removeIf(move -> isSeenSince(move, view));
    for (Move move : List.copyOf(awaited.values())) {
      if (view.isSampledAfter(move.from(), move.since())
          && view.isSampledAfter(move.to(), move.since())) {
        awaited.remove(move.vm());
        lost.put(move.vm(), new Loss(move, !view.places(move.vm()).isEmpty()));
      }
    }
    lost.entrySet()
        .removeIf(
            entry ->
                isActive(entry.getKey(), view)
                    || (entry.getValue().defined() && view.places(entry.getKey()).isEmpty()));
  }

  /** The moves after which VMs were lost. */
  List<Move> moves() {
    return lost.values().stream().map(Loss::move).toList();
  }

  Optional<Move> move(VmId vm) {
    return Optional.ofNullable(lost.get(vm)).map(Loss::move);
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
