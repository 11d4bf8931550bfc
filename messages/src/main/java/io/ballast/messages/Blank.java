package io.ballast.messages;

/**
 * An empty disk into which a migration copies one of its source's.
 *
 * @param size that the guest sees; 512 bytes to 2 PiB, whole sectors of 512 bytes
 * @param needed what the disk that is copied takes of its pool; so much room there has to be
 * @param path where it has to lie, as the description of the virtual machine says
 */
public record Blank(VolumeId volume, Volume.Format format, Bytes size, Bytes needed, String path) {
  public Blank {
    Fields.required(volume, "volume");
    Fields.required(format, "format");
    Fields.diskSize(size, "size");
    Fields.required(needed, "needed");
    Fields.path(path, "path");
  }
}
