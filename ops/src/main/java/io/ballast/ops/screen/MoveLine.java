package io.ballast.ops.screen;

import io.ballast.messages.Convergence;
import io.ballast.messages.MigrationProgress;
import io.ballast.messages.Move;
import java.util.Locale;

/** An open move in one line, with a bar. */
public final class MoveLine {
  private static final int BAR = 20;

  private final Ink ink;

  public MoveLine(Ink ink) {
    this.ink = ink;
  }

  /** Where the move stands. */
  public String of(Move move) {
    String way = move.name() + "  " + move.from() + " " + ink.arrow() + " " + move.to() + "  ";
    return way
        + switch (move.state()) {
          case UNKNOWN -> "in doubt" + (move.note().isEmpty() ? "" : ": " + move.note());
          case PLANNED, REQUESTED, MIGRATING, DONE, FAILED ->
              move.progress()
                  .map(this::progress)
                  .orElse(move.state().name().toLowerCase(Locale.ROOT));
        };
  }

  private String progress(MigrationProgress made) {
    Ink.Bar bar = ink.bar(made.ratio(), BAR);
    return "%s%s %4s  %s  %s/s  pass %d%s"
        .formatted(
            bar.full(),
            bar.empty(),
            Figures.percent(made.ratio()),
            MoveRows.amounts(made),
            made.rate(),
            made.iteration(),
            made.convergence().map(found -> "  " + outlook(found)).orElse(""));
  }

  /** When it ends, or why it does not, and what is done about that. */
  static String outlook(Convergence found) {
    String end =
        found
            .left()
            .map(left -> Figures.age(left) + " to go")
            .orElseGet(
                () ->
                    "no end: needs a pause of %s, may make %s"
                        .formatted(
                            Figures.duration(found.needed()), Figures.duration(found.allowed())));
    return end
        + (found.throttle() > 0 ? ", slowed down by " + found.throttle() + "%" : "")
        + (found.postCopy() ? ", runs there already" : "");
  }
}
