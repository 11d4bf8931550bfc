package io.ballast.scheduler.core.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Bytes;
import io.ballast.messages.Decision;
import io.ballast.messages.Decision.PlannedMove;
import io.ballast.messages.HostId;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Moves that are worth it only together. */
final class PairingTest {
  private static Bytes gib(double gib) {
    return Bytes.ofMiB((long) (gib * 1024));
  }

  /** A hot host whose guests fit nowhere, one that is nearly full, and one that is small. */
  private static World stuck() {
    return new World()
        .host("h1", 8, gib(64))
        .host("h2", 8, gib(64))
        .host("h3", 2, gib(18))
        .guest("g1", "h1", 3.5, gib(20.5))
        .guest("g2", "h1", 3.5, gib(20.5))
        .guest("large", "h2", 1, gib(30))
        .guest("small", "h2", 0.2, gib(14));
  }

  @Test
  void aFullHostMakesRoomForAGuestOfAHotOne() {
    Rounds rounds = new Rounds(stuck(), BalancerTest.QUICK).run(Duration.ofMinutes(1));

    Decision decision = rounds.withMoves().getFirst();
    List<PlannedMove> moves = decision.moves();
    assertEquals(2, moves.size(), decision::toString);
    assertEquals("small from h2 to h3", text(moves.get(0)));
    assertTrue(text(moves.get(1)).matches("g[12] from h1 to h2"), decision::toString);
    assertEquals(List.of(1, 2), moves.stream().map(PlannedMove::wave).toList());
    assertEquals(2, rounds.moves.size(), rounds.moves::toString);
    assertTrue(rounds.world.demand(new HostId("h1")) < 0.8);
  }

  private static String text(PlannedMove move) {
    return move.name() + " from " + move.from() + " to " + move.to();
  }

  @Test
  void whatFitsByItselfNeedsNoOther() {
    World world = stuck().host("h4", 8, gib(64));

    Rounds rounds = new Rounds(world, BalancerTest.QUICK).run(Duration.ofMinutes(1));

    PlannedMove first = rounds.withMoves().getFirst().moves().getFirst();
    assertTrue(text(first).matches("g[12] from h1 to h4"), first::toString);
    assertTrue(rounds.moves.stream().noneMatch(move -> move.name().equals("small")));
  }
}
