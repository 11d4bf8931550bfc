package io.ballast.scheduler.core.balance;

import io.ballast.messages.Decision.PlannedMove;
import io.ballast.messages.Move;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.SchedulerCommand;
import io.ballast.scheduler.core.policy.Policy;
import io.ballast.scheduler.core.view.ClusterView;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

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
   * Judges a person's wish by the hard rules: the VM runs, or does not where that is wished, and
   * has no open move, the target is up and has room for one that runs. Triggers and cool-downs
   * don't bind a person. Where no target is named, a cool one with the best score is chosen, or a
   * hot one if there is no other.
   *
   * @param view of the VM's cluster
   * @param past what became of earlier moves
   */
  static Placement of(
      ClusterView view, Past past, Policy policy, SchedulerCommand.MoveVm wish, Instant now) {
    Forecast forecast = Forecast.of(view, past.moves(), policy, now);
    Rules rules = new Rules(view, past, policy, now);
    Chooser chooser = new Chooser(view, forecast, rules);
    return wish.rests()
        ? chooser.resting(wish.vm(), wish.to().orElseThrow())
        : chooser.choose(wish.vm(), wish.to());
  }

  /**
   * What speaks by now against a move that was planned earlier; empty = nothing. One of the
   * balancer's that waited also must not make its target hot.
   *
   * @param view of the VM's cluster
   */
  static Optional<Reply.Refused> against(
      Move waiting, ClusterView view, Past past, Policy policy, Instant now) {
    List<Move> others =
        past.moves().stream().filter(move -> !move.id().equals(waiting.id())).toList();
    Past without = new Past(others, past.setbacks());
    Forecast forecast = Forecast.of(view, others, policy, now);
    Rules rules = new Rules(view, without, policy, now);
    Placement again =
        new Chooser(view, forecast, rules).choose(waiting.vm(), Optional.of(waiting.to()));
    boolean waited = waiting.since().isBefore(now);
    return switch (again) {
      case Refused refused -> Optional.of(new Reply.Refused(refused.reason(), refused.message()));
      case Found found when !found.move().from().equals(waiting.from()) ->
          overtaken("%s is on %s by now".formatted(waiting.name(), found.move().from()));
      case Found found when waited && waiting.priority() == Move.Priority.BALANCE ->
          forecast
              .site(waiting.to())
              .filter(target -> isTooMuch(target, forecast, waiting, rules))
              .flatMap(target -> overtaken(waiting.to() + " would have too much to do by now"));
      case Found found -> Optional.empty();
    };
  }

  private static Optional<Reply.Refused> overtaken(String message) {
    return Optional.of(new Reply.Refused(Reason.WRONG_STATE, message));
  }

  private static boolean isTooMuch(Site target, Forecast forecast, Move move, Rules rules) {
    return forecast.guests(move.from()).stream()
        .filter(guest -> guest.vm().id().equals(move.vm()))
        .anyMatch(guest -> rules.isHot(target.with(guest)));
  }
}
