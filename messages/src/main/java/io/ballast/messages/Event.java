package io.ballast.messages;

import java.time.Instant;

/** Something that happened. */
public sealed interface Event extends Notice {
  /** Long work goes on. */
  record OperationProgressed(
      OperationId operation, HostId host, VmId vm, MigrationProgress progress) implements Event {
    public OperationProgressed {
      Fields.required(operation, "operation");
      Fields.required(host, "host");
      Fields.required(vm, "vm");
      Fields.required(progress, "progress");
    }
  }

  /** Work ended, and this is how; exactly one per accepted operation. */
  record OperationFinished(OperationId operation, HostId host, VmId vm, Outcome outcome, Instant at)
      implements Event {
    public OperationFinished {
      Fields.required(operation, "operation");
      Fields.required(host, "host");
      Fields.required(vm, "vm");
      Fields.required(outcome, "outcome");
      Fields.required(at, "at");
    }
  }

  /**
   * Long work on something other than a virtual machine goes on.
   *
   * @param object what it works on, in the words of the agent's trade: {@code images/web1.qcow2}
   * @param done of {@code total}, never more
   */
  record WorkProgressed(OperationId operation, HostId host, String object, Bytes done, Bytes total)
      implements Event {
    public WorkProgressed {
      Fields.required(operation, "operation");
      Fields.required(host, "host");
      Fields.text(object, "object");
      if (Fields.required(done, "done").compareTo(Fields.required(total, "total")) > 0) {
        throw new IllegalArgumentException("field 'done' is more than 'total'");
      }
    }
  }

  /**
   * Work on something other than a virtual machine ended, and this is how; exactly one per accepted
   * operation.
   *
   * @param object what it worked on, in the words of the agent's trade: {@code images/web1.qcow2}
   */
  record WorkFinished(
      OperationId operation, HostId host, String object, Outcome outcome, Instant at)
      implements Event {
    public WorkFinished {
      Fields.required(operation, "operation");
      Fields.required(host, "host");
      Fields.text(object, "object");
      Fields.required(outcome, "outcome");
      Fields.required(at, "at");
    }
  }

  /** A scheduler weighed the fleet and decided, perhaps to do nothing. */
  record Decided(Decision decision) implements Event {
    public Decided {
      Fields.required(decision, "decision");
    }
  }

  /** A move came into another state or made progress. */
  record MoveChanged(Move move) implements Event {
    public MoveChanged {
      Fields.required(move, "move");
    }
  }

  /** Something is wrong; said once. */
  record AlertRaised(Alert alert) implements Event {
    public AlertRaised {
      Fields.required(alert, "alert");
    }
  }

  /** What was wrong is over; said once. */
  record AlertResolved(Alert alert) implements Event {
    public AlertResolved {
      Fields.required(alert, "alert");
    }
  }
}
