package io.ballast.scheduler.core.move;

import io.ballast.messages.Event;
import io.ballast.messages.HostBeat;
import io.ballast.messages.HostId;
import io.ballast.messages.Move;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.Vm;
import java.util.Optional;

/** What a move machine is told. */
public sealed interface MoveInput {
  /**
   * A move is to be made; it is sent as soon as its hosts are free.
   *
   * @param move in the state {@code PLANNED}
   * @param peerUri how the target's hypervisor is reached
   * @param copying whether disks that its host alone has may be copied
   * @param offline whether its virtual machine does not run, and is not to
   */
  record Planned(Move move, String peerUri, boolean copying, boolean offline) implements MoveInput {
    /** One of a machine that runs, which copies no disk. */
    public Planned(Move move, String peerUri) {
      this(move, peerUri, false, false);
    }
  }

  /**
   * Something was done for it before its migration.
   *
   * @param what a few words for a person
   */
  record Staged(OperationId move, String what) implements MoveInput {}

  /** The source's agent took the migration on. */
  record Accepted(OperationId move) implements MoveInput {}

  /**
   * The source's agent refused, or the bus did; or no answer came that says anything ({@code
   * DEADLINE_PASSED}, {@code BUS_LOST}, {@code INTERNAL}).
   */
  record Refused(OperationId move, Reason reason, String message) implements MoveInput {}

  /** The source's agent told of progress. */
  record Progressed(Event.OperationProgressed event) implements MoveInput {}

  /** The source's agent told the end, by an event or in a beat. */
  record Finished(OperationId move, Outcome outcome) implements MoveInput {}

  /** A host beat, which is the truth about it. */
  record Beaten(HostBeat beat) implements MoveInput {}

  /**
   * A host was looked at.
   *
   * @param round of the look that this answers
   * @param vm absent where it knows no such VM
   */
  record Looked(OperationId move, HostId host, int round, Optional<Vm> vm) implements MoveInput {}

  /** A host could not be looked at; it will be tried again. */
  record LookFailed(OperationId move, HostId host, int round, String message)
      implements MoveInput {}

  /** A person wants the move given up. */
  record Cancelled(OperationId move) implements MoveInput {}

  /**
   * A person has looked where the VM of a move in doubt runs.
   *
   * @param on one of its two hosts
   */
  record Settled(OperationId move, HostId on) implements MoveInput {}

  /** Time passed; due at {@link MoveMachine#nextDeadline()}. */
  record Passed() implements MoveInput {}
}
