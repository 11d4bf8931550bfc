package io.ballast.messages;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Something that is wrong, said once when it begins and once when it is over.
 *
 * @param id the same in both
 * @param lastHeard the last beat of the host
 * @param vms the virtual machines concerned, by name
 * @param evidence why this is believed, a sentence each
 * @param resolvedAt absent while it lasts
 * @param object what of the host it is about, such as {@code pool images} or {@code disk /dev/sda};
 *     absent where that is the host itself or a virtual machine
 */
public record Alert(
    String id,
    Verdict verdict,
    HostId host,
    Instant raisedAt,
    Instant lastHeard,
    List<String> vms,
    List<String> evidence,
    Optional<Instant> resolvedAt,
    Optional<String> object) {
  public Alert {
    Fields.text(id, "id");
    Fields.required(verdict, "verdict");
    Fields.required(host, "host");
    Fields.required(raisedAt, "raisedAt");
    Fields.required(lastHeard, "lastHeard");
    vms = Fields.listOf(vms, "vms");
    evidence = Fields.listOf(evidence, "evidence");
    Fields.required(resolvedAt, "resolvedAt");
    Fields.required(object, "object");
  }

  /** An alert about a host or a virtual machine. */
  public Alert(
      String id,
      Verdict verdict,
      HostId host,
      Instant raisedAt,
      Instant lastHeard,
      List<String> vms,
      List<String> evidence,
      Optional<Instant> resolvedAt) {
    this(id, verdict, host, raisedAt, lastHeard, vms, evidence, resolvedAt, Optional.empty());
  }

  /** What is believed to be wrong. */
  public enum Verdict {
    /** Nothing is heard of the host's agent: it, its host, or its way to the bus is gone. */
    HOST_SILENT,
    /** The agent speaks, but its hypervisor does not answer it. */
    HYPERVISOR_STUCK,
    /** One virtual machine is active on two hosts. */
    VM_DOUBLED,
    /** A migration ended, and its virtual machine is active on neither host. */
    VM_LOST,
    /** Two different virtual machines that are active carry one UUID. */
    VM_ID_SHARED,
    /** Two agents use one host's name; neither is believed. */
    HOST_DOUBLED,
    /** The host's clock differs from the scheduler's. */
    CLOCK_SKEWED,
    /** A pool of disks is nearly full. */
    POOL_FILLING,
    /** A pool of disks is as good as full: guests stop when they write. */
    POOL_FULL,
    /** A disk, an array or a pool works, and should be seen to before it fails. */
    STORAGE_WORN,
    /** A disk, an array or a pool has failed, or says that it soon will. */
    STORAGE_FAILING,
    /**
     * A host keeps volumes for a move that is over: it is not known which copy is the machine's.
     */
    VOLUMES_KEPT,
    /** What must hold for a card of a virtual machine does not, and is not repaired. */
    PORT_DIFFERS,
    /** Ports of different virtual machines have one public address, or one card. */
    ADDRESS_TAKEN,
    /** A link that leads out of the host was up, and carries nothing now. */
    UPLINK_DOWN,
    /** A link that leads out of the host carries nearly all that it can. */
    UPLINK_BUSY,
    /** A link that leads out of the host carries less than it always should. */
    UPLINK_IDLE
  }
}
