package io.ballast.messages;

import java.util.List;

/** What a host's storage agent sees: its pools and their room. */
public record StorageBeat(Pulse pulse, List<Pool> pools) implements Beat {
  public StorageBeat {
    Fields.required(pulse, "pulse");
    pools = Fields.listOf(pools, "pools");
  }

  /**
   * A place where disks of virtual machines lie.
   *
   * @param type what it is, in libvirt's words: {@code dir}, {@code fs}, {@code rbd}, ...
   * @param active whether disks in it can be used now
   * @param capacity its size; zero while not active
   * @param used what is taken of it
   * @param available what is left for new disks
   */
  public record Pool(
      String name, String type, boolean active, Bytes capacity, Bytes used, Bytes available) {
    public Pool {
      Fields.text(name, "name");
      Fields.text(type, "type");
      Fields.required(capacity, "capacity");
      Fields.required(used, "used");
      Fields.required(available, "available");
    }
  }
}
