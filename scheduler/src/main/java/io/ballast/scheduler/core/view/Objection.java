package io.ballast.scheduler.core.view;

import java.util.Locale;

/** A rule that speaks against a move. */
public enum Objection {
  /** The host is suspected or silent. */
  HOST_NOT_UP,
  /** The host's last beat is too old to be believed. */
  HOST_STALE,
  /** The host beats, and its load was last measured too long ago to be believed. */
  LOAD_STALE,
  /** The host's hypervisor does not answer. */
  HYPERVISOR_NOT_ANSWERING,
  /** The host takes part in as many moves as it may. */
  HOST_BUSY,
  /** The VM holds memory but does not run: it is paused, asleep or shutting down. */
  NOT_RUNNING,
  /** The VM is active on more than one host. */
  DOUBLED,
  /** The VM is on its way. */
  OPEN_MOVE,
  /** The VM moved, or failed to, too short a time ago. */
  COOL_DOWN,
  /** The VM's latest moves failed, to more than one host; it is let alone for a while. */
  FAILED_LATELY,
  /** The VM can't be moved as it is defined. */
  UNMOVABLE,
  /**
   * The VM has disks that its host alone reaches, and the balancer may not, or can't, copy them.
   */
  LOCAL_DISKS,
  /** The target failed what came to it; it is left out for a while. */
  QUARANTINED,
  /** The VM came from that host too short a time ago. */
  WAY_BACK,
  /** The target has too little memory for all that the VM was given. */
  NO_ROOM,
  /** The target lacks a pool of the VM's local disks, or room in it. */
  NO_ROOM_FOR_DISKS,
  /** The target does not reach a network of the VM, or can't have its ports. */
  NETWORK_OUT_OF_REACH,
  /** The target would come too near to a trigger. */
  TARGET_HOT,
  /** The fleet would be no more even, or by too little. */
  NO_GAIN,
  /** The fleet would be more even by what was measured, and that may be chance. */
  UNSURE_GAIN,
  /** The VM should be elsewhere, and VMs wait for each other's room in a circle. */
  NO_ORDER,
  /** The plan has as many moves as it may. */
  PLAN_FULL;

  /** Its name on the wire and for people, such as {@code no-room}. */
  public String wire() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
