package io.ballast.scheduler.core.balance;

import io.ballast.messages.Fleet;
import io.ballast.messages.HostId;
import io.ballast.messages.Move;
import io.ballast.messages.OperationId;
import io.ballast.messages.VmId;
import io.ballast.scheduler.core.effect.Conclusion;
import io.ballast.scheduler.core.effect.Thought;
import io.ballast.scheduler.core.policy.Policy;
import io.ballast.scheduler.core.view.Averages;
import io.ballast.scheduler.core.view.ClusterView;
import io.ballast.scheduler.core.watch.Overload;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Clusters that are to be weighed: for each the question what should be moved. */
public final class Weighing implements Thought {
  private final List<Question> questions;

  Weighing(List<Question> questions) {
    this.questions = List.copyOf(questions);
  }

  @Override
  public Conclusion conclude() {
    return new Reached(
        this,
        questions.stream().map(question -> new Weighed(question, question.answer())).toList());
  }

  /** Each cluster was weighed. */
  public record Reached(Thought of, List<Weighed> weighed) implements Conclusion {
    public Reached {
      weighed = List.copyOf(weighed);
    }
  }

  /** All that the answer for one cluster depends on. */
  record Question(
      ClusterView view,
      Averages averages,
      Overload overload,
      Past past,
      Policy policy,
      Instant now) {
    private Proposal answer() {
      return Balancer.plan(view, averages, overload, past, policy, now);
    }
  }

  /** A question with its answer. */
  public record Weighed(Question question, Proposal proposal) {
    /**
     * Whether it still holds: the cluster's moves are where they were when it was asked, and what
     * is to be moved first is where it was, between hosts that are up.
     */
    boolean holds(ClusterView view, Past past) {
      return states(question.past(), view).equals(states(past, view))
          && proposal.decision().moves().stream()
              .filter(move -> move.wave() == 1)
              .allMatch(
                  move ->
                      isUp(move.from(), view)
                          && isUp(move.to(), view)
                          && isActive(move.vm(), move.from(), view));
    }

    private static Map<OperationId, Move.State> states(Past past, ClusterView view) {
      return past.moves().stream()
          .filter(move -> view.host(move.from()).isPresent() || view.host(move.to()).isPresent())
          .collect(Collectors.toMap(Move::id, Move::state));
    }

    private static boolean isUp(HostId host, ClusterView view) {
      return view.host(host).filter(each -> each.status() == Fleet.Status.UP).isPresent();
    }

    private static boolean isActive(VmId vm, HostId host, ClusterView view) {
      return view.host(host).stream()
          .flatMap(each -> each.beat().vms().stream())
          .anyMatch(each -> each.id().equals(vm) && each.state().active());
    }
  }
}
