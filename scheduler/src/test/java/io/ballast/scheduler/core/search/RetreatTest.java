package io.ballast.scheduler.core.search;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Which moves of a plan are taken back. */
final class RetreatTest {
  private static final double WORTH = 0.001;

  private static final Solution.Move AWAY = new Solution.Move(0, 0, 1);

  private static List<Solution.Move> kept(Crowd crowd, Solution.Move... moves) {
    return new Retreat(crowd.problem(), WORTH).from(List.of(moves));
  }

  /** A guest of 4 CPUs beside one of 3, and another host. */
  private static Crowd hot(boolean emptied, double memory) {
    return new Crowd()
        .host(10, 10240, emptied)
        .host(10, memory, false)
        .guest(0, 4, 1024, 1024, false)
        .guest(1, 1, 4096, 4096, false)
        .guest(0, 3, 1024, 1024, true);
  }

  @Test
  void whatIsWorthItStays() {
    assertEquals(List.of(AWAY), kept(hot(false, 10240), AWAY));
  }

  @Test
  void whatIsNotWorthItByItselfIsTakenBack() {
    Crowd even =
        new Crowd()
            .host(10, 10240, false)
            .host(10, 10240, false)
            .guest(0, 2, 1024, 1024, false)
            .guest(1, 2, 1024, 1024, false);

    assertEquals(List.of(), kept(even, AWAY));
  }

  @Test
  void whoHasToLeaveDoes() {
    Crowd crowd =
        new Crowd()
            .host(10, 10240, true)
            .host(10, 10240, false)
            .host(10, 10240, false)
            .guest(0, 9, 1024, 1024, false);

    assertEquals(List.of(AWAY), kept(crowd, AWAY));
  }

  @Test
  void whatMakesRoomForAnotherStays() {
    // It makes h3 busier, but leaves what the first one of h1 needs on h2.
    Crowd crowd =
        new Crowd()
            .host(10, 65536, false)
            .host(10, 8192, false)
            .host(10, 8192, false)
            .guest(0, 6, 512, 8000, false)
            .guest(1, 0.5, 512, 512, false)
            .guest(0, 2, 512, 512, true)
            .guest(2, 8, 512, 512, true);
    Solution.Move roomy = new Solution.Move(1, 1, 2);

    assertEquals(List.of(roomy, AWAY), kept(crowd, roomy, AWAY));
    assertEquals(List.of(), kept(crowd, roomy));
  }

  @Test
  void whoWentOverAThirdHostIsLetAlone() {
    Crowd crowd =
        new Crowd()
            .host(10, 10240, false)
            .host(10, 10240, false)
            .host(10, 10240, false)
            .guest(0, 1, 1024, 1024, false);
    Solution.Move on = new Solution.Move(0, 1, 2);

    assertEquals(List.of(AWAY, on), kept(crowd, AWAY, on));
  }
}
