package io.ballast.scheduler.core;

/** How uneven and how overloaded a cluster is; less is better. */
final class Score {
  private Score() {}
}
