package io.ballast.scheduler.core.move;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Move;
import io.ballast.messages.Outcome;
import io.ballast.messages.VmState;
import io.ballast.scheduler.core.effect.Effect;
import io.ballast.scheduler.core.effect.Step;
import io.ballast.scheduler.core.policy.Policy;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Moves of virtual machines that do not run: each is where it is defined. */
final class RestingMoveTest {
  private static final Optional<VmState> OFF = Optional.of(VmState.SHUT_OFF);

  private final MoveBench bench = new MoveBench();

  @BeforeEach
  void plan() {
    bench.planResting();
  }

  private void lookAgain() {
    bench.pass(Policy.Transfer.DEFAULT.lookAgain());
  }

  private void inDoubt() {
    bench.on(new MoveInput.Accepted(MoveBench.ID));
    bench.finish(new Outcome.Unknown("the connection to h2 broke"));
  }

  @Test
  void itIsSentAsOneThatDoesNotRun() {
    assertTrue(bench.only(Effect.Send.class).command().rests());
  }

  @Test
  void itHasArrivedWhenTheTargetAloneDefinesIt() {
    bench.on(new MoveInput.Accepted(MoveBench.ID));
    bench.beat(MoveBench.H1, OFF, List.of(MoveBench.ID));
    bench.beat(MoveBench.H2, OFF, List.of());
    for (int beats = 0; beats < 2; beats++) {
      bench.beat(MoveBench.H1, Optional.empty(), List.of());
    }

    assertEquals(Move.State.DONE, bench.state());
    assertEquals("is defined on h2 and is gone from h1", bench.move().note());
  }

  @Test
  void itHasNotMovedWhileItsSourceAloneDefinesIt() {
    inDoubt();

    bench.look(MoveBench.H1, OFF);
    bench.look(MoveBench.H2, Optional.empty());

    assertEquals(Move.State.FAILED, bench.state());
    assertEquals("did not move: h1 defines it, h2 not known", bench.move().note());
  }

  @Test
  void whatBothDefineIsForAPersonAndNoAlarm() {
    inDoubt();
    for (int round = 0; round < 3; round++) {
      bench.look(MoveBench.H1, OFF);
      bench.look(MoveBench.H2, OFF);
      assertEquals(List.of(), bench.all(Step.Doubled.class));
      lookAgain();
    }
    assertEquals(Move.State.UNKNOWN, bench.state());
    assertEquals(
        "not on one host alone: h1 defines it, h2 defines it; undefine it where it does not"
            + " belong",
        bench.move().note());

    bench.look(MoveBench.H1, Optional.empty());
    bench.look(MoveBench.H2, OFF);

    assertEquals(Move.State.DONE, bench.state());
  }
}
