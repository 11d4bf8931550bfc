package io.ballast.scheduler.core.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Bytes;
import io.ballast.messages.Decision;
import io.ballast.messages.Decision.PlannedMove;
import io.ballast.messages.HostId;
import io.ballast.scheduler.core.policy.Policy;
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

  @Test
  void whoMakesRoomGoesWhereItMay() {
    // h1 is hot of memory. To leave h2 for it would gain most; that h1 may not take anyone is why.
    World world =
        new World()
            .host("h1", 16, gib(64))
            .host("h2", 2, gib(64))
            .host("h3", 16, gib(32))
            .guest("large", "h1", 0.8, gib(23))
            .guest("larger", "h1", 3, gib(34))
            .guest("small", "h2", 0.8, gib(1))
            .guest("a", "h3", 3.3, gib(13))
            .guest("b", "h3", 6.7, gib(6));

    Rounds rounds = new Rounds(world, BalancerTest.QUICK).run(Duration.ofSeconds(15));

    List<PlannedMove> moves = rounds.withMoves().getFirst().moves();
    assertEquals(
        List.of("small from h2 to h3", "large from h1 to h2"),
        moves.stream().map(PairingTest::text).toList());
  }

  @Test
  void twoMovesMustHelpWhatTriggeredTwice() {
    Policy.Worth usual = BalancerTest.QUICK.worth();
    Policy policy =
        BalancerTest.QUICK.with(new Policy.Worth(usual.headroom(), 0.35, 0, usual.effort(), false));

    Rounds rounds = new Rounds(stuck(), policy).run(Duration.ofMinutes(1));

    assertEquals(List.of(), rounds.withMoves());
  }

  @Test
  void ofAPairItMustBeSureToo() {
    for (double sureness : new double[] {0, 1e9}) {
      Policy.Worth usual = BalancerTest.QUICK.worth();
      Policy policy =
          BalancerTest.QUICK.with(
              new Policy.Worth(usual.headroom(), usual.minGain(), sureness, usual.effort(), false));

      Rounds rounds = new Rounds(stuck().scatter(0.01, 1), policy).run(Duration.ofMinutes(1));

      assertEquals(sureness > 0, rounds.withMoves().isEmpty(), "sureness " + sureness);
    }
  }

  @Test
  void aPlanOfOneMoveHasNoPair() {
    Policy policy = BalancerTest.QUICK.with(new Policy.Caps(1, 5, 1));

    Rounds rounds = new Rounds(stuck(), policy).run(Duration.ofMinutes(1));

    assertEquals(List.of(), rounds.withMoves());
  }

  @Test
  void aHotHostIsHelpedBeforeAPairThatIsWorthMore() {
    World world =
        stuck()
            .host("h5", 40, gib(12))
            .host("h6", 40, gib(12))
            .guest("a", "h5", 11.5, gib(0.1))
            .guest("b", "h5", 11.5, gib(0.1))
            .guest("c", "h6", 7, gib(0.1))
            .guest("d", "h6", 7, gib(0.1));

    Rounds rounds = new Rounds(world, BalancerTest.QUICK).run(Duration.ofMinutes(1));

    assertEquals("small from h2 to h3", first(rounds));
    assertTrue(rounds.moves.stream().anyMatch(move -> move.name().matches("[abcd]")));
  }

  private static String first(Rounds rounds) {
    return text(rounds.withMoves().getFirst().moves().getFirst());
  }

  /** A hot host that nothing helps, and two of which each guest is larger than their difference. */
  private static World apart(double large, double small, double memory) {
    return new World()
        .host("h1", 40, gib(64))
        .host("h2", 40, gib(memory))
        .host("h3", 40, gib(64))
        .guest("a", "h1", large, gib(4))
        .guest("b", "h1", large, gib(4))
        .guest("c", "h2", small, gib(4))
        .guest("d", "h2", small, gib(4))
        .guest("lonely", "h3", 33, gib(4));
  }

  @Test
  void twoGuestsChangePlacesWhereNoneCanGoByItself() {
    Rounds rounds = new Rounds(apart(11.5, 8, 64), BalancerTest.QUICK).run(Duration.ofMinutes(1));

    List<PlannedMove> moves = rounds.withMoves().getFirst().moves();
    assertEquals(2, moves.size(), moves::toString);
    assertTrue(text(moves.get(0)).matches("[ab] from h1 to h2"), moves::toString);
    assertTrue(text(moves.get(1)).matches("[cd] from h2 to h1"), moves::toString);
    assertEquals(2, rounds.moves.size(), rounds.moves::toString);
    assertEquals(
        rounds.world.demand(new HostId("h1")), rounds.world.demand(new HostId("h2")), 0.01);
  }

  @Test
  void whoHasNoRoomYetComesSecond() {
    // h2 has 2 GiB left.
    Rounds rounds = new Rounds(apart(10.5, 7, 10), BalancerTest.QUICK).run(Duration.ofMinutes(1));

    List<PlannedMove> moves = rounds.withMoves().getFirst().moves();
    assertTrue(text(moves.get(0)).matches("[cd] from h2 to h1"), moves::toString);
    assertTrue(text(moves.get(1)).matches("[ab] from h1 to h2"), moves::toString);
  }

  @Test
  void twoMovesThatGainTooLittleForTwoAreNotMade() {
    Rounds rounds = new Rounds(apart(11.5, 8.2, 64), BalancerTest.QUICK).run(Duration.ofMinutes(1));

    assertEquals(List.of(), rounds.withMoves());
  }

  @Test
  void noMoveOfTwoMayMakeItsTargetHot() {
    // By the first of them h2 would be at 77 %, or h1 at 87 %.
    Rounds rounds = new Rounds(apart(12.2, 8.3, 64), BalancerTest.QUICK).run(Duration.ofMinutes(1));

    assertEquals(List.of(), rounds.withMoves());
  }

  @Test
  void theSecondOfTwoMustBeAllowedToo() {
    // By either guest of h1 h2 would be over its trigger, also once "large" has left it.
    World world =
        new World()
            .host("h1", 16, gib(16))
            .host("h2", 8, gib(64))
            .host("h3", 2, gib(64))
            .host("h4", 2, gib(32))
            .guest("a", "h1", 7.5, gib(2))
            .guest("b", "h1", 7.1, gib(4))
            .guest("large", "h2", 0.4, gib(35))
            .guest("other", "h4", 0.2, gib(17));

    Rounds rounds = new Rounds(world, BalancerTest.QUICK).run(Duration.ofMinutes(1));

    assertEquals(List.of(), rounds.withMoves());
  }
}
