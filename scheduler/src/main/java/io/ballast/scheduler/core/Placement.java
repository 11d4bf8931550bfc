package io.ballast.scheduler.core;

import io.ballast.messages.Decision.PlannedMove;
import io.ballast.messages.Move;
import io.ballast.messages.Reason;
import io.ballast.messages.SchedulerCommand;
import java.time.Instant;
import java.util.List;

/** Where one virtual machine may go because a person wants it to go. */
public sealed interface Placement {
  /**
   * It may go, and there.
   *
   * @param peerUri how the target's hypervisor is reached
   */
  record Found(PlannedMove move, String peerUri) implements Placement {}

  /**
   * It may not.
   *
   * @param message for a person: what is wrong and what to do next
   */
  record Refused(Reason reason, String message) implements Placement {}

  /**
   * Judges a person's wish by the hard rules: the VM runs and has no open move, the target is up
   * and has room. Triggers and cool-downs don't bind a person. Where no target is named, a cool one
   * with the best score is chosen, or a hot one if there is no other.
   *
   * @param view of the VM's cluster
   * @param moves the open ones, and those that ended lately
   */
  static Placement of(
      ClusterView view,
      List<Move> moves,
      Policy policy,
      SchedulerCommand.MoveVm wish,
      Instant now) {
    Forecast forecast = Forecast.of(view, moves, policy, now);
    return new Chooser(view, forecast, new Rules(moves, policy, now)).choose(wish.vm(), wish.to());
  }
}
