package io.ballast.ops.client;

/** What the end of a command means to the shell that called it. */
public enum ExitCode {
  /** It did what it was asked. */
  OK(0),
  /** It was refused or failed; nothing was changed unless the message says so. */
  REFUSED(1),
  /** The command, an option, a file or the configuration is wrong. */
  USAGE(2),
  /** The bus can't be reached or was lost. */
  UNREACHABLE(3),
  /** Nobody answered, or no end was heard of. */
  NO_ANSWER(4);

  private final int value;

  ExitCode(int value) {
    this.value = value;
  }

  /** The code itself. */
  public int value() {
    return value;
  }
}
