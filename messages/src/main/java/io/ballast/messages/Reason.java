package io.ballast.messages;

/**
 * Why something was refused or failed: one closed list for the whole fleet. Each reason says whose
 * fault it is and whether the same request can succeed later.
 */
public enum Reason {
  /** Nobody serves the address: the host is unknown to the bus or its agent does not run. */
  NO_RECEIVER(Fault.RECEIVER, true),
  /**
   * No answer came, or the command arrived, after its deadline; it may or may not have been done.
   */
  DEADLINE_PASSED(Fault.RECEIVER, true),
  /** The connection to the bus was lost before the answer came. */
  BUS_LOST(Fault.BUS, true),
  /** The body is no JSON, misses a field or has a value out of range. */
  MALFORMED(Fault.CALLER, false),
  /** The receiver does not know this kind of message. */
  UNKNOWN_KIND(Fault.CALLER, false),
  /** The command comes from a scheduler that no longer leads. */
  STALE_EPOCH(Fault.CALLER, false),
  /** Another command came under the same id before. */
  DUPLICATE_ID(Fault.CALLER, false),
  /** The receiver's rules forbid it: to this sender, with this address, or with this device. */
  NOT_ALLOWED(Fault.CALLER, false),
  /** The fleet has no such host. */
  UNKNOWN_HOST(Fault.CALLER, false),
  /** There is no such virtual machine where it was looked for. */
  UNKNOWN_VM(Fault.CALLER, false),
  /** The host has no such pool. */
  UNKNOWN_POOL(Fault.CALLER, false),
  /** There is no such volume, snapshot or file where it was looked for. */
  UNKNOWN_VOLUME(Fault.CALLER, false),
  /** The host has no such bridge, or reaches no such network. */
  UNKNOWN_BRIDGE(Fault.CALLER, false),
  /** The host's network agent keeps no such port. */
  UNKNOWN_PORT(Fault.CALLER, false),
  /** There is no such open operation. */
  UNKNOWN_OPERATION(Fault.CALLER, false),
  /** The virtual machine or host is not in a state that allows this. */
  WRONG_STATE(Fault.CALLER, false),
  /** Another operation works on the same virtual machine. */
  BUSY(Fault.CALLER, true),
  /** A virtual machine, a volume or somebody else uses it. */
  IN_USE(Fault.CALLER, true),
  /** Something of that name is there already. */
  NAME_TAKEN(Fault.CALLER, false),
  /** The image is damaged, of a form that is not allowed, or points where it must not. */
  INVALID_IMAGE(Fault.CALLER, false),
  /** The target has too little memory, CPU or space for it. */
  NO_ROOM(Fault.CALLER, true),
  /** The hypervisor does not accept the domain's description. */
  INVALID_DOMAIN(Fault.CALLER, false),
  /**
   * The VM can't be moved as it is defined: a passed-through device, an unsafe disk cache, a device
   * that the hypervisor can't migrate.
   */
  NOT_MIGRATABLE(Fault.CALLER, false),
  /**
   * The guest writes its memory faster than it is sent, and what was allowed to make it end was not
   * enough.
   */
  NOT_CONVERGING(Fault.CALLER, true),
  /** The hypervisor refused or failed the work; the message has its own words. */
  HYPERVISOR_REFUSED(Fault.RECEIVER, false),
  /** The hypervisor does not answer; it was not asked for this, or could not be. */
  HYPERVISOR_STUCK(Fault.RECEIVER, true),
  /** The hypervisor can't be reached: it does not run or refuses connections. */
  HYPERVISOR_UNREACHABLE(Fault.RECEIVER, true),
  /** The host's storage or network does not answer or refuses. */
  TRADE_REFUSED(Fault.RECEIVER, true),
  /**
   * It was begun, or may have been, and no answer came: it may yet happen. Look before it is asked
   * for again.
   */
  MAY_YET_HAPPEN(Fault.RECEIVER, false),
  /** It was accepted, and its time was over before it could be begun; nothing was done. */
  NOT_TRIED(Fault.RECEIVER, true),
  /** It was begun and cut off, and what it was meant to do did not happen. */
  INTERRUPTED(Fault.RECEIVER, true),
  /** The receiver can't write down what it takes on, for its disk is full or broken. */
  NO_JOURNAL(Fault.RECEIVER, true),
  /** Somebody cancelled the work. */
  CANCELLED(Fault.CALLER, true),
  /** The receiver is stopping or just starting. */
  NOT_READY(Fault.RECEIVER, true),
  /** A defect of the receiver; its log has the details. */
  INTERNAL(Fault.RECEIVER, false);

  /** Whose fault a refusal is. */
  public enum Fault {
    /** Who sent the command. */
    CALLER,
    /** Who received it, or what it depends on. */
    RECEIVER,
    /** The message broker between them. */
    BUS
  }

  private final Fault fault;
  private final boolean retryable;

  Reason(Fault fault, boolean retryable) {
    this.fault = fault;
    this.retryable = retryable;
  }

  public Fault fault() {
    return fault;
  }

  /** Whether the same request, unchanged, can succeed at another time. */
  public boolean retryable() {
    return retryable;
  }
}
