package io.ballast.ops;

import static io.ballast.ops.SimulatedFleet.id;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ballast.host.testing.FakeHypervisor;
import io.ballast.host.testing.FakeMigration;
import io.ballast.messages.Bytes;
import io.ballast.messages.Fleet;
import io.ballast.messages.VmState;
import io.ballast.ops.SimulatedFleet.Ran;
import io.ballast.ops.SimulatedFleet.Running;
import io.ballast.ops.screen.Terminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every command against a real scheduler and real agents over simulated hosts. */
final class CommandsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final SimulatedFleet fleet = new SimulatedFleet();
  private FakeHypervisor h1;
  private FakeHypervisor h2;

  @TempDir Path folder;

  @BeforeEach
  void aFleetOfThreeHosts() {
    fleet.scheduler();
    h1 = fleet.host("h1", Bytes.ofMiB(4096));
    h2 = fleet.host("h2", Bytes.ofMiB(4096));
    fleet.host("tiny", Bytes.ofMiB(64));
    h1.boot(id("web1"), "web1", 1, Bytes.ofMiB(256), 0.3);
    h1.boot(id("web2"), "web2", 1, Bytes.ofMiB(256), 0.2);
    h2.boot(id("twin-a"), "twin", 1, Bytes.ofMiB(128), 0.1);
    h1.boot(id("twin-b"), "twin", 1, Bytes.ofMiB(128), 0.1);
    fleet.until(seen -> seen.hosts().size() == 3 && vms(seen) == 4);
  }

  @AfterEach
  void close() {
    fleet.close();
  }

  private static long vms(Fleet seen) {
    return seen.hosts().stream().mapToLong(host -> host.beat().vms().size()).sum();
  }

  // ---- queries

  @Test
  void hostsAreListedInATable() {
    Ran ran = fleet.run("hosts");

    assertEquals(0, ran.code(), ran.err());
    assertTrue(
        ran.out().lines().toList().get(1).matches("h1 +lab +up +answering +2 +\\d+% +4 GiB .*"),
        ran.out());
  }

  @Test
  void hostsAreJsonForPrograms() throws IOException {
    JsonNode hosts = JSON.readTree(fleet.run("hosts", "--json").out());

    assertEquals(3, hosts.size());
    assertEquals("h1", hosts.at("/0/beat/pulse/host").asText());
    assertEquals("UP", hosts.at("/0/status").asText());
  }

  @Test
  void vmsAreListedByHostAndName() throws IOException {
    Ran ran = fleet.run("vms");
    JsonNode ofOne = JSON.readTree(fleet.run("vms", "--json", "--host", "h2").out());

    assertEquals(0, ran.code(), ran.err());
    assertTrue(ran.out().contains("web1  h1    running"), ran.out());
    assertEquals(1, ofOne.size());
    assertEquals("twin", ofOne.at("/0/vm/name").asText());
  }

  @Test
  void aPlanSaysWhyAlsoWhenItMovesNothing() throws IOException {
    Ran ran = fleet.run("plan");

    assertEquals(0, ran.code(), ran.err());
    assertTrue(ran.out().startsWith("lab: "), ran.out());
    assertEquals("lab", JSON.readTree(fleet.run("plan", "--json").out()).at("/cluster").asText());
  }

  @Test
  void noAlertIsSaidInWords() {
    assertEquals(new Ran(0, "no alerts\n", ""), fleet.run("alerts"));
    assertEquals("[ ]\n", fleet.run("alerts", "--json").out());
  }

  @Test
  void onePictureCanBeHadWithoutATerminal() {
    Ran ran = fleet.run("watch", "--once");

    assertEquals(0, ran.code(), ran.err());
    assertTrue(ran.out().contains("   3 hosts   4 VMs   no alerts"), ran.out());
  }

  @Test
  void aVmIsShownByNameOrUuidInAnyForm() throws IOException {
    Ran ran = fleet.run("vm", "show", "web1");
    Ran byId = fleet.run("vm", "show", id("twin-a").toString(), "--json");
    Ran xml = fleet.run("vm", "show", "web1", "--xml");

    assertTrue(ran.out().contains("state    running"), ran.out());
    assertEquals("h2", JSON.readTree(byId.out()).at("/host").asText());
    assertTrue(xml.out().startsWith("<domain"), xml.out());
  }

  @Test
  void aTerminalIsRefreshedInPlaceUntilItIsLeft() throws InterruptedException {
    Running watch =
        fleet.start(Optional.of(new Terminal.Size(100, 30)), "watch", "--every", "50ms");

    watch.until(shown -> shown.split("\u001b\\[HBallast", -1).length > 3);
    Ran ran = watch.interrupt();

    assertEquals(0, ran.code(), ran.err());
    assertTrue(ran.out().startsWith("\u001b[?25l\n"), ran.out());
    assertTrue(ran.out().endsWith("\u001b[J\u001b[?25h"), ran.out());
  }

  @Test
  void aFileGetsALineForEachEvent() throws InterruptedException, IOException {
    Running lines = fleet.start(Optional.empty(), "watch");
    Running json = fleet.start(Optional.empty(), "watch", "--json");

    lines.until(shown -> shown.contains("\n") || suspendAndResume());
    json.until(shown -> shown.contains("\n") || suspendAndResume());

    String line = lines.interrupt().out().lines().findFirst().orElseThrow();
    JsonNode first = JSON.readTree(json.interrupt().out().lines().findFirst().orElseThrow());
    assertTrue(line.matches("\\d\\d:\\d\\d:\\d\\d  (finished|decided ) .*"), line);
    assertTrue(first.at("/kind").asText().startsWith("event."), first.toString());
  }

  /** Makes events; always false. */
  private boolean suspendAndResume() {
    assertEquals(0, fleet.run("vm", "suspend", "web2").code());
    assertEquals(0, fleet.run("vm", "resume", "web2").code());
    return false;
  }

  // ---- actions

  @Test
  void aVmLivesItsLife() throws IOException {
    Path xml =
        Files.writeString(
            folder.resolve("new.xml"),
            FakeHypervisor.xml(id("new"), "new", 1, Bytes.ofMiB(128), 0.1));

    assertRuns("defined new on h2 as " + id("new"), "vm", "define", xml.toString(), "--host", "h2");
    fleet.until(seen -> vms(seen) == 5);
    assertRuns("started new on h2", "vm", "start", "new");
    assertRuns("suspended new on h2", "vm", "suspend", "new");
    assertEquals(Optional.of(VmState.PAUSED), h2.truth(id("new")));
    assertRuns("resumed new on h2", "vm", "resume", "new");
    assertRuns("asked to restart new on h2", "vm", "reboot", "new");
    assertRuns("shut down new on h2", "vm", "stop", "new");
    assertEquals(Optional.of(VmState.SHUT_OFF), h2.truth(id("new")));
    assertRuns("started new on h2", "vm", "start", "new");
    assertRuns("cut the power of new on h2", "vm", "stop", "new", "--force");
    assertRuns("undefined new on h2", "vm", "undefine", "new");
    assertEquals(Optional.empty(), h2.truth(id("new")));
  }

  @Test
  void aMigrationIsFollowedToItsEnd() {
    Ran ran = fleet.run("migrate", "web1", "h2");

    assertEquals(0, ran.code(), ran.err());
    assertTrue(
        ran.out().matches("(?s).*web1 from h1 to h2: moved in .*, paused for .*, sent .*\n"),
        ran.out());
    assertEquals(Optional.of(VmState.RUNNING), h2.truth(id("web1")));
    assertEquals(Optional.empty(), h1.truth(id("web1")));
  }

  @Test
  void aTerminalSeesTheProgressOfAMigrationAndThenOnlyItsEnd() {
    h1.boot(id("huge"), "huge", 1, Bytes.ofMiB(2500), 0.1);
    fleet.until(seen -> vms(seen) == 5);

    Ran ran = fleet.run(Optional.of(new Terminal.Size(120, 40)), "migrate", "huge", "h2");

    assertEquals(0, ran.code(), ran.err());
    assertTrue(ran.out().contains("huge  h1 → h2  █"), ran.out());
    assertTrue(ran.out().matches("(?s).*\r\u001b\\[Khuge from h1 to h2: moved in .*\n"), ran.out());
  }

  @Test
  void aDetachedMigrationPrintsItsIdAndCanBeCancelled() {
    h1.nextMigration(FakeMigration.Ending.FALLS_SILENT);
    Ran ran = fleet.run("migrate", "web1", "h2", "--detach");
    assertEquals(0, ran.code(), ran.err());
    String move = ran.out().strip();

    Ran cancelled = fleet.run("cancel", move);

    assertEquals(new Ran(0, "asked to give up the move of web1 from h1 to h2\n", ""), cancelled);
  }

  @Test
  void whatBecameOfAnOperationIsToldWithoutNamingItsHost() throws IOException {
    Ran moved = fleet.run("migrate", "web1", "h2", "--detach");
    String id = moved.out().strip();
    Awaitility.await()
        .atMost(60, TimeUnit.SECONDS)
        .until(() -> fleet.run("operation", id).out().contains("state      done"));

    JsonNode json = JSON.readTree(fleet.run("operation", id, "--json").out());
    Ran unknown = fleet.run("operation", "nobody-sent-this");

    assertEquals("h1", json.at("/host").asText());
    assertEquals("host.migrate", json.at("/kind").asText());
    assertEquals("done", json.at("/outcome/type").asText());
    assertEquals(1, unknown.code());
    assertTrue(
        unknown.err().contains("no agent knows an operation nobody-sent-this"), unknown.err());
  }

  // ---- bad input

  @Test
  void wrongUsageIsRefusedWithAHint() {
    assertFails(2, "unknown option: '--jsn'", "hosts", "--jsn");
    assertFails(2, "there is no command 'hostz'", "hostz");
    assertFails(2, "hosts", "hostz");
    assertFails(2, "there is no command 'frobnicate'", "frobnicate", "--help");
    assertFails(2, "there is no command 'frobnicate'", "vm", "frobnicate", "--help");
    assertFails(2, "say what to do: list, show, replay, discard", "dead-letters");
    assertFails(2, "it must be 7 days at most", "hosts", "--timeout", "8d");
    assertFails(2, "--broker: ':1' is no address of a broker", "hosts", "--broker", ":1");
    assertFails(2, "say what to do: forget; 'ballast hosts' lists the hosts", "host");
    assertFails(2, "say what to do: show, set or settle; 'ballast migrate' begins a move", "move");
    assertFails(2, "missing required option: '--on", "move", "settle", "web1");
    assertFails(2, "say what to do");
    assertFails(2, "say what to do", "vm");
    assertFails(2, "missing required parameter: 'VM'", "vm", "start");
    assertFails(2, "missing required option: '--host", "vm", "define", "x.xml");
    assertFails(2, "expected a number and a unit", "hosts", "--timeout", "soon");
    assertFails(2, "there is no configuration file nowhere", "hosts", "--config", "nowhere");
    assertFails(2, "there is no file nothing.xml", "vm", "define", "nothing.xml", "--host", "h1");
  }

  @Test
  void anUnknownHostIsRefusedWithThoseThatThereAre() {
    assertFails(
        1,
        "no host 'h3'; did you mean 'h1' or 'h2'? (hosts: h1, h2, tiny)",
        "migrate",
        "web1",
        "h3");
    assertFails(1, "the fleet has no host 'x'", "vms", "--host", "x");
  }

  @Test
  void anUnknownVmIsRefusedWithNearMatches() {
    assertFails(1, "no VM 'web3'; did you mean 'web1' or 'web2'?", "vm", "start", "web3");
    assertFails(1, "the fleet has no VM 'mail' ('ballast vms' lists them)", "migrate", "mail");
  }

  @Test
  void aNameThatTwoVmsBearIsRefusedWithTheirUuids() {
    Ran ran = assertFails(1, "2 VMs are called 'twin'; name one by its UUID", "vm", "stop", "twin");

    assertTrue(ran.err().contains(id("twin-a") + " (h2, running)"), ran.err());
    assertTrue(ran.err().contains(id("twin-b") + " (h1, running)"), ran.err());
  }

  @Test
  void aVmThatSeveralHostsKnowIsNamedWithItsHost() throws IOException {
    Path xml =
        Files.writeString(
            folder.resolve("new.xml"),
            FakeHypervisor.xml(id("new"), "new", 1, Bytes.ofMiB(128), 0.1));
    for (String host : new String[] {"h1", "h2"}) {
      assertEquals(0, fleet.run("vm", "define", xml.toString(), "--host", host).code());
    }
    fleet.until(seen -> vms(seen) == 6);

    assertFails(1, "several hosts know VM 'new'; name one with --host", "vm", "start", "new");
    assertFails(1, "host tiny has no VM 'new'", "vm", "start", "new", "--host", "tiny");
    assertRuns("started new on h2", "vm", "start", "new", "--host", "h2");
    fleet.until(
        seen -> seen.hosts().get(1).beat().vms().stream().allMatch(vm -> vm.state().active()));
    assertRuns("suspended new on h2", "vm", "suspend", "new");
  }

  @Test
  void aVmThatDoesNotRunIsNeitherStoppedNorMoved() {
    assertRuns("cut the power of web2 on h1", "vm", "stop", "web2", "--force");
    fleet.until(
        seen ->
            seen.hosts().stream()
                .flatMap(host -> host.beat().vms().stream())
                .anyMatch(vm -> vm.state() == VmState.SHUT_OFF));

    assertFails(1, "web2", "vm", "stop", "web2");
    assertFails(1, "does not run", "migrate", "web2", "h2");
    assertEquals(Optional.of(VmState.SHUT_OFF), h1.truth(id("web2")));
    assertEquals(Optional.empty(), h2.truth(id("web2")));
  }

  @Test
  void aTargetWithoutRoomIsRefused() {
    assertFails(1, "tiny", "migrate", "web1", "tiny");

    assertEquals(Optional.of(VmState.RUNNING), h1.truth(id("web1")));
  }

  @Test
  void xmlThatTheHypervisorDoesNotTakeIsRefused() throws IOException {
    Path xml = Files.writeString(folder.resolve("bad.xml"), "<domain><name>bad</domain>");

    assertFails(1, "", "vm", "define", xml.toString(), "--host", "h1");
    assertEquals(4, vms(fleet.until(seen -> true)));
  }

  @Test
  void aVmThatRunsIsNotStartedOnASecondHost() throws IOException {
    define("web1", "h2");

    assertFails(
        1,
        "web1 runs on h1; starting it on h2 too would destroy its disks; move it with 'ballast"
            + " migrate web1 h2'",
        "vm",
        "start",
        "web1",
        "--host",
        "h2");
    assertRuns("suspended web1 on h1", "vm", "suspend", "web1");
    assertFails(1, "web1 is paused on h1", "vm", "start", "web1", "--host", "h2");
    assertEquals(Optional.of(VmState.SHUT_OFF), h2.truth(id("web1")));
  }

  @Test
  void aVmThatHasJustStoppedIsStartedElsewhereAtOnce() throws IOException {
    define("web1", "h2");

    assertRuns("cut the power of web1 on h1", "vm", "stop", "web1", "--force", "--host", "h1");
    assertRuns("started web1 on h2", "vm", "start", "web1", "--host", "h2");
    assertFails(1, "web1 runs on h2", "vm", "start", "web1", "--host", "h1");
  }

  @Test
  void whoKnowsBetterMayStartAVmAllTheSame() throws IOException {
    define("web1", "h2");

    assertRuns("started web1 on h2", "vm", "start", "web1", "--host", "h2", "--force");
    assertRuns("suspended web1 on h2", "vm", "suspend", "web1", "--host", "h2");
    assertFails(
        1, "web1 runs on h1; resuming it on h2 too", "vm", "resume", "web1", "--host", "h2");
    assertRuns("suspended web1 on h1", "vm", "suspend", "web1", "--host", "h1");
    assertRuns("resumed web1 on h2", "vm", "resume", "web1", "--host", "h2");
  }

  @Test
  void anotherVmOfTheSameUuidIsNamed() throws IOException {
    Path xml =
        Files.writeString(
            folder.resolve("db1.xml"),
            FakeHypervisor.xml(id("web1"), "db1", 1, Bytes.ofMiB(128), 0.1));
    assertRuns("defined db1 on h2 as " + id("web1"), "vm", "define", xml + "", "--host", "h2");
    fleet.until(seen -> vms(seen) == 5);

    assertFails(1, "web1 runs on h1 and has the UUID of db1", "vm", "start", "db1", "--host", "h2");
  }

  private void define(String name, String host) throws IOException {
    Path xml =
        Files.writeString(
            folder.resolve(name + ".xml"),
            FakeHypervisor.xml(id(name), name, 1, Bytes.ofMiB(128), 0.1));
    long before = vms(fleet.until(seen -> true));
    assertEquals(0, fleet.run("vm", "define", xml.toString(), "--host", host).code());
    fleet.until(seen -> vms(seen) == before + 1);
  }

  @Test
  void aHostWithTwoAgentsIsCommandedByNobody() throws IOException {
    Path xml =
        Files.writeString(
            folder.resolve("new.xml"),
            FakeHypervisor.xml(id("new"), "new", 1, Bytes.ofMiB(128), 0.1));
    FakeHypervisor h0 = fleet.doubled("h0", Bytes.ofMiB(4096));
    h0.boot(id("db"), "db", 1, Bytes.ofMiB(256), 0.1);
    fleet.until(
        seen ->
            seen.hosts().getFirst().status() == Fleet.Status.DOUBLED
                && !seen.hosts().getFirst().beat().vms().isEmpty());

    assertTrue(fleet.run("hosts").out().contains("h0    lab      two agents"));
    assertFails(1, "two agents call themselves h0", "vm", "suspend", "db");
    assertFails(1, "two agents call themselves h0", "vm", "stop", "db");
    assertFails(1, "two agents call themselves h0", "vm", "define", xml + "", "--host", "h0");
    assertFails(1, "two agents call themselves h0", "vm", "stop", "db", "--force");
    assertFails(1, "two agents call themselves h0", "vm", "start", "db", "--force");
    assertEquals(Optional.of(VmState.RUNNING), h0.truth(id("db")));
    assertEquals(Optional.empty(), h0.truth(id("new")));
  }

  @Test
  void aMoveThatIsNotOpenIsNeitherCancelledNorSettled() {
    assertFails(1, "there is no open move 'web1'; nothing is moving", "cancel", "web1");
    assertFails(
        1,
        "there is no open move 'web1'; nothing is moving",
        "move",
        "settle",
        "web1",
        "--on",
        "h1");
  }

  @Test
  void aHostThatBeatsIsNotForgotten() {
    assertFails(1, "h1 still beats, or has only just fallen silent", "host", "forget", "h1");
    assertFails(1, "no host 'h3'; did you mean 'h1' or 'h2'?", "host", "forget", "h3");
    assertEquals(3, fleet.until(seen -> true).hosts().size());
  }

  @Test
  void aHostWhoseAgentEndedDoesNotAnswer() {
    fleet.endAgent("h1");

    assertFails(4, "no agent is on the bus for host h1", "vm", "suspend", "web1");
  }

  @Test
  void theLabIsNotStartedByTheJar() {
    assertFails(2, "ops/ballast lab up 3", "lab", "up", "3");
  }

  // ---- help

  @Test
  void helpNamesCommandsExamplesAndExitCodes() {
    Ran ran = fleet.run("--help");

    assertEquals(0, ran.code());
    assertTrue(ran.out().contains("ballast migrate web1 h2"), ran.out());
    assertTrue(ran.out().contains("3   the bus can't be reached"), ran.out());
    assertTrue(fleet.run("help", "migrate").out().contains("--detach"));
    assertTrue(fleet.run("vm", "stop", "--help").out().contains("--force"));
    assertTrue(fleet.run("cancel", "--help").out().contains("A move in doubt is given up too"));
    assertTrue(fleet.run("move", "settle", "--help").out().contains("virsh list --all"));
    assertTrue(fleet.run("host", "forget", "--help").out().contains("ballast host forget h1"));
  }

  private void assertRuns(String line, String... args) {
    assertEquals(new Ran(0, line + "\n", ""), fleet.run(args));
  }

  private Ran assertFails(int code, String said, String... args) {
    Ran ran = fleet.run(args);
    assertEquals(code, ran.code(), ran.toString());
    assertEquals("", ran.out());
    assertTrue(ran.err().startsWith("ballast: "), ran.err());
    assertTrue(ran.err().contains(said), ran.err());
    return ran;
  }
}
