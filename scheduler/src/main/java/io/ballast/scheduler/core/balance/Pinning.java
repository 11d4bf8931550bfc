package io.ballast.scheduler.core.balance;

import io.ballast.messages.MigrationBlocker;
import io.ballast.messages.Reason;

/** Whether a move failed because its VM can't be moved as it is defined. */
final class Pinning {
  private Pinning() {}

  /**
   * Whether the end of a move says so: by its reason, or, from an agent that does not know that
   * reason yet, by the hypervisor's words.
   */
  static boolean isMeantBy(Reason reason, String message) {
    return reason == Reason.NOT_MIGRATABLE
        || (reason == Reason.HYPERVISOR_REFUSED && MigrationBlocker.isNamedIn(message));
  }
}
