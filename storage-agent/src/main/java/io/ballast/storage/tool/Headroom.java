package io.ballast.storage.tool;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.Reason;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/** How much may be put into a folder, so that its host has room left for itself. */
public interface Headroom {
  /** All but the last twentieth of the file system. */
  Headroom OF_DISK = Headroom::checkDisk;

  /**
   * Checks that so much more can be put there; blocks.
   *
   * @throws RefusedException as {@code NO_ROOM}
   */
  void check(Path folder, Bytes more) throws IOException;

  private static void checkDisk(Path folder, Bytes more) throws IOException {
    FileStore store = Files.getFileStore(folder);
    check(folder, new Bytes(store.getTotalSpace()), new Bytes(store.getUsableSpace()), more);
  }

  /** The same, of a file system of some size in which some room is left. */
  static void check(Path folder, Bytes capacity, Bytes left, Bytes more) {
    Bytes kept = new Bytes(capacity.value() / 20);
    if (left.minusOrZero(kept).compareTo(more) < 0) {
      throw new RefusedException(
          Reason.NO_ROOM,
          "%s has %s left, of which the last %s stay free, and %s is needed; make room there"
              .formatted(folder, left, kept, more));
    }
  }
}
