package io.ballast.messages;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/** What a pool is made of. */
public sealed interface PoolSource {
  /** Most monitors that a cluster is reached by. */
  int MOST_MONITORS = 16;

  /** What it is, as one line for a person: {@code folder /srv/images}. */
  @Override
  String toString();

  /**
   * A folder of the host; it is made if it is not there.
   *
   * @param path absolute, without {@code .} and {@code ..}
   */
  record Folder(String path) implements PoolSource {
    public Folder {
      Fields.path(path, "path");
    }

    @Override
    public String toString() {
      return "folder " + path;
    }
  }

  /**
   * A file system on a device of the host, which is mounted while the pool is active.
   *
   * @param device that bears it, such as {@code /dev/disk/by-id/...}
   * @param path where it is mounted, absolute; the folder is made if it is not there
   */
  record FileSystem(String device, String path) implements PoolSource {
    public FileSystem {
      if (!Fields.path(device, "device").startsWith("/dev/")) {
        throw new IllegalArgumentException(
            "field 'device' is '" + device + "'; a device lies below /dev");
      }
      Fields.path(path, "path");
    }

    @Override
    public String toString() {
      return "device " + device + " at " + path;
    }
  }

  /**
   * A file system that a server offers, which is mounted while the pool is active.
   *
   * @param server its name or address
   * @param export what it offers, from {@code /} on; of Gluster the name of a volume, and a folder
   *     in it if one is meant
   * @param path where it is mounted, absolute; the folder is made if it is not there
   */
  record Network(Protocol protocol, String server, String export, String path)
      implements PoolSource {
    public Network {
      Fields.required(protocol, "protocol");
      Fields.server(server, "server");
      Fields.path(export, "export");
      Fields.path(path, "path");
    }

    /** How a file system is reached. */
    public enum Protocol {
      GLUSTER,
      NFS
    }

    /** What is mounted, as the tools write it: {@code nas1:/images}. */
    public String address() {
      return server + ":" + export;
    }

    @Override
    public String toString() {
      return switch (protocol) {
            case GLUSTER -> "gluster ";
            case NFS -> "nfs ";
          }
          + address()
          + " at "
          + path;
    }
  }

  /**
   * A volume group of LVM that is there; its logical volumes are the disks.
   *
   * @param name letters, digits and {@code + _ . -}
   */
  record VolumeGroup(String name) implements PoolSource {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9+_.][A-Za-z0-9+_.-]{0,126}");

    public VolumeGroup {
      if (!NAME.matcher(Fields.text(name, "name")).matches()
          || name.equals(".")
          || name.equals("..")) {
        throw new IllegalArgumentException(
            "field 'name' is '" + name + "', which no volume group can bear");
      }
    }

    @Override
    public String toString() {
      return "volume group " + name;
    }
  }

  /**
   * A pool of a Ceph cluster, whose images are the disks.
   *
   * @param monitors by which the cluster is reached, such as {@code 10.0.0.5:3300}; 1 to 16
   * @param pool its name there
   * @param user as whom it is used, without {@code client.}
   * @param secret of libvirt that holds the user's key; absent where the cluster asks for none
   */
  record Rbd(List<String> monitors, String pool, String user, Optional<UUID> secret)
      implements PoolSource {
    public Rbd {
      monitors = Fields.listOf(monitors, "monitors");
      if (monitors.isEmpty() || monitors.size() > MOST_MONITORS) {
        throw new IllegalArgumentException(
            "field 'monitors' has %d entries; name 1 to %d"
                .formatted(monitors.size(), MOST_MONITORS));
      }
      monitors.forEach(monitor -> Fields.server(monitor, "monitors"));
      Fields.word(pool, "pool");
      Fields.word(user, "user");
      Fields.required(secret, "secret");
    }

    @Override
    public String toString() {
      return "rbd " + pool + " at " + String.join(", ", monitors);
    }
  }
}
