package io.ballast.ops.screen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Help.Ansi.Text;

final class LiveScreenTest {
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final LiveScreen screen =
      new LiveScreen(new PrintStream(written, true, StandardCharsets.UTF_8), Ink.PLAIN);

  private static List<Text> lines(String... lines) {
    return Stream.of(lines).map(Ink.PLAIN::text).toList();
  }

  private String frame() {
    String frame = written.toString(StandardCharsets.UTF_8);
    written.reset();
    return frame;
  }

  @Test
  void whatWasOnTheTerminalScrollsAwayBeforeTheFirstFrame() {
    screen.show(lines("one", "two"), 80, 5);

    assertEquals("\u001b[?25l\n\n\n\n\u001b[Hone\u001b[K\ntwo\u001b[K\n\u001b[J", frame());
  }

  @Test
  void laterFramesOverwriteFromTheTopWithoutClearingFirst() {
    screen.show(lines("one", "two"), 80, 5);
    frame();

    screen.show(lines("three"), 80, 5);

    assertEquals("\u001b[Hthree\u001b[K\n\u001b[J", frame());
  }

  @Test
  void linesWithoutRoomAreCounted() {
    screen.show(lines("1", "2", "3", "4", "5"), 80, 4);

    String frame = frame();
    assertTrue(frame.contains("2\u001b[K\nand 3 more lines\u001b[K\n"), frame);
    assertFalse(frame.contains("3\u001b[K\n4"), frame);
  }

  @Test
  void theLastFrameStaysAndTheCursorComesBack() {
    screen.show(lines("one"), 80, 5);
    frame();

    screen.close();
    screen.close();

    assertEquals("\u001b[?25h", frame());
  }

  @Test
  void theSizeOfATerminalIsRead() {
    assertEquals(new Terminal.Size(132, 43), Terminal.parse("43 132\n"));
    assertEquals(Terminal.Size.USUAL, Terminal.parse("0 0\n"));
    assertEquals(Terminal.Size.USUAL, Terminal.parse("stty: what?\n"));
  }
}
