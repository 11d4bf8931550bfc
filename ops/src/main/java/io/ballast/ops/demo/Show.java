package io.ballast.ops.demo;

import io.ballast.messages.Event;
import io.ballast.messages.Fleet;
import io.ballast.ops.screen.EventLine;
import io.ballast.ops.screen.FleetScreen;
import io.ballast.ops.screen.Ink;
import io.ballast.ops.screen.LiveScreen;
import io.ballast.ops.screen.Terminal;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Help.Ansi.Text;

/** What a person sees of the demo: a table that refreshes in place, or a line for each event. */
final class Show implements Stage.Progress {
  private static final int KEPT_EVENTS = 200;

  private final PrintStream out;
  private final Clock clock;
  private final Instant begun;
  private final Ink ink;
  private final boolean inPlace;
  private final LiveScreen live;
  private final FleetScreen screen;
  private final EventLine words;
  private final List<Event> recent = new ArrayList<>();
  private String step = "";
  private boolean drawn;

  /** A table where {@code inPlace}, else lines without colour. */
  Show(PrintStream out, Clock clock, boolean inPlace) {
    this.out = out;
    this.clock = clock;
    this.begun = clock.instant();
    this.inPlace = inPlace;
    this.ink = Ink.of(inPlace, out.charset());
    this.live = new LiveScreen(out, ink);
    this.screen = new FleetScreen(ink, ZoneId.systemDefault());
    this.words = new EventLine(ink);
  }

  @Override
  public synchronized void step(String what) {
    step = what;
    if (!drawn) {
      line(what);
    }
  }

  synchronized void event(Event event) {
    recent.add(event);
    if (recent.size() > KEPT_EVENTS) {
      recent.removeFirst();
    }
    if (!inPlace && worthALine(event)) {
      line(words.of(event));
    }
  }

  synchronized void fleet(Fleet fleet) {
    if (!inPlace) {
      return;
    }
    drawn = true;
    Terminal.Size size = Terminal.size().orElse(Terminal.Size.USUAL);
    List<Text> lines = new ArrayList<>();
    lines.add(ink.strong(since() + "  " + step));
    lines.add(ink.text(""));
    lines.addAll(screen.lines(fleet, List.copyOf(recent), size.width()));
    live.show(lines, size.width(), size.height());
  }

  /** Ends the display; what is printed afterwards comes below it. */
  synchronized void close() {
    live.close();
    drawn = false;
  }

  synchronized void print(List<String> lines) {
    lines.forEach(out::println);
    out.flush();
  }

  private void line(String text) {
    out.println(since() + "  " + text);
    out.flush();
  }

  private String since() {
    Duration passed = Duration.between(begun, clock.instant());
    return String.format(Locale.ROOT, "%6.1f s", passed.toMillis() / 1000.0);
  }

  private static boolean worthALine(Event event) {
    return switch (event) {
      case Event.Decided ignored -> true;
      case Event.MoveChanged changed ->
          switch (changed.move().state()) {
            case PLANNED, REQUESTED -> false;
            case MIGRATING -> changed.move().progress().isEmpty();
            case UNKNOWN, DONE, FAILED -> true;
          };
      case Event.AlertRaised ignored -> true;
      case Event.AlertResolved ignored -> true;
      case Event.OperationProgressed ignored -> false;
      case Event.OperationFinished ignored -> false;
      case Event.WorkProgressed ignored -> false;
      case Event.WorkFinished ignored -> false;
    };
  }

  /** Whether standard output is a terminal on which a table can refresh. */
  static boolean possibleInPlace() {
    return Optional.ofNullable(System.getenv("TERM"))
            .filter(term -> !term.equals("dumb"))
            .isPresent()
        && Terminal.size().isPresent();
  }
}
