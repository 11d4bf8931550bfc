package io.ballast.host.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.sun.jna.Memory;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DiskSumTest {
  private static final int SIZE = 300_001;

  private final byte[] held = new byte[SIZE];

  DiskSumTest() {
    held[0] = 1;
    held[70_000] = 2;
    held[SIZE - 1] = 3;
  }

  /** Read in pieces of such sizes in turn; what is negative is told as a hole of that length. */
  private static DiskSum sum(byte[] held, List<Integer> pieces) {
    DiskSum sum = new DiskSum();
    try (Memory piece = new Memory(SIZE)) {
      int at = 0;
      for (int turn = 0; at < held.length; turn++) {
        int next = pieces.get(turn % pieces.size());
        int length = Math.min(Math.abs(next), held.length - at);
        if (next < 0) {
          sum.addHole(length);
        } else {
          piece.write(0, held, at, length);
          sum.add(piece, length);
        }
        at += length;
      }
    }
    return sum;
  }

  @Test
  void itIsTheSameHoweverTheFileIsReadAndWhateverOfItIsHoles() {
    String whole = sum(held, List.of(SIZE)).end();

    for (List<Integer> pieces :
        List.of(
            List.of(1000),
            List.of(65_536),
            List.of(70_000, 131_072, 1),
            List.of(1, -65_535, 10_000, -200_000, SIZE),
            List.of(70_001, -230_000 + 1, SIZE))) {
      assertEquals(whole, sum(held, pieces).end(), pieces::toString);
    }
  }

  @Test
  void itDiffersWhereAByteDoesOrLiesElsewhere() {
    String whole = sum(held, List.of(SIZE)).end();
    byte[] moved = held.clone();
    moved[70_000] = 0;
    moved[70_000 + 65_536] = 2;

    assertNotEquals(whole, sum(moved, List.of(SIZE)).end());
    assertNotEquals(whole, sum(new byte[SIZE], List.of(SIZE)).end());
  }

  @Test
  void itCountsAllBytes() {
    assertEquals(SIZE, sum(held, List.of(1, -65_535, 10_000, -200_000, SIZE)).size());
  }
}
