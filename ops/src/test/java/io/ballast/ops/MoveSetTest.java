package io.ballast.ops;

import static io.ballast.ops.SimulatedFleet.id;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.host.testing.FakeHypervisor;
import io.ballast.messages.Bytes;
import io.ballast.messages.Convergence;
import io.ballast.messages.Fleet;
import io.ballast.messages.MigrationProgress;
import io.ballast.messages.Move;
import io.ballast.ops.SimulatedFleet.Ran;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A guest whose memory takes three quarters of an hour to send. */
final class MoveSetTest {
  private final SimulatedFleet fleet = new SimulatedFleet();

  @BeforeEach
  void aMoveThatTakesLong() {
    fleet.scheduler();
    FakeHypervisor h1 = fleet.host("h1", Bytes.ofMiB(4_000_000));
    fleet.host("h2", Bytes.ofMiB(4_000_000));
    h1.boot(id("huge"), "huge", 1, Bytes.ofMiB(1_000_000), 0.1);
    fleet.until(
        seen -> seen.hosts().size() == 2 && !seen.hosts().getFirst().beat().vms().isEmpty());
    assertEquals(0, fleet.run("migrate", "huge", "h2", "--detach").code());
    fleet.until(seen -> convergence(seen).isPresent());
  }

  @AfterEach
  void close() {
    fleet.close();
  }

  @Test
  void aLongerPauseEndsIt() {
    assertEquals(
        new Ran(0, "huge: may stand still for 10 min\n", ""),
        fleet.run("move", "set", "huge", "--downtime", "10m"));
    fleet.until(
        seen ->
            convergence(seen)
                .filter(found -> found.allowed().equals(Duration.ofMinutes(10)))
                .isPresent());

    assertEquals(
        new Ran(0, "huge: may send 93 GiB a second\n", ""),
        fleet.run("move", "set", "huge", "--bandwidth", "93GiB"));
    fleet.until(seen -> seen.moves().getFirst().state() == Move.State.DONE);
  }

  @Test
  void withoutLeaveThereIsNoPostCopy() {
    Ran ran = fleet.run("move", "set", "huge", "--postcopy");

    assertEquals(1, ran.code(), ran.toString());
    assertTrue(ran.err().contains("it began without leave for post-copy"), ran.err());
  }

  @Test
  void wrongUsageSaysWhatIsWrong() {
    assertUsage("say what to change: --downtime, --bandwidth or --postcopy", "huge");
    assertUsage("must lie between", "huge", "--downtime", "11m");
    assertUsage("must be at least 1", "huge", "--bandwidth", "0MiB");
  }

  @Test
  void whatDoesNotMoveIsNotChanged() {
    Ran ran = fleet.run("move", "set", "web9", "--downtime", "1s");

    assertEquals(1, ran.code(), ran.toString());
    assertTrue(ran.err().contains("there is no open move 'web9'; open are: huge "), ran.err());
  }

  private void assertUsage(String said, String move, String... options) {
    String[] line = new String[options.length + 3];
    line[0] = "move";
    line[1] = "set";
    line[2] = move;
    System.arraycopy(options, 0, line, 3, options.length);
    Ran ran = fleet.run(line);
    assertEquals(2, ran.code(), ran.toString());
    assertTrue(ran.err().contains(said), ran.err());
  }

  private static Optional<Convergence> convergence(Fleet seen) {
    return seen.moves().stream()
        .flatMap(move -> move.progress().stream())
        .findFirst()
        .flatMap(MigrationProgress::convergence);
  }
}
