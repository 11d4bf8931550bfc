package io.ballast.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ballast.messages.Bytes;
import io.ballast.messages.StorageBeat.Health.Kind;
import io.ballast.messages.StorageBeat.Health.Verdict;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
import io.ballast.ops.SimulatedFleet.Ran;
import io.ballast.ops.screen.Terminal;
import io.ballast.storage.testing.FakeDevices;
import io.ballast.storage.testing.FakeVolumes;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The commands on pools and volumes against real storage agents over a fake storage. */
final class VolumeCommandsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final SimulatedFleet fleet = new SimulatedFleet();
  private final FakeDevices devices = new FakeDevices();
  private FakeVolumes h1;

  @BeforeEach
  void aFleetOfTwoHosts() {
    fleet.scheduler();
    fleet.host("h1", Bytes.ofMiB(4096));
    fleet.host("h2", Bytes.ofMiB(4096));
    h1 = fleet.storage("h1", devices);
    h1.pool("fast", Bytes.ofMiB(1024), Bytes.ofMiB(1000));
    fleet.storage("h2");
    fleet.until(
        seen ->
            seen.hosts().size() == 2
                && seen.hosts().stream().allMatch(host -> host.storage().isPresent()));
  }

  @AfterEach
  void close() {
    fleet.close();
  }

  @Test
  void poolsAreListedByHost() throws IOException {
    fleet.until(seen -> seen.hosts().getFirst().storage().orElseThrow().pools().size() == 2);

    assertEquals(
        """
        POOL    HOST  KIND  STATE      SIZE    FREE  USED
        fast    h1    dir   active    1 GiB  24 MiB   98%
        images  h1    dir   active  100 GiB  80 GiB   20%
        images  h2    dir   active  100 GiB  80 GiB   20%
        """,
        fleet.run("pool", "list").out());
    JsonNode ofOne = JSON.readTree(fleet.run("pool", "list", "--json", "--host", "h2").out());
    assertEquals(1, ofOne.size());
    assertEquals("images", ofOne.at("/0/pool/name").asText());
  }

  @Test
  void whatIsNotKnownToBeGoodStandsBelowThePools() throws IOException {
    h1.failedPool("archive");
    devices.put(Kind.ARRAY, "md0", Verdict.WARNING, "Only 1 of its 2 devices work.");
    devices.put(Kind.ARRAY, "md1", Verdict.GOOD, "All of its devices work.");
    fleet.until(seen -> seen.hosts().getFirst().storage().orElseThrow().health().size() == 5);

    String listed = fleet.run("pool", "list").out();
    assertTrue(
        listed.endsWith(
            """
            images   h2    dir   active      100 GiB  80 GiB   20%

            PART          HOST  HEALTH    WHY
            pool archive  h1    failing   It is not active and should be whenever its host is up; \
            'ballast pool start archive' says what is in the way.
            array md0     h1    degraded  Only 1 of its 2 devices work.
            """),
        listed);
    String ofOther = fleet.run("pool", "list", "--host", "h2").out();
    assertTrue(ofOther.endsWith("20%\n"), ofOther);
    assertEquals(
        "FAILING",
        JSON.readTree(fleet.run("pool", "list", "--json", "--host", "h1").out())
            .at("/0/health/verdict")
            .asText());

    String shown = fleet.run("pool", "show", "images", "--host", "h1").out();
    assertTrue(
        shown.endsWith(
            """

            PART       HOST  HEALTH    WHY
            array md0  h1    degraded  Only 1 of its 2 devices work.
            """),
        shown);
  }

  @Test
  void aPoolThatIsAsGoodAsFullAndAnArrayThatIsDegradedAreAlerts() {
    devices.put(Kind.ARRAY, "md0", Verdict.WARNING, "Only 1 of its 2 devices work.");
    fleet.until(seen -> seen.alerts().size() == 2);

    String alerts = fleet.run("alerts").out();
    assertTrue(alerts.contains("ALERT pool fast of h1 is as good as full; since "), alerts);
    assertTrue(alerts.contains("97.6% of pool fast are used, 24 MiB of 1 GiB are left."), alerts);
    assertTrue(alerts.contains("ALERT array md0 of h1 is degraded; since "), alerts);

    h1.pool("fast", Bytes.ofMiB(1024), Bytes.ofMiB(100));
    devices.put(Kind.ARRAY, "md0", Verdict.GOOD, "All of its devices work.");
    fleet.until(seen -> seen.alerts().stream().allMatch(alert -> alert.resolvedAt().isPresent()));
    String over = fleet.run("alerts").out();
    assertTrue(over.contains("resolved pool fast of h1 is no longer as good as full"), over);
    assertTrue(over.contains("resolved array md0 of h1 is no longer degraded"), over);
  }

  @Test
  void aPoolSaysWhatIsPromisedOfIt() throws IOException {
    put("thin", 150, Optional.empty());

    Ran ran = fleet.run("pool", "show", "images", "--host", "h1");

    assertEquals(0, ran.code(), ran.err());
    assertTrue(ran.out().contains("promised  150 GiB, 150% of its size\n"), ran.out());
    assertEquals(
        1,
        JSON.readTree(fleet.run("pool", "show", "images", "--host", "h1", "--json").out())
            .at("/volumes")
            .asInt());
  }

  @Test
  void aDiskIsCreatedShownResizedAndDeleted() {
    String[] at = {"--host", "h1"};
    assertEquals(
        new Ran(0, "created images/web1.qcow2 on h1\n", ""),
        run(at, "volume", "create", "images/web1.qcow2", "20GiB"));
    assertEquals(
        """
        VOLUME             FORMAT    SIZE    TAKES  USED BY
        images/web1.qcow2  qcow2   20 GiB  192 KiB
        """,
        run(at, "volume", "list", "images").out());
    assertEquals(
        new Ran(0, "resized images/web1.qcow2 on h1\n", ""),
        run(at, "volume", "resize", "images/web1.qcow2", "40GiB"));
    assertEquals(
        """
        volume       images/web1.qcow2
        host         h1
        format       qcow2
        size         40 GiB
        takes        192 KiB of its pool
        builds upon  nothing
        used by      nothing
        """,
        run(at, "volume", "show", "images/web1.qcow2").out());
    assertEquals(
        new Ran(0, "deleted images/web1.qcow2 on h1\n", ""),
        run(at, "volume", "delete", "images/web1.qcow2"));
    assertEquals(
        "pool images on h1 is empty; 'ballast volume create images/NAME SIZE' makes a disk\n",
        run(at, "volume", "list", "images").out());
  }

  @Test
  void aTemplateIsClonedAndTheCloneFlattened() {
    String[] at = {"--host", "h1"};
    put("debian", 10, Optional.empty());

    assertEquals(
        new Ran(0, "cloned images/web1 on h1\n", ""),
        run(at, "volume", "clone", "images/debian", "images/web1", "--linked"));
    assertTrue(run(at, "volume", "show", "images/debian").out().contains("volume images/web1\n"));
    assertEquals(
        new Ran(0, "cloned images/copy on h1\n", ""),
        run(at, "volume", "clone", "images/debian", "images/copy", "--format", "raw"));
    assertEquals(
        new Ran(0, "flattened images/web1 on h1\n", ""),
        run(at, "volume", "flatten", "images/web1"));
    assertEquals(
        new Ran(0, "deleted images/debian on h1\n", ""),
        run(at, "volume", "delete", "images/debian"));
  }

  @Test
  void whatWasFoundOutIsSaid() {
    String[] at = {"--host", "h1"};
    put("base", 10, Optional.empty());
    run(at, "volume", "clone", "images/base", "images/web1", "--linked");

    assertEquals(
        new Ran(0, "checked images/web1 on h1: no errors\n", ""),
        run(at, "volume", "check", "images/web1", "--repair", "leaks"));
    assertEquals(
        new Ran(0, "compared images/web1 on h1: they hold the same\n", ""),
        run(at, "volume", "compare", "images/web1", "images/base"));
    assertEquals(
        new Ran(
            0,
            "a copy of images/web1 in qcow2 takes 1 MiB, and 10 GiB if all of it were written\n",
            ""),
        run(at, "volume", "measure", "images/web1"));
    assertEquals(
        new Ran(0, "committed images/web1 on h1\n", ""),
        run(at, "volume", "commit", "images/web1", "images/base"));
    put("other", 10, Optional.empty());
    assertEquals(
        new Ran(0, "rebased images/web1 on h1\n", ""),
        run(at, "volume", "rebase", "images/web1", "images/other"));
    assertEquals(
        new Ran(
            1, "", "ballast: comparing images/web1 on h1 failed: they differ, first at byte 0\n"),
        run(at, "volume", "compare", "images/web1", "images/other"));
  }

  @Test
  void aFolderHasNoTrash() {
    put("web1", 10, Optional.empty());

    Ran refused = fleet.run("volume", "trash", "images/web1", "--host", "h1");

    assertEquals(1, refused.code());
    assertTrue(refused.err().contains("pools of Ceph only"), refused::err);
  }

  @Test
  void aContentIsKeptUnderAName() {
    String[] at = {"--host", "h1"};
    put("web1", 10, Optional.empty());
    assertEquals(
        new Ran(0, "no snapshots in images/web1 on h1\n", ""),
        run(at, "volume", "snapshots", "images/web1"));

    assertEquals(
        new Ran(0, "kept the content of images/web1 on h1\n", ""),
        run(at, "volume", "snapshot", "images/web1", "before"));
    assertEquals(
        """
        SNAPSHOT  MADE                 OF
        before    1970-01-01 00:00:00  the disk
        """,
        run(at, "volume", "snapshots", "images/web1").out());
    assertEquals(
        new Ran(0, "reverted images/web1 on h1\n", ""),
        run(at, "volume", "revert", "images/web1", "before"));
    assertEquals(
        new Ran(0, "deleted a snapshot of images/web1 on h1\n", ""),
        run(at, "volume", "delete-snapshot", "images/web1", "before"));
    assertEquals(1, run(at, "volume", "revert", "images/web1", "before").code());
  }

  @Test
  void imagesGoOutAndComeBack() {
    String[] at = {"--host", "h1"};
    put("web1", 10, Optional.empty());

    assertEquals(
        new Ran(0, "exported images/web1 as web1.vhdx on h1\n", ""),
        run(at, "image", "export", "images/web1", "web1.vhdx", "--form", "vhdx"));
    assertEquals(
        new Ran(0, "imported web1.vhdx as images/back on h1\n", ""),
        run(at, "image", "import", "web1.vhdx", "images/back", "--format", "raw"));
    assertEquals(
        new Ran(
            1,
            "",
            "ballast: importing none as images/x on h1 failed: there is no file none to import\n"),
        run(at, "image", "import", "none", "images/x"));
    assertUsage("has a slash", "image", "import", "../../etc/shadow", "images/x");
    assertUsage("say what to do", "image");
  }

  @Test
  void thePoolSaysWhichHostIsMeantWhereOnlyOneHasIt() {
    fleet.until(seen -> seen.hosts().getFirst().storage().orElseThrow().pools().size() == 2);

    assertEquals(
        new Ran(0, "created fast/log on h1\n", ""),
        fleet.run("volume", "create", "fast/log", "512MiB", "--format", "raw"));
    assertEquals(
        new Ran(
            1, "", "ballast: several hosts have a pool 'images'; name one with --host: h1, h2\n"),
        fleet.run("volume", "create", "images/x", "1GiB"));
    assertEquals(
        new Ran(
            1,
            "",
            "ballast: no host has a pool 'image'; did you mean 'images'? ('ballast pool list'"
                + " shows them); a new one is known with the next beat of its host, some 10 s"
                + " later; --host NAME asks its agent at once\n"),
        fleet.run("volume", "list", "image"));
  }

  @Test
  void whatUsesAVolumeIsNamedAndKeepsIt() {
    put("base", 10, Optional.empty());
    put("web1", 10, Optional.of("images/base"));

    assertEquals(
        new Ran(1, "", "ballast: volume images/base is used by volume images/web1\n"),
        run(new String[] {"--host", "h1"}, "volume", "delete", "images/base"));
    assertTrue(
        run(new String[] {"--host", "h1"}, "volume", "show", "images/web1")
            .out()
            .contains("builds upon  images/base\n"));
  }

  @Test
  void aStorageAgentMayLookForAWhileBeforeItAnswers() {
    String[] at = {"--host", "h1"};
    run(at, "volume", "create", "images/web1", "1GiB");
    run(at, "volume", "list", "images");
    run(at, "volume", "show", "images/web1");
    run(at, "volume", "snapshots", "images/web1");
    run(at, "volume", "measure", "images/web1");
    run(at, "volume", "cancel", "4711");
    run(at, "pool", "show", "images");
    run(at, "pool", "trash", "images");
    run(at, "pool", "refresh", "images");
    Map<String, Duration> asked = fleet.asked();
    Duration minute = Duration.ofSeconds(60);
    Duration usual = Duration.ofSeconds(5);
    assertEquals(
        Map.of(
            "storage.create-volume", minute,
            "storage.list-volumes", minute,
            "storage.inspect-volume", minute,
            "storage.list-snapshots", minute,
            "storage.measure-volume", minute,
            "storage.list-trash", minute,
            "storage.refresh-pool", minute,
            "storage.inspect-operation", usual,
            "scheduler.inspect-fleet", usual),
        asked);

    run(at, "volume", "list", "images", "--timeout", "20s");
    assertEquals(Duration.ofSeconds(20), fleet.asked().get("storage.list-volumes"));
    assertEquals(Duration.ofSeconds(20), fleet.asked().get("scheduler.inspect-fleet"));
  }

  @Test
  void anOrderThatWasNotAnsweredMayYetGoOn() {
    h1.hang();
    Ran ran =
        run(
            new String[] {"--host", "h1"},
            "volume",
            "create",
            "images/web1",
            "1GiB",
            "--timeout",
            "10s");
    assertEquals(4, ran.code(), ran::toString);
    assertTrue(
        ran.err().startsWith("ballast: creating images/web1 on h1: storage.h1 gave no answer"),
        ran::toString);
    assertTrue(ran.err().contains("; if it was begun, it goes on as operation "), ran::toString);
  }

  @Test
  void whatALookWaitsForIsShown() {
    h1.hang();
    SimulatedFleet.Running list =
        fleet.start(
            Optional.of(new Terminal.Size(80, 40)), "volume", "list", "images", "--host", "h1");
    list.until(out -> out.matches("(?s).*waiting for the storage agent of h1, \\d+ s.*"));
    Ran ran = list.interrupt();
    assertEquals(4, ran.code(), ran::toString);
    assertTrue(ran.err().contains("interrupted"), ran::toString);
  }

  @Test
  void badInputIsRefusedWhereItIsTyped() {
    assertUsage("'20': expected a number", "volume", "create", "images/x", "20");
    assertUsage("'images' is no volume", "volume", "create", "images", "20GiB");
    assertUsage("means a folder", "volume", "delete", "images/..");
    assertUsage("multiple of 512", "volume", "create", "images/x", "1000B");
    assertUsage("multiple of 512", "volume", "create", "images/x", "0GiB");
    assertUsage("multiple of 512", "volume", "resize", "images/x", "4096TiB");
    assertUsage("power of two", "volume", "create", "images/x", "1GiB", "--cluster-size", "1000B");
    assertUsage(
        "for qcow2 only",
        "volume",
        "create",
        "images/x",
        "1GiB",
        "--format",
        "raw",
        "--cluster-size",
        "64KiB");
    assertUsage("say what to do", "volume");
    assertUsage("say what to do", "pool");
  }

  private void assertUsage(String words, String... args) {
    Ran ran = fleet.run(args);
    assertEquals(2, ran.code(), ran::toString);
    assertTrue(ran.err().contains(words), ran::toString);
  }

  private void put(String name, long gib, Optional<String> backing) {
    h1.put(
        new Volume(
            new VolumeId("images", name),
            "qcow2",
            Bytes.ofMiB(gib * 1024),
            Bytes.ofMiB(1),
            backing,
            List.of()));
  }

  private Ran run(String[] at, String... args) {
    String[] all = java.util.Arrays.copyOf(args, args.length + at.length);
    System.arraycopy(at, 0, all, args.length, at.length);
    return fleet.run(all);
  }

  @Test
  void anImageOfAServerBecomesADisk() {
    String[] at = {"--host", "h1"};
    String address = "https://images.example/debian.qcow2";
    h1.image(address, Bytes.ofMiB(2048), Bytes.ofMiB(300));

    assertEquals(
        new Ran(0, "imported " + address + " as images/debian on h1\n", ""),
        run(at, "image", "import", address, "images/debian", "--sha256", "0".repeat(64)));
    Ran elsewhere = run(at, "image", "import", "https://evil.example/x", "images/x");
    assertEquals(1, elsewhere.code());
    assertTrue(elsewhere.err().contains("add the beginning of that address"), elsewhere.err());
    assertEquals(2, run(at, "image", "import", "file", "images/x", "--sha256", "00").code());
    assertEquals(2, run(at, "image", "import", "ftp://x/y", "images/x").code());
  }
}
