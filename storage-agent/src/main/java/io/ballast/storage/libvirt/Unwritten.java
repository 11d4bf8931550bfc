package io.ballast.storage.libvirt;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;

/**
 * A file as it was last written to, so that what was written since is not thrown away.
 *
 * @param at when that was, by its file system
 */
record Unwritten(Path file, FileTime at) {
  /** As it is now. */
  static Unwritten of(Path file) throws IOException {
    return new Unwritten(file, Files.getLastModifiedTime(file));
  }

  /**
   * Does something if nobody has written to it since.
   *
   * @throws RefusedException as {@code INTERRUPTED} where somebody has
   */
  <T> T still(Disk.Call<T> deed) throws IOException {
    if (!Files.getLastModifiedTime(file).equals(at)) {
      throw new RefusedException(
          Reason.INTERRUPTED,
          "somebody wrote to %s meanwhile, and nothing of that is thrown away; ask for it again"
              .formatted(file));
    }
    return deed.run();
  }

  /** Keeps QEMU from it, if nobody has written to it since, until what is returned is closed. */
  FileChannel held() throws IOException {
    FileChannel lock = QemuLock.hold(file);
    try {
      return still(() -> lock);
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }
}
