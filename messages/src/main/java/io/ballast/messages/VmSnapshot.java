package io.ballast.messages;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What the disks of a virtual machine held at one moment, kept.
 *
 * @param at when, by the host's clock, to the second
 * @param parent the snapshot from which the machine had come until then; absent if from none
 * @param current whether the machine has come from this one last
 * @param whole whether it keeps all disks that the machine has now; only such a one can be gone
 *     back to
 * @param volumes what keeps it, one for each disk
 */
public record VmSnapshot(
    String name,
    Instant at,
    Optional<String> parent,
    boolean current,
    boolean whole,
    List<VolumeId> volumes) {
  public VmSnapshot {
    Fields.text(name, "name");
    Fields.required(at, "at");
    Fields.required(parent, "parent").ifPresent(text -> Fields.text(text, "parent"));
    volumes = Fields.listOf(volumes, "volumes");
  }
}
