package io.ballast.scheduler.core.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** In which order guests get to where they are to be. */
final class CourseTest {
  private static int[] exchanged() {
    return new int[] {1, 0};
  }

  /** Two hosts, each full of one guest, and a third with room for one of them. */
  private static Crowd full(double roomOfTheThird) {
    return new Crowd()
        .host(8, 8192, false)
        .host(8, 8192, false)
        .host(8, roomOfTheThird, false)
        .guest(0, 6, 6144, 6144, false)
        .guest(1, 1, 4096, 4096, false);
  }

  @Test
  void whoWaitsForEachOtherStays() {
    Course course = Course.of(full(4096).problem(), exchanged(), false);

    assertEquals(List.of(), course.moves());
    assertEquals(BitSet.valueOf(new long[] {0b11}), course.stuck());
  }

  @Test
  void aThirdHostLetsThemPassIfThatIsAllowed() {
    Course course = Course.of(full(4096).problem(), exchanged(), true);

    assertEquals(
        List.of(new Solution.Move(1, 1, 2), new Solution.Move(0, 0, 1), new Solution.Move(1, 2, 0)),
        course.moves());
    assertTrue(course.stuck().isEmpty());
  }

  @Test
  void aThirdHostWithoutRoomIsOfNoUse() {
    Course course = Course.of(full(2048).problem(), exchanged(), true);

    assertEquals(List.of(), course.moves());
  }

  @Test
  void noneGoesOverAThirdHostForNothing() {
    // The third guest could, but who waits for its host would lack room there all the same.
    Crowd crowd =
        new Crowd()
            .host(8, 8192, false)
            .host(8, 10240, false)
            .host(8, 4096, false)
            .guest(0, 1, 6144, 6144, false)
            .guest(1, 1, 6144, 6144, false)
            .guest(1, 1, 3072, 3072, false);

    Course course = Course.of(crowd.problem(), new int[] {1, 0, 0}, true);

    assertEquals(List.of(), course.moves());
  }

  @Test
  void theHostThatStandsOutIsRelievedFirst() {
    Crowd crowd =
        new Crowd()
            .host(8, 65536, false)
            .host(8, 65536, false)
            .host(8, 65536, false)
            .guest(0, 1, 1024, 1024, false)
            .guest(0, 1, 1024, 1024, false)
            .guest(1, 3, 1024, 1024, false)
            .guest(1, 3, 1024, 1024, false);

    Course course = Course.of(crowd.problem(), new int[] {0, 2, 1, 2}, false);

    assertEquals(List.of(new Solution.Move(3, 1, 2), new Solution.Move(1, 0, 2)), course.moves());
  }
}
