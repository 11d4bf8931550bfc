package io.ballast.ops.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TicksTest {
  @TempDir private Path folder;
  private Ticks ticks;

  @BeforeEach
  void follow() {
    ticks = new Ticks(folder);
    ticks.follow("vm1");
  }

  @AfterEach
  void close() {
    ticks.close();
  }

  @Test
  void theTimeBetweenTwoTicksIsMeasuredByTheClockOfTheReader() throws IOException {
    print("boot 1.0\r\ntick 1 1.1\r\n");
    awaitLongest(Duration.ZERO);
    long before = System.nanoTime();
    Awaitility.await().pollDelay(Duration.ofMillis(300)).until(() -> true);
    Duration waited = Duration.ofNanos(System.nanoTime() - before);
    print("tick 2 1.2\r\n");
    awaitLongest(waited.minusMillis(50));
    assertEquals(Map.of(), ticks.pauses().broken());
  }

  @Test
  void aTickThatIsMissingIsSaid() throws IOException {
    print("tick 1 1.1\r\ntick 3 1.3\r\n");
    Awaitility.await().until(() -> !ticks.pauses().broken().isEmpty());
    assertEquals(Map.of("vm1", "tick 3 came after tick 1"), ticks.pauses().broken());
  }

  @Test
  void aTickThatComesTwiceIsSaid() throws IOException {
    print("tick 1 1.1\r\ntick 2 1.2\r\ntick 2 1.2\r\n");
    Awaitility.await().until(() -> !ticks.pauses().broken().isEmpty());
    assertEquals(Map.of("vm1", "tick 2 came after tick 2"), ticks.pauses().broken());
  }

  @Test
  void aLineThatComesInPiecesIsOneLine() throws IOException {
    print("tick 1 1.1\r\nti");
    awaitLongest(Duration.ZERO);
    print("ck 2 1.2\r\n[ 1.0] a line of the kernel\r\ntick 3 1.3\r\n");
    Awaitility.await().until(() -> ticks.pauses().worst().orElseThrow().getValue().toNanos() > 0);
    assertEquals(Map.of(), ticks.pauses().broken());
  }

  @Test
  void aGuestThatNeverTickedHasNoPause() {
    ticks.follow("vm2");
    assertTrue(ticks.pauses().longest().isEmpty());
  }

  private void awaitLongest(Duration atLeast) {
    Awaitility.await()
        .until(
            () ->
                ticks
                    .pauses()
                    .worst()
                    .filter(worst -> worst.getValue().compareTo(atLeast) >= 0)
                    .isPresent());
  }

  private void print(String text) throws IOException {
    Files.writeString(
        folder.resolve("vm1"),
        text,
        StandardCharsets.US_ASCII,
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }
}
