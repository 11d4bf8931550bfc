package io.ballast.storage.trade;

import io.ballast.bus.RefusedException;
import io.ballast.messages.PoolSource;
import io.ballast.messages.Reason;
import java.util.List;

/**
 * What pools of a host may be made of. Whoever makes a pool of a folder can read and write every
 * file in it, so this is for those to say who run the host.
 *
 * @param folders in which, or below which, pools lie or are mounted; absolute paths
 * @param sources that may be mounted or used: devices by path, {@code SERVER:/EXPORT}, names of
 *     volume groups, and {@code rbd:POOL}
 */
public record PoolPolicy(List<String> folders, List<String> sources) {
  /** Folders where libvirt has its images, and nothing else. */
  public static final PoolPolicy DEFAULT =
      new PoolPolicy(List.of("/var/lib/libvirt/images"), List.of());

  /**
   * @throws IllegalArgumentException if a folder is no absolute path
   */
  public PoolPolicy {
    folders = List.copyOf(folders);
    sources = List.copyOf(sources);
    for (String folder : folders) {
      if (!folder.startsWith("/") || folder.length() < 2 || folder.endsWith("/")) {
        throw new IllegalArgumentException(
            "'%s' is no folder for pools; write its path from / on, without a slash at its end"
                .formatted(folder));
      }
    }
  }

  /**
   * Lets a pool be made.
   *
   * @throws RefusedException as {@code NOT_ALLOWED}, naming what would allow it
   */
  public void check(PoolSource source) {
    switch (source) {
      case PoolSource.Folder folder -> folder(folder.path());
      case PoolSource.FileSystem mounted -> {
        source(mounted.device());
        folder(mounted.path());
      }
      case PoolSource.Network mounted -> {
        source(mounted.address());
        folder(mounted.path());
      }
      case PoolSource.VolumeGroup group -> source(group.name());
      case PoolSource.Rbd rbd -> source("rbd:" + rbd.pool());
    }
  }

  private void folder(String path) {
    if (folders.stream().noneMatch(it -> path.equals(it) || path.startsWith(it + "/"))) {
      throw refused(
          "%s lies in none of the folders for pools (%s); add it to agent.pools.folders there"
              .formatted(path, String.join(", ", folders)));
    }
  }

  private void source(String name) {
    if (!sources.contains(name)) {
      throw refused(
          "no pool of this host may be made of %s; add it to agent.pools.sources there"
              .formatted(name));
    }
  }

  private static RefusedException refused(String message) {
    return new RefusedException(Reason.NOT_ALLOWED, message);
  }
}
