package io.ballast.agent.tool;

import io.ballast.messages.Reason;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * One run of a program: its words, never a shell's line, and its bounds.
 *
 * @param words the program and its arguments
 * @param environment what it is told besides; it inherits nothing but its search path
 * @param within after which it is ended, 1 ms or more
 * @param fine the exit codes that mean that it did its work
 * @param heard takes the pieces that it prints or complains between line ends, as they come, on two
 *     threads of its own
 * @param reasons what other exit codes mean; those that are not told mean {@code TRADE_REFUSED}
 * @param cut whether it may be ended before it is done
 * @param input what it reads on its standard input, perhaps nothing
 */
public record Tool(
    List<String> words,
    Map<String, String> environment,
    Duration within,
    Set<Integer> fine,
    Consumer<String> heard,
    Map<Integer, Reason> reasons,
    Cut cut,
    String input) {
  /** Whether a run may be ended before it is done. */
  public enum Cut {
    /** At any time; it changes nothing then, or only what is its own. */
    SAFE,
    /** At any time; but what it asked of a server may yet happen, and that is told. */
    OPEN,
    /**
     * Never once it runs, not even with this process, for what it does must not stop in the middle;
     * who waits for it is told that it may yet happen.
     */
    NEVER
  }

  public Tool {
    words = List.copyOf(words);
    fine = Set.copyOf(fine);
    environment = Map.copyOf(environment);
    reasons = Map.copyOf(reasons);
    if (words.isEmpty() || within.toMillis() < 1) {
      throw new IllegalArgumentException("a run needs a program and some time");
    }
  }

  /** A run whose other exit codes tell nothing. */
  public Tool(
      List<String> words,
      Map<String, String> environment,
      Duration within,
      Set<Integer> fine,
      Consumer<String> heard) {
    this(words, environment, within, fine, heard, Map.of(), Cut.SAFE, "");
  }

  /** A run that reads nothing. */
  public Tool(
      List<String> words,
      Map<String, String> environment,
      Duration within,
      Set<Integer> fine,
      Consumer<String> heard,
      Map<Integer, Reason> reasons,
      Cut cut) {
    this(words, environment, within, fine, heard, reasons, cut, "");
  }

  /** A run that may be ended at any time, and leaves nothing open. */
  public Tool(
      List<String> words,
      Map<String, String> environment,
      Duration within,
      Set<Integer> fine,
      Consumer<String> heard,
      Map<Integer, Reason> reasons) {
    this(words, environment, within, fine, heard, reasons, Cut.SAFE, "");
  }

  /** A run of which only the whole output counts. */
  public static Tool of(Duration within, String... words) {
    return new Tool(List.of(words), Map.of(), within, Set.of(0), piece -> {});
  }

  /** The same run, which reads this. */
  public Tool reading(String text) {
    return new Tool(words, environment, within, fine, heard, reasons, cut, text);
  }

  /** The same run, of which it matters to whoever waits when it is cut off. */
  public Tool cut(Cut when) {
    return new Tool(words, environment, within, fine, heard, reasons, when, input);
  }

  /** The name of the program. */
  public String name() {
    return words.getFirst();
  }
}
