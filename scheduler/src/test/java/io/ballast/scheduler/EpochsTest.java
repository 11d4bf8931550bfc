package io.ballast.scheduler;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ballast.agent.FileJournal;
import io.ballast.agent.Forgetful;
import io.ballast.agent.Journal;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EpochsTest {
  private static final Clock CLOCK = Clock.systemUTC();

  @TempDir Path folder;

  private static Epochs next(Journal journal) {
    return Epochs.next(journal, CLOCK)
        .toCompletionStage()
        .toCompletableFuture()
        .orTimeout(60, TimeUnit.SECONDS)
        .join();
  }

  @Test
  void eachStartTakesTheNextNumberAndGoesBeyondWhatWasHeard() {
    Forgetful journal = new Forgetful(Instant.EPOCH);

    Epochs first = next(journal);
    assertEquals(1, first.own());
    first.keep(41);
    first.keep(7);

    assertEquals(41, first.own());
    assertEquals(42, next(journal).own());
  }

  @Test
  void theNumberOutlivesTheProcess() {
    for (int life = 1; life <= 3; life++) {
      Journal journal = new FileJournal(folder.resolve("scheduler.journal"), "scheduler");
      assertEquals(life, next(journal).own());
      journal.close().toCompletionStage().toCompletableFuture().join();
    }
  }
}
