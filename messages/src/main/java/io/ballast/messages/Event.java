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
