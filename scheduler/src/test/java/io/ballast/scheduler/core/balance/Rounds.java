package io.ballast.scheduler.core.balance;

import io.ballast.messages.Decision;
import io.ballast.messages.Decision.PlannedMove;
import io.ballast.messages.Move;
import io.ballast.messages.OperationId;
import io.ballast.scheduler.core.policy.Policy;
import io.ballast.scheduler.core.view.Averages;
import io.ballast.scheduler.core.view.ClusterView;
import io.ballast.scheduler.core.watch.Overload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Balances a world as a scheduler does: listens, plans, carries out the first wave, and again. Each
 * migration takes no time of the world.
 */
final class Rounds {
  final World world;
  final Policy policy;
  final List<Move> moves = new ArrayList<>();
  final List<Decision> decisions = new ArrayList<>();
  Averages averages = Averages.NONE;
  Overload overload = Overload.NONE;
  private ClusterView view;

  Rounds(World world, Policy policy) {
    this.world = world;
    this.policy = policy;
    this.view = world.view();
  }

  /** Runs for so long; returns this. */
  Rounds run(Duration duration) {
    var end = world.now().plus(duration);
    while (world.now().isBefore(end)) {
      world.pass(World.BEAT);
      step();
    }
    return this;
  }

  /** One beat of every host and one decision. */
  Decision look() {
    listen();
    Proposal proposal = propose();
    if (proposal.atRest()) {
      overload = overload.rested(view, proposal.objections());
    }
    decisions.add(proposal.decision());
    return proposal.decision();
  }

  /** One beat of every host, one decision, one wave. */
  Decision step() {
    Decision decision = look();
    for (PlannedMove move : decision.moves()) {
      if (move.wave() == 1) {
        world.apply(move);
        moves.add(done(move));
      }
    }
    return decision;
  }

  void listen() {
    view = world.view();
    averages = averages.after(view, policy.thresholds().window());
    overload = overload.after(averages.mean(view), policy, world.now());
  }

  Decision plan() {
    return propose().decision();
  }

  private Proposal propose() {
    return Balancer.plan(view, averages, overload, Past.of(moves), policy, world.now());
  }

  List<Decision> withMoves() {
    return decisions.stream().filter(decision -> !decision.moves().isEmpty()).toList();
  }

  private Move done(PlannedMove move) {
    return new Move(
        new OperationId("move-" + (moves.size() + 1)),
        move.vm(),
        move.name(),
        move.from(),
        move.to(),
        Move.Priority.BALANCE,
        Move.State.DONE,
        world.now(),
        Optional.empty(),
        Optional.empty(),
        move.why());
  }
}
