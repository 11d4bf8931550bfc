package io.ballast.scheduler.core.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ballast.messages.Decision.PlannedMove;
import io.ballast.messages.HostId;
import java.util.List;
import org.junit.jupiter.api.Test;

final class WavesTest {
  @Test
  void movesWithoutACommonHostRunSideBySide() {
    assertEquals("a1 b1", waves(9, move("a", "h1", "h2"), move("b", "h3", "h4")));
  }

  @Test
  void movesWithACommonHostFollowEachOther() {
    assertEquals(
        "a1 b2 c3", waves(9, move("a", "h1", "h2"), move("b", "h1", "h3"), move("c", "h4", "h3")));
  }

  @Test
  void aMoveNeverOvertakesAnEarlierOneOfItsHosts() {
    assertEquals(
        "a1 d1 b2 c3",
        waves(
            9,
            move("a", "h1", "h2"),
            move("b", "h2", "h3"),
            move("c", "h3", "h1"),
            move("d", "h4", "h5")));
  }

  @Test
  void aWaveIsNoWiderThanItMayBe() {
    assertEquals(
        "a1 b1 c2", waves(2, move("a", "h1", "h2"), move("b", "h3", "h4"), move("c", "h5", "h6")));
  }

  private static String waves(int width, PlannedMove... moves) {
    return String.join(
        " ",
        Waves.of(List.of(moves), width).stream().map(move -> move.name() + move.wave()).toList());
  }

  private static PlannedMove move(String name, String from, String to) {
    return new PlannedMove(World.vm(name), name, new HostId(from), new HostId(to), 1, "because");
  }
}
