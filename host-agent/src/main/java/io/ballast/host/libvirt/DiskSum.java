package io.ballast.host.libvirt;

import com.sun.jna.Memory;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * What a file holds, in short: the SHA-256 of all its blocks that are not zero, each with its
 * place. So it is the same whatever of the zeroes are holes, and holes take no time.
 */
final class DiskSum {
  private static final int BLOCK = 1 << 16;
  private static final byte[] ZEROES = new byte[BLOCK];

  private final MessageDigest digest = sha256();
  private final byte[] block = new byte[BLOCK];
  private long size;

  /** The bytes so far, holes included. */
  long size() {
    return size;
  }

  /** The first bytes of a piece follow. */
  void add(Memory piece, int length) {
    for (int from = 0; from < length; ) {
      int more = Math.min(length - from, BLOCK - filled());
      piece.read(from, block, filled(), more);
      from += more;
      grow(more);
    }
  }

  /** A hole follows. */
  void addHole(long length) {
    long left = length;
    while (left > 0) {
      if (filled() == 0 && left >= BLOCK) {
        long whole = left - left % BLOCK;
        size += whole;
        left -= whole;
      } else {
        int more = (int) Math.min(left, BLOCK - filled());
        Arrays.fill(block, filled(), filled() + more, (byte) 0);
        left -= more;
        grow(more);
      }
    }
  }

  private int filled() {
    return (int) (size % BLOCK);
  }

  private void grow(int more) {
    size += more;
    if (filled() == 0) {
      take(BLOCK);
    }
  }

  private void take(int length) {
    if (!Arrays.equals(block, 0, length, ZEROES, 0, length)) {
      digest.update(ByteBuffer.allocate(Long.BYTES).putLong(0, (size - 1) / BLOCK));
      digest.update(block, 0, length);
    }
  }

  /** The sum of all; nothing may follow. */
  String end() {
    if (filled() > 0) {
      take(filled());
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
