package io.ballast.messages;

import java.time.Instant;
import java.util.Optional;

/**
 * One virtual machine on its way from one host to another.
 *
 * @param id the operation that carries it out
 * @param name the virtual machine's name, for people
 * @param since when it came into this state
 * @param progress of the migration, once there is any
 * @param measures of the migration, once done
 * @param note for a person: why it is made, or why it ended as it did
 */
public record Move(
    OperationId id,
    VmId vm,
    String name,
    HostId from,
    HostId to,
    Priority priority,
    State state,
    Instant since,
    Optional<MigrationProgress> progress,
    Optional<Outcome.Migration> measures,
    String note) {
  public Move {
    Fields.required(id, "id");
    Fields.required(vm, "vm");
    Fields.text(name, "name");
    Fields.required(from, "from");
    Fields.required(to, "to");
    Fields.required(priority, "priority");
    Fields.required(state, "state");
    Fields.required(since, "since");
    Fields.required(progress, "progress");
    Fields.required(measures, "measures");
    Fields.required(note, "note");
    if (from.equals(to)) {
      throw new IllegalArgumentException("a move of " + name + " from " + from + " to itself");
    }
  }

  /** Who wants the move, the most urgent first. */
  public enum Priority {
    /** A person asked for it. */
    PERSON,
    /** The balancer planned it. */
    BALANCE
  }

  /** Where a move stands. */
  public enum State {
    /** Decided, and not yet sent to the source's agent. */
    PLANNED(true),
    /** Sent; the agent has not answered. */
    REQUESTED(true),
    /** The agent accepted; the migration runs. */
    MIGRATING(true),
    /** It failed or fell silent; both hosts are being asked what they run. */
    UNKNOWN(true),
    /** The virtual machine runs on the target, and there only. */
    DONE(false),
    /** The virtual machine is still at the source, and there only. */
    FAILED(false);

    private final boolean open;

    State(boolean open) {
      this.open = open;
    }

    /** Whether the move is still under way, so that nothing else may be done to its VM. */
    public boolean open() {
      return open;
    }
  }
}
