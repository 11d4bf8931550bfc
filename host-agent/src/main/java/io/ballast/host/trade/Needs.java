package io.ballast.host.trade;

import io.ballast.messages.Bytes;
import io.ballast.messages.DiskFile;
import io.ballast.messages.Machine;
import io.ballast.messages.VmId;
import java.util.List;
import java.util.Optional;

/**
 * What a domain takes along where it goes: what its host must have for it.
 *
 * @param memory the most that the guest may take
 * @param hugePages whether that comes from the host's huge pages
 * @param cpu libvirt's description of its CPU; absent where every host can provide it
 * @param bridges that it is plugged into
 * @param pools in which its disks lie
 * @param machine what runs it where it is; absent where that is not known
 * @param files of its disks, which must be the same files where it goes
 */
public record Needs(
    VmId vm,
    String name,
    Bytes memory,
    boolean hugePages,
    int vcpus,
    Optional<String> cpu,
    List<String> bridges,
    List<String> pools,
    Optional<Machine> machine,
    List<DiskFile> files) {
  public Needs {
    bridges = List.copyOf(bridges);
    pools = List.copyOf(pools);
    files = List.copyOf(files);
  }

  /** Of one whose disks are no files that hosts share. */
  public Needs(
      VmId vm,
      String name,
      Bytes memory,
      boolean hugePages,
      int vcpus,
      Optional<String> cpu,
      List<String> bridges,
      List<String> pools,
      Optional<Machine> machine) {
    this(vm, name, memory, hugePages, vcpus, cpu, bridges, pools, machine, List.of());
  }

  /** This, of one that does not run: it takes no memory. */
  public Needs ofResting() {
    return new Needs(
        vm, name, Bytes.ZERO, hugePages, vcpus, Optional.empty(), bridges, pools, machine, files);
  }

  /** This, of one whose disks are these files. */
  public Needs sharing(List<DiskFile> shared) {
    return new Needs(vm, name, memory, hugePages, vcpus, cpu, bridges, pools, machine, shared);
  }
}
