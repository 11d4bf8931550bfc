package io.ballast.messages;

import java.util.Optional;

/**
 * An empty disk into which a migration copies one of its source's.
 *
 * @param size that the guest sees; 512 bytes to 2 PiB, whole sectors of 512 bytes
 * @param needed what the disk that is copied takes of its pool; so much room there has to be
 * @param path where it has to lie, as the description of the virtual machine says
 * @param base that it builds upon, which has to be there; absent if it stands alone
 */
public record Blank(
    VolumeId volume,
    Volume.Format format,
    Bytes size,
    Bytes needed,
    String path,
    Optional<VolumeId> base) {
  /** One that stands alone. */
  public Blank(VolumeId volume, Volume.Format format, Bytes size, Bytes needed, String path) {
    this(volume, format, size, needed, path, Optional.empty());
  }

  public Blank {
    Fields.required(base, "base");
    Fields.required(volume, "volume");
    Fields.required(format, "format");
    Fields.diskSize(size, "size");
    Fields.required(needed, "needed");
    Fields.path(path, "path");
  }
}
