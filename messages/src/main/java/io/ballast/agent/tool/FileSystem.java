package io.ballast.agent.tool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * The kind of file system on which something lies.
 *
 * @param kind as the kernel calls it, such as {@code ext4}
 */
public record FileSystem(String kind) {
  private static final Set<String> LOCAL =
      Set.of("ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "tmpfs", "overlay", "squashfs");

  /**
   * On which a file lies. Blocks, for good where it is a server's that is gone.
   *
   * @throws IOException if there is no such file
   */
  public static FileSystem of(Path file) throws IOException {
    return new FileSystem(Files.getFileStore(file).type());
  }

  /** Whether it is surely one host's alone. */
  public boolean isLocal() {
    return LOCAL.contains(kind);
  }
}
