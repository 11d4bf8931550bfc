package io.ballast.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Bytes;
import io.ballast.ops.SimulatedFleet.Ran;
import io.ballast.ops.screen.Terminal;
import io.ballast.storage.testing.FakeVolumes;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How long work on disks is named, and given up by that name. */
final class VolumeCancelTest {
  private final SimulatedFleet fleet = new SimulatedFleet();
  private FakeVolumes h1;

  @BeforeEach
  void twoHostsOfWhichOneHasDisks() {
    fleet.scheduler();
    fleet.host("h0", Bytes.ofMiB(4096));
    fleet.host("h1", Bytes.ofMiB(4096));
    h1 = fleet.storage("h1");
    fleet.until(
        seen ->
            seen.hosts().size() == 2
                && seen.hosts().stream().anyMatch(host -> host.storage().isPresent()));
  }

  @AfterEach
  void close() {
    fleet.close();
  }

  @Test
  void workThatGoesOnCanBeCancelledByItsId() {
    h1.slow();
    Ran waiting = fleet.run("volume", "create", "images/web1", "1GiB", "--wait", "1s");
    String operation = waiting.err().replaceAll("(?s).*as operation ([^;]*);.*", "$1");

    assertEquals(4, waiting.code(), waiting::toString);
    assertTrue(
        waiting.err().contains("'ballast volume cancel " + operation + "'"), waiting::toString);
    Ran under = fleet.run("operation", operation, "--host", "h1");
    assertTrue(under.out().contains("under way, 25%"), under::toString);
    assertEquals(
        new Ran(0, "asked to give up operation " + operation + " on h1\n", ""),
        fleet.run("volume", "cancel", operation));
    Ran ended = fleet.run("operation", operation, "--host", "h1");
    assertTrue(ended.out().contains("failed, CANCELLED"), ended::toString);
    assertTrue(ended.out().contains("images/web1"), ended::toString);
    Ran late = fleet.run("volume", "cancel", operation, "--host", "h1");
    assertEquals(1, late.code(), late::toString);
    assertTrue(late.err().contains(operation + " on h1 is over: failed, CANCELLED"), late::err);
  }

  @Test
  void whatNoStorageAgentKnowsCantBeCancelled() {
    assertEquals(
        new Ran(
            1,
            "",
            "ballast: no storage agent knows an operation 4711; it never came there, or too long"
                + " ago\n"),
        fleet.run("volume", "cancel", "4711", "--host", "h1"));
    Ran everywhere = fleet.run("volume", "cancel", "4711");
    assertEquals(4, everywhere.code(), everywhere::toString);
    assertTrue(
        everywhere.err().contains("no storage agent is on the bus for host h0"), everywhere::err);
    Ran unknown = fleet.run("volume", "cancel", "4711", "--host", "h4");
    assertEquals(1, unknown.code(), unknown::toString);
    assertTrue(unknown.err().contains("the fleet has no host 'h4'"), unknown::err);
  }

  @Test
  void longWorkIsNamedInItsLineAndWhereItIsInterrupted() {
    h1.slow();
    SimulatedFleet.Running create =
        fleet.start(
            Optional.of(new Terminal.Size(120, 40)), "volume", "create", "images/web1", "1GiB");
    create.until(out -> out.matches("(?s).*creating images/web1 on h1, 25%, \\d+ s; operation .*"));

    Ran ran = create.interrupt();

    String operation = operation(ran.out());
    assertEquals(4, ran.code(), ran::toString);
    assertEquals(
        "ballast: creating images/web1 on h1 was not waited for; it goes on as operation "
            + operation
            + "; look with 'ballast operation "
            + operation
            + "', give it up where that can be with 'ballast volume cancel "
            + operation
            + "'\n",
        ran.err());
    assertEquals(0, fleet.run("volume", "cancel", operation).code());
  }

  @Test
  void whereItsLineHasNoRoomLongWorkIsNamedOnceBesideTheOutput() {
    h1.slow();
    assertNamedOnce(Optional.empty());
    assertNamedOnce(Optional.of(new Terminal.Size(60, 40)));
  }

  private void assertNamedOnce(Optional<Terminal.Size> size) {
    String name = "images/web" + size.map(Terminal.Size::width).orElse(0);
    SimulatedFleet.Running create = fleet.start(size, "volume", "create", name, "8MiB");
    create.untilSaid(err -> err.contains("takes a while"));

    String operation = operation(create.said());
    h1.recover();
    Ran ran = create.end();
    h1.slow();

    assertEquals(0, ran.code(), ran::toString);
    assertTrue(ran.out().endsWith("created " + name + " on h1\n"), ran::toString);
    assertEquals(
        "creating "
            + name
            + " on h1 takes a while; it goes on as operation "
            + operation
            + "; look with 'ballast operation "
            + operation
            + "', give it up where that can be with 'ballast volume cancel "
            + operation
            + "'\n",
        ran.err());
  }

  private static String operation(String text) {
    return text.replaceAll("(?s).*?operation ([0-9a-f-]{36}).*", "$1");
  }
}
