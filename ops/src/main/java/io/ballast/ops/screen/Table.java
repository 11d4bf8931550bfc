package io.ballast.ops.screen;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Help.Ansi.Text;

/**
 * Rows of cells whose columns line up, each column as wide as its widest cell. Lines beyond the
 * width are cut at its end, so the last column gives way first.
 */
public final class Table {
  private static final int GAP = 2;

  private final Ink ink;
  private final List<Column> columns;
  private final List<List<Text>> rows = new ArrayList<>();

  /** A column; an empty title is no title. */
  public record Column(String title, Side side) {
    /** A column of words. */
    public static Column words(String title) {
      return new Column(title, Side.LEFT);
    }

    /** A column of numbers. */
    public static Column numbers(String title) {
      return new Column(title, Side.RIGHT);
    }
  }

  /** On which side the cells of a column line up. */
  public enum Side {
    /** Words start together. */
    LEFT,
    /** Numbers end together. */
    RIGHT
  }

  public Table(Ink ink, Column... columns) {
    this.ink = ink;
    this.columns = List.of(columns);
  }

  /** Adds a row; missing cells at its end are empty. */
  public Table row(Text... cells) {
    if (cells.length > columns.size()) {
      throw new IllegalArgumentException(
          cells.length + " cells for " + columns.size() + " columns");
    }
    rows.add(List.of(cells));
    return this;
  }

  public boolean isEmpty() {
    return rows.isEmpty();
  }

  /** How many characters come before the last column. */
  int lastColumnAt() {
    int[] widths = widths();
    int at = 0;
    for (int i = 0; i < widths.length - 1; i++) {
      at += widths[i] + GAP;
    }
    return at;
  }

  /** The table with its titles, if any column has one, in lines of at most {@code width}. */
  public List<Text> lines(int width) {
    List<Text> lines = new ArrayList<>();
    int[] widths = widths();
    if (columns.stream().anyMatch(column -> !column.title().isEmpty())) {
      lines.add(
          line(columns.stream().map(column -> ink.faint(column.title())).toList(), widths, width));
    }
    rows.forEach(row -> lines.add(line(row, widths, width)));
    return lines;
  }

  private Text line(List<Text> cells, int[] widths, int width) {
    Text line = ink.text("");
    int due = 0;
    for (int i = 0; i < cells.size(); i++) {
      Text cell = cells.get(i);
      int free = widths[i] - length(cell);
      int before = due + (columns.get(i).side() == Side.RIGHT ? free : 0);
      if (length(cell) > 0) {
        line = line.concat(" ".repeat(before)).concat(cell);
        due = before == due ? free : 0;
      } else {
        due = due + free;
      }
      due += GAP;
    }
    return cut(ink, line, width);
  }

  private int[] widths() {
    int[] widths = new int[columns.size()];
    for (int i = 0; i < widths.length; i++) {
      widths[i] = columns.get(i).title().length();
    }
    for (List<Text> row : rows) {
      for (int i = 0; i < row.size(); i++) {
        widths[i] = Math.max(widths[i], length(row.get(i)));
      }
    }
    return widths;
  }

  /** The text if it fits, or else its beginning and a mark that there was more. */
  static Text cut(Ink ink, Text text, int width) {
    if (length(text) <= width) {
      return text;
    }
    int end = text.plainString().length();
    while (end > 0 && text.getCJKAdjustedLength(0, end) > width - 1) {
      end--;
    }
    return text.substring(0, end).concat(ink.faint(width > 0 ? ink.ellipsis() : ""));
  }

  static int length(Text text) {
    return text.getCJKAdjustedLength();
  }
}
