package io.ballast.messages;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One virtual machine on its way from one host to another.
 *
 * @param id the operation that carries it out
 * @param name the virtual machine's name, for people
 * @param since when it came into this state
 * @param progress of the migration, once there is any
 * @param measures of the migration, once done
 * @param note for a person: why it is made, or why it ended as it did
 * @param stages what was done for it so far, oldest first, at most {@value #MOST_STAGES}; empty
 *     where that is not told
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
    String note,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Stage> stages) {
  /** So many stages are told at most, the first ones. */
  public static final int MOST_STAGES = 32;

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
    stages = Fields.listOrNone(stages, "stages");
    if (from.equals(to)) {
      throw new IllegalArgumentException("a move of " + name + " from " + from + " to itself");
    }
  }

  /** One of which it is not told what was done. */
  public Move(
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
    this(id, vm, name, from, to, priority, state, since, progress, measures, note, List.of());
  }

  /** This with other stages. */
  public Move with(List<Stage> other) {
    return new Move(
        id, vm, name, from, to, priority, state, since, progress, measures, note, other);
  }

  /** This with one stage more, unless there are as many as are told. */
  public Move after(Stage stage) {
    return stages.size() >= MOST_STAGES
        ? this
        : with(Stream.concat(stages.stream(), Stream.of(stage)).toList());
  }

  /**
   * Something that was done for a move.
   *
   * @param what a few words for a person, at most {@value #LONGEST} characters
   */
  public record Stage(String what, Instant at) {
    /** The longest description, in characters. */
    public static final int LONGEST = 1_000;

    public Stage {
      Fields.brief(what, "what", LONGEST);
      Fields.required(at, "at");
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
