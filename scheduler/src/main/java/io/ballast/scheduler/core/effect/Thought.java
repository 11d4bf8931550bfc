package io.ballast.scheduler.core.effect;

/**
 * A computation that takes its time: over snapshots that nothing changes, and without effects of
 * its own, so that it may run on any thread, while the scheduler goes on.
 */
public interface Thought {
  /** Thinks it over, for seconds perhaps; to be told to the conductor that wanted it. */
  Conclusion conclude();
}
