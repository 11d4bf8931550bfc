package io.ballast.ops.client;

import static java.util.Objects.requireNonNull;

import io.ballast.messages.PoolSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a pool is made of, one of six kinds. */
final class PoolSourceOptions {
  @Option(names = "--folder", paramLabel = "PATH", description = "A folder of the host.")
  private @Nullable String folder;

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      description = "A device with a file system, mounted at --path.")
  private @Nullable String device;

  @Option(
      names = "--gluster",
      paramLabel = "SERVER:/VOLUME",
      description = "A volume of GlusterFS, mounted at --path.")
  private @Nullable String gluster;

  @Option(
      names = "--nfs",
      paramLabel = "SERVER:/EXPORT",
      description = "A file system of an NFS server, mounted at --path.")
  private @Nullable String nfs;

  @Option(names = "--path", paramLabel = "PATH", description = "Where it is mounted.")
  private @Nullable String path;

  @Option(
      names = "--volume-group",
      paramLabel = "NAME",
      description = "A volume group of LVM that is there.")
  private @Nullable String group;

  @Option(names = "--rbd", paramLabel = "POOL", description = "A pool of a Ceph cluster.")
  private @Nullable String rbd;

  @Option(
      names = "--monitor",
      paramLabel = "SERVER",
      description = "With --rbd: a monitor of the cluster, such as 10.0.0.5:3300. Repeatable.")
  private List<String> monitors = List.of();

  @Option(
      names = "--ceph-user",
      paramLabel = "USER",
      description = "With --secret: as whom it is used (default: libvirt; without: admin).")
  private @Nullable String user;

  @Option(
      names = "--secret",
      paramLabel = "UUID",
      description = "With --rbd: libvirt's secret that holds the user's key.")
  private @Nullable UUID secret;

  /**
   * The source.
   *
   * @throws IllegalArgumentException if none is named, more than one, or half of one
   */
  PoolSource source() {
    if (Stream.of(folder, device, gluster, nfs, group, rbd).filter(Objects::nonNull).count() != 1) {
      throw new IllegalArgumentException(
          "name one of --folder, --device, --gluster, --nfs, --volume-group and --rbd");
    }
    if (folder != null) {
      return new PoolSource.Folder(folder);
    }
    if (group != null) {
      return new PoolSource.VolumeGroup(group);
    }
    if (rbd != null) {
      return new PoolSource.Rbd(monitors, rbd, cephUser(), Optional.ofNullable(secret));
    }
    if (path == null) {
      throw new IllegalArgumentException("say where it is mounted, with --path");
    }
    if (device != null) {
      return new PoolSource.FileSystem(device, path);
    }
    return gluster == null
        ? mounted(PoolSource.Network.Protocol.NFS, requireNonNull(nfs), path)
        : mounted(PoolSource.Network.Protocol.GLUSTER, gluster, path);
  }

  private String cephUser() {
    if (secret == null) {
      if (user != null) {
        throw new IllegalArgumentException(
            "name the secret that holds the key of " + user + " too, with --secret");
      }
      return "admin";
    }
    return user == null ? "libvirt" : user;
  }

  private static PoolSource mounted(
      PoolSource.Network.Protocol protocol, String address, String path) {
    int colon = address.indexOf(":/");
    if (colon < 0) {
      throw new IllegalArgumentException(
          "'" + address + "' is no file system of a server: write it as SERVER:/NAME");
    }
    return new PoolSource.Network(
        protocol, address.substring(0, colon), address.substring(colon + 1), path);
  }
}
