package io.ballast.ops;

import static io.ballast.ops.SimulatedFleet.id;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Bytes;
import io.ballast.ops.SimulatedFleet.Ran;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code ballast move show}. */
final class MoveShowTest {
  private final SimulatedFleet fleet = new SimulatedFleet();

  @BeforeEach
  void aMoveThatIsDone() {
    fleet.scheduler();
    fleet.host("h1", Bytes.ofMiB(4000)).boot(id("web"), "web", 1, Bytes.ofMiB(1024), 0.1);
    fleet.host("h2", Bytes.ofMiB(4000));
    fleet.until(
        seen ->
            seen.hosts().size() == 2
                && seen.hosts().stream().anyMatch(host -> !host.beat().vms().isEmpty()));
    assertEquals(0, fleet.run("migrate", "web", "h2").code());
  }

  @AfterEach
  void close() {
    fleet.close();
  }

  @Test
  void whatWasDoneIsShownStepByStep() {
    Ran ran = fleet.run("move", "show", "web");

    assertEquals(0, ran.code(), ran.toString());
    assertTrue(ran.out().startsWith("web  h1 → h2  done: "), ran.out());
    List<String> stages = List.of("planned", "its turn has come", "migrating, by h1", "moved");
    List<String> lines = ran.out().lines().toList();
    for (int i = 0; i < stages.size(); i++) {
      String line = lines.get(lines.size() - stages.size() + i);
      assertTrue(line.endsWith("  " + stages.get(i)), ran.out());
    }
    assertTrue(fleet.run("move", "show", "web", "--json").out().contains("\"stages\""));
  }

  @Test
  void whatIsNotKnownIsRefused() {
    Ran ran = fleet.run("move", "show", "none");

    assertEquals(1, ran.code(), ran.toString());
    assertTrue(ran.err().contains("no move 'none' is known"), ran.err());
  }
}
