package io.ballast.scheduler.core.search;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.BitSet;
import org.junit.jupiter.api.Test;

/** Whose turn it is. */
final class AgendaTest {
  private static Agenda agenda(Layout layout, int... targets) {
    Objective.EVENNESS.weigh(layout, 0);
    return new Agenda(layout, targets);
  }

  private static Crowd hosts(int count) {
    Crowd crowd = new Crowd();
    for (int h = 0; h < count; h++) {
      crowd.host(10, 10240, false);
    }
    return crowd;
  }

  @Test
  void whoGainsMostForItsCostIsFirst() {
    Crowd cheap =
        hosts(3)
            .guest(0, 3, 2048, 2048, false)
            .guest(0, 2.9, 1024, 1024, false)
            .guest(0, 1, 1024, 1024, false);

    assertEquals(1, agenda(new Layout(cheap.problem()), 1, 2, 1).next());

    Crowd hot =
        hosts(3)
            .guest(0, 1, 1024, 1024, false)
            .guest(1, 1, 1024, 1024, false)
            .guest(1, 7, 1024, 1024, true);

    assertEquals(1, agenda(new Layout(hot.problem()), 2, 2, 1).next());
  }

  @Test
  void whoFindsNoRoomWaitsUntilItsTargetHasChanged() {
    Crowd crowd = hosts(3).guest(0, 5, 6144, 6144, false).guest(1, 1, 8192, 8192, false);
    Layout layout = new Layout(crowd.problem());
    Agenda agenda = agenda(layout, 1, 2);

    assertEquals(1, agenda.next());
    agenda.move(1, 2);
    assertEquals(0, agenda.next());
    agenda.move(0, 1);
    assertEquals(-1, agenda.next());
    assertEquals(new BitSet(), agenda.open());
  }

  @Test
  void whatAMoveBroughtItsHostsIsWeighedAnew() {
    // The second gains most but for the third while h1 is hot, and nothing once it has cooled.
    Crowd crowd =
        hosts(4)
            .guest(0, 4, 1024, 1024, false)
            .guest(0, 3.9, 1024, 1024, false)
            .guest(1, 3.5, 1024, 1024, false)
            .guest(1, 1.5, 1024, 1024, true);
    Layout layout = new Layout(crowd.problem());
    Agenda agenda = agenda(layout, 2, 3, 3, 1);

    assertEquals(0, agenda.next());
    agenda.move(0, 2);
    assertEquals(2, agenda.next());
  }

  @Test
  void whoTakesADetourIsStillToCome() {
    Crowd crowd = hosts(3).guest(0, 1, 1024, 1024, false).guest(1, 1, 1024, 1024, false);
    Layout layout = new Layout(crowd.problem());
    Agenda agenda = agenda(layout, 1, 1);

    assertArrayEquals(new int[] {0}, agenda.comingTo(1));
    agenda.move(0, 2);

    assertArrayEquals(new int[] {0}, agenda.comingTo(1));
    assertEquals(0, agenda.next());
    agenda.move(0, 1);
    assertArrayEquals(new int[0], agenda.comingTo(1));
  }
}
