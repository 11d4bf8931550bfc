package io.ballast.scheduler.core;

import io.ballast.messages.HostId;
import io.ballast.messages.Move;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What no move of the balancer may do, whatever it would gain.
 *
 * @param moves the open ones, and those that ended lately
 */
record Rules(List<Move> moves, Policy policy, Instant now) {

  /**
   * Whether a host takes part in as many moves as it may. A move in doubt does not count: its other
   * host may be silent for days, and all that it may still take here is its memory, which the
   * forecast sets aside.
   */
  boolean isBusy(HostId host) {
    return moves.stream()
            .filter(move -> move.state().open() && move.state() != Move.State.UNKNOWN)
            .filter(move -> move.from().equals(host) || move.to().equals(host))
            .count()
        >= policy.caps().perHost();
  }

  /** Whether a VM is on its way. */
  boolean isMoving(VmId vm) {
    return moves.stream().anyMatch(move -> move.state().open() && move.vm().equals(vm));
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
    return moves.stream().anyMatch(move -> move.vm().equals(vm) && isCooling(move))
        ? Optional.of(Objection.COOL_DOWN)
        : Optional.empty();
  }

  /**
   * What speaks against moving a guest to a host.
   *
   * @param after the host after the move
   */
  Optional<Objection> against(Guest guest, Site target, Site after) {
    if (isWayBack(guest.vm().id(), target.id())) {
      return Optional.of(Objection.WAY_BACK);
    }
    if (!target.hasRoomFor(guest)) {
      return Optional.of(Objection.NO_ROOM);
    }
    return isHot(after) ? Optional.of(Objection.TARGET_HOT) : Optional.empty();
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
    return moves.stream()
        .filter(move -> move.vm().equals(vm) && move.from().equals(target))
        .filter(move -> move.state() == Move.State.DONE)
        .anyMatch(move -> age(move).compareTo(policy.pace().noReturn()) < 0);
  }

  private Duration age(Move move) {
    return Duration.between(move.since(), now);
  }
}
