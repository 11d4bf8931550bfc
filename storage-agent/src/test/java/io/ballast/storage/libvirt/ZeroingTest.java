package io.ballast.storage.libvirt;

import static io.ballast.storage.trade.Proving.answer;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.agent.tool.Runner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Other tools stand in for file systems of which one lies, one refuses, and one does it. */
final class ZeroingTest {
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final Disk disk = new Disk(Duration.ofMinutes(1), clock);
  private final Runner runner = new Runner(Runner.Limits.DEFAULT, clock);
  @TempDir Path folder;

  @AfterEach
  void close() {
    runner.close();
    disk.close();
    clock.shutdown();
  }

  private String told(String... tool) throws IOException {
    String told = answer(new Zeroing(disk, runner, List.of(tool)).look(folder));
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(List.of(), left.toList());
    }
    return told;
  }

  @Test
  void aFileSystemThatSaysWhatItHasNotDoneIsTold() throws IOException {
    assertTrue(told("true").contains("qcow2 only"));
  }

  @Test
  void oneThatDoesItOrRefusesIsFine() throws IOException {
    assertEquals("", told("shred", "--iterations=0", "--zero", "--"));
    assertEquals("", told("false"));
    assertEquals("", told("no-such-tool"));
    assertEquals("", answer(Zeroing.of(disk, runner).look(folder.resolve("gone"))));
    assertEquals("", answer(Zeroing.of(disk, runner).look(folder)));
  }
}
