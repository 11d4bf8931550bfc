package io.ballast.ops.snapshot;

/** A snapshot file that is refused; the message names file and place and says what to do. */
public final class SnapshotException extends RuntimeException {
  private static final long serialVersionUID = 1;

  SnapshotException(String message) {
    super(message, null, false, false);
  }
}
