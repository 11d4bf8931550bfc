package io.ballast.ops;

import static io.ballast.ops.SimulatedFleet.id;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.host.testing.FakeHypervisor;
import io.ballast.messages.Bytes;
import io.ballast.messages.Fleet;
import io.ballast.messages.Move;
import io.ballast.messages.VmState;
import io.ballast.ops.SimulatedFleet.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person can do when a host has fallen silent and does not come back. */
final class LostHostTest {
  private final SimulatedFleet fleet = new SimulatedFleet();
  private FakeHypervisor h1;
  private FakeHypervisor h2;

  @TempDir Path folder;

  @BeforeEach
  void aFleetOfThreeHosts() {
    fleet.impatientScheduler();
    h1 = fleet.host("h1", Bytes.ofMiB(4096));
    h2 = fleet.host("h2", Bytes.ofMiB(4096));
    fleet.host("h3", Bytes.ofMiB(4096));
    h1.boot(id("web1"), "web1", 1, Bytes.ofMiB(256), 0.3);
    fleet.until(seen -> seen.hosts().size() == 3 && isActive(seen, 0, "web1"));
  }

  @AfterEach
  void close() {
    fleet.close();
  }

  @Test
  void aHostThatIsGoneForGoodIsForgottenWithWhatWasSeenOnlyThere() {
    lose("h1");

    assertEquals(
        new Ran(0, "forgot h1; last seen there and active nowhere else: web1\n", ""),
        fleet.run("host", "forget", "h1"));
    fleet.until(seen -> seen.hosts().size() == 2);
    assertTrue(fleet.run("alerts").out().startsWith("resolved h1 is no longer missed since "));
    assertFails("the fleet has no host 'h1'", "host", "forget", "h1");
  }

  @Test
  void aVmOfASilentHostIsStartedElsewhereByForceOnly() throws IOException {
    Path xml =
        Files.writeString(
            folder.resolve("web1.xml"),
            FakeHypervisor.xml(id("web1"), "web1", 1, Bytes.ofMiB(256), 0.3));
    assertEquals(0, fleet.run("vm", "define", xml.toString(), "--host", "h2").code());
    fleet.until(seen -> !seen.hosts().get(1).beat().vms().isEmpty());
    lose("h1");

    Ran refused = assertFails("web1 ran on h1", "vm", "start", "web1", "--host", "h2");
    assertTrue(
        refused.err().contains("make sure that h1 is off (power, fencing)"), refused.toString());
    assertEquals(Optional.of(VmState.SHUT_OFF), h2.truth(id("web1")));
    assertEquals(
        new Ran(0, "started web1 on h2\n", ""),
        fleet.run("vm", "start", "web1", "--host", "h2", "--force"));
  }

  @Test
  void aMoveWhoseSourceIsGoneIsSettledByAPerson() {
    h1.boot(id("huge"), "huge", 1, Bytes.ofMiB(3500), 0.1);
    fleet.until(seen -> isActive(seen, 0, "huge"));
    assertEquals(0, fleet.run("migrate", "huge", "h2", "--detach").code());
    fleet.until(seen -> isIn(seen, Move.State.MIGRATING));
    lose("h1");
    fleet.until(seen -> isIn(seen, Move.State.UNKNOWN));
    fleet.until(
        seen ->
            seen.hosts().get(1).beat().vms().stream()
                .anyMatch(vm -> vm.state() == VmState.RUNNING));

    assertFails("the move of huge from h1 to h2 is in doubt", "host", "forget", "h1");
    assertEquals(
        new Ran(
            0,
            "asked to give up the move of huge from h1 to h2; it is in doubt until both hosts have"
                + " said what they run\n",
            ""),
        fleet.run("cancel", "huge"));
    assertFails("say --on h1 or --on h2", "move", "settle", "huge", "--on", "h3");
    assertFails("h2 beats and has huge active as well", "move", "settle", "huge", "--on", "h1");
    assertEquals(
        new Ran(0, "settled: huge runs on h2, its move from h1 is done\n", ""),
        fleet.run("move", "settle", "huge", "--on", "h2"));
    assertEquals(0, fleet.run("host", "forget", "h1").code());
  }

  private void lose(String name) {
    fleet.endAgent(name);
    fleet.until(
        seen ->
            seen.hosts().stream()
                .anyMatch(
                    host ->
                        host.id().value().equals(name) && host.status() == Fleet.Status.SILENT));
  }

  private static boolean isActive(Fleet seen, int host, String name) {
    return seen.hosts().get(host).beat().vms().stream()
        .anyMatch(vm -> vm.name().equals(name) && vm.state().active());
  }

  private static boolean isIn(Fleet seen, Move.State state) {
    return seen.moves().stream().anyMatch(move -> move.state() == state);
  }

  private Ran assertFails(String said, String... args) {
    Ran ran = fleet.run(args);
    assertEquals(1, ran.code(), ran.toString());
    assertEquals("", ran.out());
    assertTrue(ran.err().startsWith("ballast: ") && ran.err().contains(said), ran.err());
    return ran;
  }
}
