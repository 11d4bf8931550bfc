package io.ballast.ops.screen;

import io.ballast.messages.MigrationProgress;
import io.ballast.messages.Move;
import io.ballast.messages.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Help.Ansi.Text;

/** The moves under way with their progress, and below them the last that ended. */
final class MoveRows {
  private static final int ENDED = 6;
  private static final int BAR = 16;
  private static final int NARROW_BAR = 6;
  private static final int NARROW = 80;

  private final Ink ink;

  MoveRows(Ink ink) {
    this.ink = ink;
  }

  /** The open moves, or nothing. */
  List<Text> open(List<Move> moves, Instant now, int width) {
    Table table =
        new Table(
            ink,
            Table.Column.words("MOVING"),
            Table.Column.words("FROM " + ink.arrow() + " TO"),
            Table.Column.words("PROGRESS"),
            Table.Column.words("DATA"),
            Table.Column.numbers("RATE"),
            Table.Column.numbers("PASS"),
            Table.Column.numbers("FOR"));
    boolean narrow = width < NARROW;
    for (Move move : moves.stream().filter(move -> move.state().open()).toList()) {
      Optional<MigrationProgress> progress = move.progress();
      table.row(
          ink.strong(move.name()),
          way(move),
          progress.isPresent() && move.state() == Move.State.MIGRATING
              ? bar(progress.get().ratio(), narrow ? NARROW_BAR : BAR)
              : state(move),
          ink.text(
              progress.map(made -> narrow ? made.remaining() + " left" : amounts(made)).orElse("")),
          ink.text(progress.map(made -> made.rate() + "/s").orElse("")),
          ink.text(progress.map(made -> Integer.toString(made.iteration())).orElse("")),
          ink.text(Figures.age(Duration.between(move.since(), now))));
    }
    return table.isEmpty() ? List.of() : table.lines(width);
  }

  /** What is left of how much; a guest that writes makes the first grow again. */
  static String amounts(MigrationProgress progress) {
    return progress.remaining() + " of " + progress.total() + " left";
  }

  private Text bar(double ratio, int cells) {
    Ink.Bar bar = ink.bar(ratio, cells);
    String number = Figures.percent(ratio);
    return ink.good(bar.full())
        .concat(ink.faint(bar.empty()))
        .concat(" ".repeat(5 - number.length()) + number);
  }

  private Text state(Move move) {
    return switch (move.state()) {
      case PLANNED -> ink.faint("waits for its turn");
      case REQUESTED -> ink.faint("asking " + move.from());
      case MIGRATING -> ink.faint("begins");
      case UNKNOWN -> ink.doubtful("asking both hosts what became of it");
      case DONE -> ink.good("moved");
      case FAILED -> ink.bad("failed");
    };
  }

  /** The last moves that ended, or nothing. */
  List<Text> ended(List<Move> moves, int width) {
    List<Move> ended = moves.stream().filter(move -> !move.state().open()).toList();
    Table table =
        new Table(
            ink,
            Table.Column.words("ENDED"),
            Table.Column.words("FROM " + ink.arrow() + " TO"),
            Table.Column.words("RESULT"),
            Table.Column.numbers("TOTAL"),
            Table.Column.numbers("PAUSE"),
            Table.Column.words(""));
    for (Move move : ended.subList(Math.max(0, ended.size() - ENDED), ended.size())) {
      Optional<Outcome.Migration> measures = move.measures();
      table.row(
          ink.text(move.name()),
          way(move),
          state(move),
          ink.text(measures.map(made -> Figures.duration(made.total())).orElse("")),
          ink.text(measures.map(made -> Figures.duration(made.downtime())).orElse("")),
          ink.faint(move.note()));
    }
    return table.isEmpty() ? List.of() : table.lines(width);
  }

  private Text way(Move move) {
    return ink.text(move.from() + " " + ink.arrow() + " " + move.to());
  }
}
