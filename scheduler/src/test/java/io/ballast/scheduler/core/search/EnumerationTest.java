package io.ballast.scheduler.core.search;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** The best of all layouts of a few guests. */
final class EnumerationTest {
  private static int[] best(Crowd crowd, double price) {
    return Enumeration.best(crowd.problem(), price);
  }

  private static Crowd two(double memoryOfTheSecond, boolean emptied) {
    return new Crowd()
        .host(10, 10240, emptied)
        .host(10, memoryOfTheSecond, false)
        .guest(0, 4, 4096, 4096, false)
        .guest(0, 3, 4096, 4096, false);
  }

  @Test
  void ofTwoGuestsTheLighterGoes() {
    Crowd heavier =
        new Crowd()
            .host(10, 1e6, false)
            .host(10, 1e6, false)
            .guest(0, 3, 4096, 4096, false)
            .guest(0, 3, 2048, 2048, false)
            .guest(1, 0, 2048, 2048, true);

    assertArrayEquals(new int[] {0, 1, 1}, best(heavier, 1e-6));
  }

  @Test
  void itIsNotWorthAnyPrice() {
    assertArrayEquals(new int[] {0, 0}, best(two(10240, false), 1));
  }

  @Test
  void noneGoesWhereThereIsNoRoom() {
    assertArrayEquals(new int[] {0, 0}, best(two(4095, false), 1e-6));
  }

  @Test
  void allLeaveAHostThatIsToBeEmptied() {
    assertArrayEquals(new int[] {1, 1}, best(two(10240, true), 1));
  }

  @Test
  void noneComesToAHostThatIsToBeEmptied() {
    Crowd crowd =
        new Crowd()
            .host(10, 10240, false)
            .host(10, 10240, true)
            .host(1, 1024, false)
            .guest(0, 3, 4096, 4096, false)
            .guest(0, 3, 4096, 4096, false);

    assertArrayEquals(new int[] {0, 0}, best(crowd, 1e-6));
  }

  @Test
  void whatCannotMoveDoesNotCount() {
    Crowd crowd = new Crowd().host(10, 1e6, false).host(10, 1e6, false);
    for (int g = 0; g < 40; g++) {
      crowd.guest(0, 0.01, 16, 16, g >= 10);
    }
    assertTrue(Enumeration.isFor(crowd.problem()));
    for (int g = 0; g < 10; g++) {
      crowd.guest(0, 0.01, 16, 16, false);
    }
    assertFalse(Enumeration.isFor(crowd.problem()));
  }
}
