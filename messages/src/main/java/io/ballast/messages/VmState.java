package io.ballast.messages;

/** What a virtual machine is doing, in libvirt's terms. */
public enum VmState {
  /** It runs. */
  RUNNING(true),
  /** It is in memory but gets no CPU: suspended by somebody, or by an I/O error. */
  PAUSED(true),
  /** It was asked to shut down and has not finished. */
  SHUTTING_DOWN(true),
  /** It is defined and does not run. */
  SHUT_OFF(false),
  /** Its process died or its guest panicked. */
  CRASHED(false),
  /** It sleeps by its guest's own wish and still holds its memory. */
  SLEEPING(true);

  private final boolean active;

  VmState(boolean active) {
    this.active = active;
  }

  /** Whether it holds memory on its host, so that a second copy elsewhere would be a doubled VM. */
  public boolean active() {
    return active;
  }
}
