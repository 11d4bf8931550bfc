package io.ballast.ops.screen;

import java.io.PrintStream;
import java.util.List;
import picocli.CommandLine.Help.Ansi.Text;

/**
 * Shows lines in place on a terminal: each frame overwrites the one before and the last stays. What
 * was on the terminal before scrolls away and is not lost. Not for use by several threads at once.
 */
public final class LiveScreen {
  private static final String HOME = "\u001b[H";
  private static final String CLEAR_TO_END_OF_LINE = "\u001b[K";
  private static final String CLEAR_BELOW = "\u001b[J";
  private static final String HIDE_CURSOR = "\u001b[?25l";
  private static final String SHOW_CURSOR = "\u001b[?25h";

  private final PrintStream out;
  private final Ink ink;
  private boolean begun;

  public LiveScreen(PrintStream out, Ink ink) {
    this.out = out;
    this.ink = ink;
  }

  /** Shows a frame; lines that a terminal of this size has no room for are counted, not shown. */
  public void show(List<Text> lines, int width, int height) {
    StringBuilder frame = new StringBuilder();
    if (!begun) {
      begun = true;
      frame.append(HIDE_CURSOR).append("\n".repeat(Math.max(0, height - 1)));
    }
    frame.append(HOME);
    int room = Math.max(2, height - 1);
    int shown = lines.size() <= room ? lines.size() : room - 1;
    for (Text line : lines.subList(0, shown)) {
      line(frame, Table.cut(ink, line, width));
    }
    if (shown < lines.size()) {
      line(frame, ink.faint("and " + Figures.count(lines.size() - shown, "more line")));
    }
    out.print(frame.append(CLEAR_BELOW));
    out.flush();
  }

  /** Ends the display; the last frame stays and the cursor is below it. */
  public void close() {
    if (begun) {
      begun = false;
      out.print(SHOW_CURSOR);
      out.flush();
    }
  }

  private static void line(StringBuilder frame, Text line) {
    frame.append(line).append(CLEAR_TO_END_OF_LINE).append('\n');
  }
}
