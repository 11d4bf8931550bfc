package io.ballast.host.trade;

import io.ballast.messages.DiskFile;
import io.ballast.messages.Obstacle;
import java.util.List;

/**
 * What its host says of a domain that is to leave it.
 *
 * @param version of the hypervisor that is installed here: 1 000 000 for each major, 1 000 for each
 *     minor one
 * @param obstacles what stands in its way here
 * @param files of its disks that other hosts are to reach, too
 */
public record Leaving(long version, List<Obstacle> obstacles, List<DiskFile> files) {
  public Leaving {
    obstacles = List.copyOf(obstacles);
    files = List.copyOf(files);
  }

  /** Of one whose disks are no files that hosts share. */
  public Leaving(long version, List<Obstacle> obstacles) {
    this(version, obstacles, List.of());
  }
}
