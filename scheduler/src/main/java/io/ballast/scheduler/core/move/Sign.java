package io.ballast.scheduler.core.move;

/** What can be learned about a move; what the inputs of a {@link MoveMachine} come down to. */
public enum Sign {
  /** Its hosts are free: the source's agent is asked. */
  TURN("its hosts are free"),
  /** It waited for its turn for too long. */
  EXPIRED("it waited for too long"),
  /** While it waited, its hosts or its VM changed, so that it can't be made. */
  OVERTAKEN("it can't be made any more"),
  /** A person wants it given up. */
  GIVEN_UP("a person gives it up"),
  /** The source's agent took it on. */
  ACCEPTED("the agent accepts"),
  /** The source's agent, or the bus, refused it: nothing happened. */
  REFUSED("it is refused"),
  /** No answer came, or one that says nothing: it may or may not have begun. */
  UNANSWERED("no answer that says anything"),
  /** The source's agent told of progress. */
  PROGRESSED("progress"),
  /** A beat of the source says that the work is open. */
  LISTED("a beat lists it as open"),
  /** Two beats of the source don't have the work any more, and no end was told. */
  VANISHED("two beats lack it, no end was told"),
  /** Nothing was heard of it for too long. */
  SILENT("no sign of life for too long"),
  /** Beats show the VM running on the target and not active on the source. */
  ARRIVED("beats show it running on the target only"),
  /** The source's agent told that it is done. */
  ENDED_DONE("the agent tells: done"),
  /** The source's agent told that it failed, having looked at both hosts. */
  ENDED_FAILED("the agent tells: failed"),
  /** The source's agent told that it ended and can't say how. */
  ENDED_UNKNOWN("the agent tells: unknown"),
  /** Both hosts were looked at: it is active on the source only. */
  ON_SOURCE("looks show it on the source only"),
  /** Both hosts were looked at: it runs on the target only. */
  ON_TARGET("looks show it running on the target only"),
  /** Both hosts were looked at twice: it is held on the target only, and does not run. */
  HELD_ON_TARGET("two looks show it paused on the target only"),
  /** Both hosts were looked at: it is active on neither. */
  NOWHERE("looks show it active nowhere"),
  /** A person has seen it run on the source. */
  SETTLED_ON_SOURCE("a person says: on the source"),
  /** A person has seen it run on the target. */
  SETTLED_ON_TARGET("a person says: on the target"),
  /** Both hosts were looked at twice: it runs on both. */
  ON_BOTH("two looks show it running on both"),
  /** Both hosts were looked at: it is active on both, and not yet or no longer running on one. */
  BETWEEN("looks show it between the two");

  private final String words;

  Sign(String words) {
    this.words = words;
  }

  /** For people and diagrams, a few words. */
  public String words() {
    return words;
  }
}
