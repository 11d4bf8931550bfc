package io.ballast.agent;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the failure of work says about how its operation ends. */
final class Verdict {
  private static final Logger LOG = LoggerFactory.getLogger(Verdict.class);

  private Verdict() {}

  /** Whether what was begun may have happened all the same, so that it has to be looked at. */
  static boolean mayYetHappen(Throwable failure) {
    if (failure instanceof RefusedException refused) {
      return refused.reason() == Reason.MAY_YET_HAPPEN || refused.reason() == Reason.INTERNAL;
    }
    LOG.error("An operation failed in the agent", failure);
    return true;
  }

  /** Whether something else goes on that has to end first. */
  static boolean inTheWay(Throwable failure) {
    return failure instanceof RefusedException refused && refused.reason() == Reason.BUSY;
  }

  /** Whether a look at it saw nothing, and a later one may see more. */
  static boolean unseen(Throwable failure) {
    return failure instanceof RefusedException refused
        && switch (refused.reason()) {
          case HYPERVISOR_STUCK, HYPERVISOR_UNREACHABLE, TRADE_REFUSED, NOT_READY, MAY_YET_HAPPEN ->
              true;
          case NO_RECEIVER,
              DEADLINE_PASSED,
              BUS_LOST,
              MALFORMED,
              UNKNOWN_KIND,
              STALE_EPOCH,
              DUPLICATE_ID,
              NOT_ALLOWED,
              UNKNOWN_HOST,
              UNKNOWN_VM,
              UNKNOWN_POOL,
              UNKNOWN_VOLUME,
              UNKNOWN_BRIDGE,
              UNKNOWN_PORT,
              UNKNOWN_OPERATION,
              WRONG_STATE,
              BUSY,
              IN_USE,
              NAME_TAKEN,
              INVALID_IMAGE,
              NO_ROOM,
              INVALID_DOMAIN,
              NOT_MIGRATABLE,
              NOT_CONVERGING,
              HYPERVISOR_REFUSED,
              NOT_TRIED,
              INTERRUPTED,
              NO_JOURNAL,
              CANCELLED,
              INTERNAL ->
              false;
        };
  }

  /** How an operation ends whose work failed so. */
  static Outcome of(Throwable failure) {
    if (!(failure instanceof RefusedException refused)) {
      return new Outcome.Unknown(
          "the agent failed in the middle of it, its log has the details; look at it");
    }
    return refused.reason() == Reason.MAY_YET_HAPPEN
        ? new Outcome.Unknown(String.valueOf(refused.getMessage()))
        : new Outcome.Failed(refused.reason(), String.valueOf(refused.getMessage()));
  }

  /** How an operation ends of which the last look failed so. */
  static Outcome afterLook(Throwable failure) {
    return unseen(failure) || mayYetHappen(failure)
        ? new Outcome.Unknown(
            "it was begun, and it can't be seen whether it happened: " + failure.getMessage())
        : of(failure);
  }
}
