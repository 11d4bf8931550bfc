package io.ballast.ops.client;

import io.ballast.ops.screen.Ink;
import io.ballast.ops.screen.Terminal;
import java.io.PrintStream;
import java.time.Clock;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine.Help.Ansi.Text;

/**
 * Where a command writes, and what it can know of who reads it.
 *
 * @param size of the terminal at {@code out} now; empty where it is none
 */
public record Console(
    PrintStream out,
    PrintStream err,
    Supplier<Optional<Terminal.Size>> size,
    Ink ink,
    Clock clock,
    ZoneId zone) {

  /** The process's own, with colours on a terminal unless {@code NO_COLOR} is set. */
  public static Console ofProcess(Map<String, String> environment) {
    boolean terminal = Terminal.size().isPresent();
    boolean colours = terminal && environment.getOrDefault("NO_COLOR", "").isEmpty();
    return new Console(
        System.out,
        System.err,
        Terminal::size,
        Ink.of(colours, System.out.charset()),
        Clock.systemUTC(),
        ZoneId.systemDefault());
  }

  /** Whether a person sits there who wants to see progress. */
  boolean isTerminal() {
    return size.get().isPresent();
  }

  /** How wide lines may be; without limit where they go to a program. */
  int width() {
    return size.get().map(Terminal.Size::width).orElse(Integer.MAX_VALUE);
  }

  void print(String line) {
    out.println(line);
  }

  void print(List<Text> lines) {
    lines.forEach(line -> out.println(line.toString().stripTrailing()));
  }
}
