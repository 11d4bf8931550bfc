package io.ballast.agent;

import static java.util.Objects.requireNonNull;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * By which a file shows that it was changed.
 *
 * @param inode of it
 * @param size in bytes
 * @param changed when anything of it was changed last, which nobody can set back
 */
public record FileStamp(Object inode, long size, Object changed) {
  /**
   * How a file is now; may block.
   *
   * @throws RefusedException as {@code NOT_ALLOWED} if it is none
   */
  public static FileStamp of(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new RefusedException(
          Reason.NOT_ALLOWED, file + " is no file, and of others it is not seen when they change");
    }
    Map<String, Object> seen = Files.readAttributes(file, "unix:ino,size,ctime");
    return new FileStamp(
        requireNonNull(seen.get("ino")),
        (Long) requireNonNull(seen.get("size")),
        requireNonNull(seen.get("ctime")));
  }
}
