package io.ballast.ops.client;

import java.time.Duration;
import java.time.Instant;

/**
 * A line on the terminal that says what is waited for; it appears after a second, is overwritten in
 * place, and is gone at the end. Where nobody looks it writes nothing.
 */
final class Progress implements AutoCloseable {
  private static final Duration QUIET = Duration.ofSeconds(1);
  private static final String CLEAR = "\r\u001b[K";
  private static final String WHEEL = "|/-\\";

  private final Console console;
  private final boolean terminal;
  private final Instant begun;
  private int turns;
  private boolean shown;

  Progress(Console console) {
    this.console = console;
    this.terminal = console.isTerminal();
    this.begun = console.clock().instant();
  }

  /** Says what is going on now. */
  void show(String what) {
    Duration elapsed = Duration.between(begun, console.clock().instant());
    if (!terminal || elapsed.compareTo(QUIET) < 0) {
      return;
    }
    shown = true;
    int room = Math.max(10, console.width() - 1);
    String line = WHEEL.charAt(turns++ % WHEEL.length()) + " " + what;
    console.out().print(CLEAR + (line.length() <= room ? line : line.substring(0, room)));
    console.out().flush();
  }

  /** How long it has been going on. */
  Duration elapsed() {
    return Duration.between(begun, console.clock().instant());
  }

  @Override
  public void close() {
    if (shown) {
      console.out().print(CLEAR);
      console.out().flush();
    }
  }
}
