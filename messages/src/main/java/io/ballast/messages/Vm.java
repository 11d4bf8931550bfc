package io.ballast.messages;

/**
 * A virtual machine as its host's agent sees it.
 *
 * @param name the domain's name, for people
 * @param vcpus virtual processors, at least 1
 * @param cpus host processors that it uses now, 0.3 being 30 % of one; 0 until two samples exist
 * @param memory the most that the guest may take, whatever its balloon leaves it now
 * @param resident what it holds of the host's memory; zero while it does not run
 */
public record Vm(
    VmId id,
    String name,
    VmState state,
    int vcpus,
    double cpus,
    Bytes memory,
    Bytes resident,
    Traffic traffic) {
  public Vm {
    Fields.required(id, "id");
    Fields.text(name, "name");
    Fields.required(state, "state");
    Fields.positive(vcpus, "vcpus");
    Fields.atLeastZero(cpus, "cpus");
    Fields.required(memory, "memory");
    Fields.required(resident, "resident");
    Fields.required(traffic, "traffic");
  }

  /** This as if it used that many host processors. */
  public Vm using(double processors) {
    return new Vm(id, name, state, vcpus, processors, memory, resident, traffic);
  }

  /**
   * Device traffic of a virtual machine, each value in bytes per second.
   *
   * @param read from its disks
   * @param written to its disks
   * @param received by its network cards
   * @param sent by its network cards
   */
  public record Traffic(Bytes read, Bytes written, Bytes received, Bytes sent) {
    public static final Traffic NONE = new Traffic(Bytes.ZERO, Bytes.ZERO, Bytes.ZERO, Bytes.ZERO);

    public Traffic {
      Fields.required(read, "read");
      Fields.required(written, "written");
      Fields.required(received, "received");
      Fields.required(sent, "sent");
    }
  }
}
