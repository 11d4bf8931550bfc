package io.ballast.ops.client;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A line on the terminal that says what is waited for; it appears after a second, is overwritten in
 * place, and is gone at the end. Where nobody looks it is not written.
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
  private volatile String parting = "";
  private @Nullable Thread hook;

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
    int room = room();
    String line = WHEEL.charAt(turns++ % WHEEL.length()) + " " + what;
    console.out().print(CLEAR + (line.length() <= room ? line : line.substring(0, room)));
    console.out().flush();
  }

  /** Whether somebody looks, and sees all of such a line. */
  boolean fits(String what) {
    return terminal && what.length() + 2 <= room();
  }

  private int room() {
    return Math.max(10, console.width() - 1);
  }

  /** Says on standard error what is to be read later too. */
  void tell(String line) {
    clear();
    console.err().println(line);
  }

  /**
   * Says on standard error, if the process is ended before this is closed, as by Ctrl-C; nothing
   * but the last such line.
   */
  void atParting(String line) {
    parting = line;
    if (hook == null) {
      Thread made = new Thread(() -> tell(parting), "parting");
      hook = made;
      Runtime.getRuntime().addShutdownHook(made);
    }
  }

  /** How long it has been going on. */
  Duration elapsed() {
    return Duration.between(begun, console.clock().instant());
  }

  @Override
  public void close() {
    clear();
    if (hook != null) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // The process is being ended, and has said so.
      }
    }
  }

  private void clear() {
    if (shown) {
      console.out().print(CLEAR);
      console.out().flush();
    }
  }
}
