package io.ballast.messages;

import java.util.Optional;

/**
 * What stands in the way of a migration.
 *
 * @param kind what it is about
 * @param message for a person: what is wrong and what to do about it
 * @param disk that would not be in the way if it were copied, by its place, such as {@code vda}
 */
public record Obstacle(Kind kind, String message, Optional<String> disk) {
  public Obstacle {
    Fields.required(kind, "kind");
    Fields.text(message, "message");
    Fields.required(disk, "disk").ifPresent(place -> Fields.text(place, "disk"));
  }

  /** One that no copy of a disk takes away. */
  public Obstacle(Kind kind, String message) {
    this(kind, message, Optional.empty());
  }

  /** What an obstacle is about. */
  public enum Kind {
    /** The virtual machine does not run, or one of its copies is active at the target. */
    STATE(Reason.WRONG_STATE),
    /** The target is of another cluster. */
    CLUSTER(Reason.NOT_ALLOWED),
    /** Another virtual machine at the target has its name. */
    NAME(Reason.WRONG_STATE),
    /** It is promised room at the target already, or too many others are. */
    PROMISE(Reason.BUSY),
    /** The target lacks memory. */
    ROOM(Reason.NO_ROOM),
    /** The target can't provide its CPU. */
    CPU(Reason.HYPERVISOR_REFUSED),
    /** The target can't provide its machine. */
    MACHINE(Reason.HYPERVISOR_REFUSED),
    /** The target's hypervisor is older than the one that it runs on. */
    VERSION(Reason.HYPERVISOR_REFUSED),
    /** It uses a device of its host. */
    DEVICE(Reason.NOT_MIGRATABLE),
    /** One of its disks lies on its host alone, or is another file at the target. */
    DISK(Reason.NOT_MIGRATABLE),
    /** One of its drives holds a medium of its host. */
    DRIVE(Reason.NOT_MIGRATABLE),
    /** What it writes to one of its disks is not made to last. */
    CACHE(Reason.NOT_MIGRATABLE),
    /** The target lacks a bridge. */
    BRIDGE(Reason.NOT_ALLOWED),
    /** The target lacks a pool, or it is not active there. */
    POOL(Reason.NOT_ALLOWED),
    /** The target is not reached where memory is sent to. */
    REACH(Reason.NOT_READY),
    /** The target's agent or hypervisor does not answer. */
    ANSWER(Reason.NOT_READY);

    private final Reason reason;

    Kind(Reason reason) {
      this.reason = reason;
    }

    /** With what a migration is refused for it. */
    public Reason reason() {
      return reason;
    }
  }
}
