package io.ballast.ops.crash;

/** Where an agent stands still until its process is killed. */
enum Point {
  /** A command has come, and nothing was done about it. */
  RECEIVED,
  /** It was accepted in the journal, and nobody was told. */
  JOURNALLED,
  /** Its answer is made, and was not sent. */
  ANSWERED,
  /** It was answered and acknowledged, and is about to be done. */
  ACKNOWLEDGED,
  /** The hypervisor works on it or has done it, and did not come back. */
  HALF_WAY,
  /** Its outcome is in the journal, and nobody was told. */
  ENDED,
  /** Its outcome was told, and that is not in the journal. */
  TOLD
}
