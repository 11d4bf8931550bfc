package io.ballast.messages;

import java.time.Duration;
import java.util.Optional;

/** How work ended. */
public sealed interface Outcome {
  /**
   * It did what it was asked.
   *
   * @param migration its measures, if it was a migration
   * @param report for a person: what it found out, if that was what was asked
   */
  record Done(Optional<Migration> migration, Optional<String> report) implements Outcome {
    public Done {
      Fields.required(migration, "migration");
      Fields.required(report, "report").ifPresent(text -> Fields.text(text, "report"));
    }

    /** Without a report. */
    public Done(Optional<Migration> migration) {
      this(migration, Optional.empty());
    }
  }

  /**
   * It did not, and the virtual machine is where and as it was before; for a migration, both hosts
   * were looked at before this was said.
   *
   * @param message for a person: what is wrong and what to do next
   */
  record Failed(Reason reason, String message) implements Outcome {
    public Failed {
      Fields.required(reason, "reason");
      Fields.text(message, "message");
    }
  }

  /**
   * It can't be said whether it did: the virtual machine may run where it was, at the target, or at
   * both.
   *
   * @param message for a person: what is known
   */
  record Unknown(String message) implements Outcome {
    public Unknown {
      Fields.text(message, "message");
    }
  }

  /**
   * Measures of a migration.
   *
   * @param total from the start to the end
   * @param downtime in which the guest stood still, by the hypervisor's count, and until it was let
   *     run where it was held
   * @param transferred sent over the network
   * @param iterations passes over memory
   */
  record Migration(Duration total, Duration downtime, Bytes transferred, int iterations) {
    public Migration {
      Fields.required(total, "total");
      Fields.required(downtime, "downtime");
      Fields.required(transferred, "transferred");
      Fields.atLeastZero(iterations, "iterations");
    }

    /**
     * These of a guest that was held after the hypervisor had ended its count, and ran again only
     * {@code untilItRan} after the start: from the moment it was stopped, which is told by what the
     * hypervisor counted, it stood still until then.
     */
    public Migration runningAfter(Duration untilItRan) {
      Duration stood = untilItRan.minus(total.minus(downtime));
      return new Migration(
          untilItRan, stood.isNegative() ? Duration.ZERO : stood, transferred, iterations);
    }
  }
}
