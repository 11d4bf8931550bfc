package io.ballast.scheduler.core;

import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.scheduler.core.balance.Planner;
import io.ballast.scheduler.core.effect.Conclusion;
import io.ballast.scheduler.core.effect.Effect;
import io.ballast.scheduler.core.effect.Thought;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The persons who wait to hear what would be planned. One plan is worked out for them at a time;
 * who asks meanwhile is told its result too. One thread at a time.
 */
final class DryRuns {
  private final List<OperationId> waiting = new ArrayList<>();
  private Optional<Thought> underWay = Optional.empty();

  /** Lets one more wait, for the plan that is being worked out or else for a new one. */
  List<Effect> ask(OperationId command, Thought thought) {
    waiting.add(command);
    if (underWay.isPresent()) {
      return List.of();
    }
    underWay = Optional.of(thought);
    return List.of(new Effect.Think(thought));
  }

  /** Answers those who waited for a conclusion; nobody, if it is not of a dry run. */
  List<Effect> told(Conclusion conclusion) {
    if (!underWay.equals(Optional.of(conclusion.of()))) {
      return List.of();
    }
    Reply reply = reply(conclusion);
    List<Effect> answers =
        waiting.stream().<Effect>map(command -> new Effect.Answer(command, reply)).toList();
    underWay = Optional.empty();
    waiting.clear();
    return answers;
  }

  private static Reply reply(Conclusion conclusion) {
    return Planner.decided(conclusion)
        .<Reply>map(Reply.Planned::new)
        .orElseGet(
            () ->
                new Reply.Refused(
                    Reason.INTERNAL, "the scheduler failed to plan; its log has the details"));
  }
}
