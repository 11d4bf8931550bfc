package io.ballast.scheduler.core.balance;

import io.ballast.messages.Bytes;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostId;
import io.ballast.messages.LocalDisks;
import io.ballast.messages.Move;
import io.ballast.messages.OperationId;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import io.ballast.scheduler.core.policy.Metric;
import io.ballast.scheduler.core.policy.Policy;
import io.ballast.scheduler.core.view.ClusterView;
import io.ballast.scheduler.core.view.Objection;
import io.ballast.scheduler.core.view.Reach;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What no move of the balancer may do, whatever it would gain. */
final class Rules {
  private final Policy policy;
  private final Instant now;
  private final Setbacks setbacks;
  private final Reach reach;
  private final Map<VmId, List<Move>> moves = new HashMap<>();
  private final Map<HostId, Integer> work = new HashMap<>();

  Rules(ClusterView view, Past past, Policy policy, Instant now) {
    this.policy = policy;
    this.now = now;
    this.setbacks = past.setbacks();
    this.reach = Reach.of(view.hosts());
    Set<HostId> silent = view.silent();
    Set<OperationId> known = new HashSet<>();
    for (Move move : past.moves()) {
      known.add(move.id());
      moves.computeIfAbsent(move.vm(), vm -> new ArrayList<>(1)).add(move);
      if (takesPlace(move, silent)) {
        work.merge(move.from(), 1, Integer::sum);
        work.merge(move.to(), 1, Integer::sum);
      }
    }
    for (Fleet.Host host : view.hosts()) {
      long others = host.beat().operations().stream().filter(id -> !known.contains(id)).count();
      work.merge(host.id(), (int) others, Integer::sum);
    }
  }

  /**
   * Whether a move takes a place of its hosts. One in doubt does, for it may go on; but not while
   * one of its hosts is silent, which may last for days: all that it may still take then is memory
   * of its target, which the forecast sets aside.
   */
  static boolean takesPlace(Move move, Set<HostId> silent) {
    return switch (move.state()) {
      case PLANNED, REQUESTED, MIGRATING -> true;
      case UNKNOWN -> !silent.contains(move.from()) && !silent.contains(move.to());
      case DONE, FAILED -> false;
    };
  }

  Policy policy() {
    return policy;
  }

  /** Whether a host takes part in as many moves, and does as much other work, as it may. */
  boolean isBusy(HostId host) {
    return work.getOrDefault(host, 0) >= policy.caps().perHost();
  }

  /** Whether a VM is on its way. */
  boolean isMoving(VmId vm) {
    return of(vm).stream().anyMatch(move -> move.state().open());
  }

  /** Whether the latest move of a VM was made: one that failed is not waited for. */
  boolean hasArrived(VmId vm) {
    return of(vm).stream()
        .max(Comparator.comparing(Move::since))
        .filter(move -> move.state() == Move.State.DONE)
        .isPresent();
  }

  /** What speaks against moving a guest anywhere. */
  Optional<Objection> against(Guest guest, Forecast forecast) {
    VmId vm = guest.vm().id();
    if (isMoving(vm)) {
      return Optional.of(Objection.OPEN_MOVE);
    }
    if (guest.vm().state() != VmState.RUNNING) {
      return Optional.of(Objection.NOT_RUNNING);
    }
    if (forecast.homes(vm).size() > 1) {
      return Optional.of(Objection.DOUBLED);
    }
    if (guest.local().filter(disks -> !mayCopy(disks)).isPresent()) {
      return Optional.of(Objection.LOCAL_DISKS);
    }
    if (setbacks.pinned(vm).isPresent()) {
      return Optional.of(Objection.UNMOVABLE);
    }
    if (setbacks.of(vm, now).isPresent()) {
      return Optional.of(Objection.FAILED_LATELY);
    }
    return of(vm).stream().anyMatch(this::isCooling)
        ? Optional.of(Objection.COOL_DOWN)
        : Optional.empty();
  }

  private boolean mayCopy(LocalDisks disks) {
    return policy.worth().copies() && disks.copyable();
  }

  /**
   * What speaks against moving a guest to a host, but for what the host would have to do then.
   *
   * @param from where it is
   */
  Optional<Objection> against(Guest guest, HostId from, Site target) {
    if (isQuarantined(from, target.id())) {
      return Optional.of(Objection.QUARANTINED);
    }
    if (isWayBack(guest.vm().id(), target.id())) {
      return Optional.of(Objection.WAY_BACK);
    }
    if (missing(guest, target.id()).isPresent()) {
      return Optional.of(Objection.NETWORK_OUT_OF_REACH);
    }
    if (!holdsDisks(guest, target)) {
      return Optional.of(Objection.NO_ROOM_FOR_DISKS);
    }
    return target.hasRoomFor(guest) ? Optional.empty() : Optional.of(Objection.NO_ROOM);
  }

  /** Whether a host has the pools of a guest's local disks, and room in each for all of them. */
  boolean holdsDisks(Guest guest, Site target) {
    return guest.local().stream()
        .allMatch(
            disks ->
                disks.pools().stream()
                    .allMatch(pool -> holds(target.host(), pool, disks.allocated())));
  }

  private static boolean holds(Fleet.Host host, String name, Bytes room) {
    return host.storage().stream()
        .flatMap(beat -> beat.pools().stream())
        .anyMatch(
            pool ->
                pool.name().equals(name) && pool.active() && pool.available().compareTo(room) >= 0);
  }

  /** What a host lacks for the ports of a guest, for a person; empty if it can have them. */
  Optional<String> missing(Guest guest, HostId target) {
    return reach.missing(guest.vm().id(), target);
  }

  /** Whether a target is left out because it failed what came to it. */
  boolean isQuarantined(HostId from, HostId target) {
    return setbacks.between(from, target, now).isPresent();
  }

  /** Whether a host is over a trigger, or nearer below it than the policy's headroom. */
  boolean isHot(Site site) {
    for (Metric metric : Metric.values()) {
      double trigger = policy.thresholds().of(metric).trigger();
      if (site.value(metric) > trigger * (1 - policy.worth().headroom())) {
        return true;
      }
    }
    return false;
  }

  private boolean isCooling(Move move) {
    return !move.state().open() && age(move).compareTo(policy.pace().coolDown()) < 0;
  }

  private boolean isWayBack(VmId vm, HostId target) {
    for (Move move : of(vm)) {
      if (move.from().equals(target)
          && move.state() == Move.State.DONE
          && age(move).compareTo(policy.pace().noReturn()) < 0) {
        return true;
      }
    }
    return false;
  }

  private List<Move> of(VmId vm) {
    return moves.getOrDefault(vm, List.of());
  }

  private Duration age(Move move) {
    return Duration.between(move.since(), now);
  }
}
