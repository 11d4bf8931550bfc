package io.ballast.messages;

import java.util.List;

/**
 * The disks of a virtual machine that no other host reaches: a move has to copy them.
 *
 * @param allocated what they take of their pools, without what they build upon
 * @param capacity what their guest sees
 * @param pools in which they lie, sorted, each once
 * @param copyable whether a move can copy all of them: each is a file in a pool
 */
public record LocalDisks(
    VmId vm, Bytes allocated, Bytes capacity, List<String> pools, boolean copyable) {
  public LocalDisks {
    Fields.required(vm, "vm");
    Fields.required(allocated, "allocated");
    Fields.required(capacity, "capacity");
    pools = Fields.listOf(pools, "pools");
  }

  /** For a person, such as "300 MiB of 4 GiB of disks". */
  @Override
  public String toString() {
    return "%s of %s of disks".formatted(allocated, capacity);
  }
}
