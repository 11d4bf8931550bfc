package io.ballast.ops.process;

import java.util.Locale;

/** The agents of a host. */
enum AgentRole {
  /** Runs its virtual machines. */
  HOST,
  /** Keeps its disks. */
  STORAGE,
  /** Keeps its network. */
  NET;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
