package io.ballast.scheduler.core.balance;

/** What a search is for. */
enum Aim {
  /** The cluster is balanced for the first time since a host came to it: make it even. */
  EVEN_OUT,
  /**
   * It was balanced before, and some host is over its trigger again: what wanders in time comes
   * back by itself, so only what gains a good deal more is worth a move.
   */
  AGAIN,
  /** It was balanced before and is full: only hosts far over a trigger are relieved. */
  RELIEVE
}
