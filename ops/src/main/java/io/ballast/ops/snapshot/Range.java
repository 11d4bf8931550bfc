package io.ballast.ops.snapshot;

import java.util.function.DoublePredicate;

/**
 * What a number of a snapshot file must be.
 *
 * @param words the same for a person, as the end of "it must be"
 */
record Range(String words, DoublePredicate test) {
  /** So much of anything there is nowhere; its square is still a number. */
  private static final double MOST = 1e9;

  /** Any that may be 0. */
  static final Range AT_LEAST_ZERO =
      new Range("a number between 0 and 10^9", value -> value >= 0 && value <= MOST);

  /** Any by which is divided. */
  static final Range ABOVE_ZERO =
      new Range("a number between 0.001 and 10^9", value -> value >= 0.001 && value <= MOST);

  /** A part of a whole. */
  static final Range SHARE =
      new Range("a share between 0 and 1", value -> value >= 0 && value <= 1);

  /** Memory, or what is sent in a second, in MiB; a sum of many must fit into a number of bytes. */
  static final Range MEBIBYTES =
      new Range("a number of MiB between 0 and 2^30", value -> value >= 0 && value <= 0x1p30);

  /** Memory of which there must be some, in MiB: a byte at least. */
  static final Range SOME_MEBIBYTES =
      new Range(
          "a number of MiB above 0, and at most 2^30",
          value -> value >= 0x1p-20 && value <= 0x1p30);

  /** How long ago something was, in seconds. */
  static final Range AGE =
      new Range("a number of seconds between 0 and 10^10", value -> value >= 0 && value <= 1e10);

  /** How often something is told, in seconds. */
  static final Range INTERVAL =
      new Range(
          "a number of seconds between 0.001 and 86400",
          value -> value >= 0.001 && value <= 86_400);

  boolean holds(double value) {
    return test.test(value);
  }
}
