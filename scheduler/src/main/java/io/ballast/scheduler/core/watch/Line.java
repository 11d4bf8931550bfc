package io.ballast.scheduler.core.watch;

/** How the scheduler's line to the fleet is: whether silence can mean anything. */
public enum Line {
  /** What the fleet says arrives. */
  CONNECTED,
  /** Nothing arrives, whoever lives. */
  LOST
}
