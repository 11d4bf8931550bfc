package io.ballast.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.testing.VirtualTime;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class MemoryTest {
  private static final int LARGE = 1 << 20;

  private final VirtualTime time = new VirtualTime();
  private final SlowDisk disk = new SlowDisk(time);
  private final Memory memory =
      new Memory(disk.journal(), Agent.Retention.DEFAULT, new MortalLoop(time), time);

  @Test
  void whatEndedDoesNotLieInTheJournalWithAllThatItSaid() {
    memory.wake();
    for (int i = 0; i < 40; i++) {
      OperationId id = new OperationId("op" + i);
      memory.keep(
          new Entry.Taken(
              new Order(id, "test", "host.define", "0a", "web"),
              id,
              time.instant(),
              time.instant().plusSeconds(60),
              Optional.empty(),
              true,
              "x".repeat(LARGE)));
      time.pass(Duration.ofSeconds(1));
      memory.note(new Entry.Ended(id, new Outcome.Done(Optional.empty()), time.instant()));
      time.pass(Duration.ofSeconds(1));
    }

    long characters =
        disk.entries().stream()
            .filter(Entry.Taken.class::isInstance)
            .mapToLong(entry -> ((Entry.Taken) entry).body().length())
            .sum();
    assertTrue(characters <= 17L * LARGE, () -> "" + characters);
    assertTrue(disk.rewritten < 4, "and it is not replaced all the time");
    assertEquals(40, memory.untold().size());
  }
}
