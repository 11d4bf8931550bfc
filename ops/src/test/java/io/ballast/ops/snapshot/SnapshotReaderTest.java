package io.ballast.ops.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Bytes;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostBeat;
import io.ballast.messages.HostId;
import io.ballast.messages.Vm;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SnapshotReaderTest {
  private static final String HOST =
      """
      {"id": "h1", "cpu": 4, "mem": 1024}\
      """;
  private static final String VM =
      """
      {"id": "web", "host": "h1", "vcpus": 2, "cpu": 0.5, "mem": 256}\
      """;

  @TempDir Path folder;

  @Test
  void aFileOfThePlainFormatIsReadAsItStands() throws IOException {
    Snapshot snapshot = sample();

    assertEquals(
        new Snapshot.Header("two-racks", "two-racks", Optional.empty(), 7, "drain", 1000),
        snapshot.header());
    assertEquals("[left, middle, right]", snapshot.hosts().keySet().toString());
    Host middle = snapshot.hosts().get(new HostId("middle"));
    assertEquals(
        new Host(
            new HostId("middle"),
            0,
            new HostBeat.Capacity(7.5, Bytes.ofMiB(16384)),
            Host.State.DRAIN,
            Host.Measures.NONE,
            Host.Standing.USUAL,
            Marks.NONE),
        middle);
    assertEquals(1, snapshot.hosts().lastEntry().getValue().rack());
    assertEquals(Set.of(new HostId("middle")), snapshot.emptied());
    assertEquals(
        new Guest(
            "vm-00001",
            new HostId("left"),
            new Vm(
                Guest.identity("vm-00001"),
                "vm-00001",
                VmState.RUNNING,
                4,
                3,
                Bytes.ofMiB(4096),
                Bytes.ofMiB(4096),
                Vm.Traffic.NONE),
            12.5,
            List.of(),
            Optional.empty(),
            Marks.NONE),
        snapshot.guests().firstEntry().getValue());
  }

  @Test
  void anIdOfTheFileIsFoundAgain() throws IOException {
    Snapshot snapshot = sample();

    for (Guest guest : snapshot.guests().values()) {
      assertEquals(guest.id(), snapshot.idOf(guest.vm().id()));
    }
    VmId stranger = Guest.identity("vm-9");
    assertThrows(IllegalArgumentException.class, () -> snapshot.idOf(stranger));
  }

  @Test
  void anIdThatIsAUuidIsTheVmsOwn() throws IOException {
    String uuid = "0B2C5E4A-26F5-4F1A-9D0D-3B7D6C1E8F90";
    Snapshot snapshot = read(file(HOST, VM.replace("web", uuid)));

    VmId vm = snapshot.guests().firstEntry().getKey();
    assertEquals(UUID.fromString(uuid), vm.value());
    assertEquals(uuid, snapshot.idOf(vm));
  }

  @Test
  void allThatAFileMaySayIsRead() throws IOException {
    String host =
        """
        {"id": "h1", "rack": 3, "cpu": 4, "mem": 1024, "state": "up", "used": 300.5, "busy": 0.25,
         "load": [1, 2.5, 3], "pressure": {"cpu": 0.1, "memory": 0.2, "memoryFull": 0.15, "io": 0.3,
         "ioFull": 0.05}, "steal": 0.01, "status": "suspect", "hypervisor": "stuck", "age": 2.5,
         "interval": 5, "agent": "1.2", "labels": {"disk": "ssd", "cage": "7"}, "groups": ["a"]}\
        """;
    String vm =
        """
        {"id": "web", "host": "h1", "vcpus": 2, "cpu": 0.5, "mem": 256, "dirty": 3, "name": "Web",
         "state": "shut-off", "resident": 128, "traffic": {"read": 1, "written": 2, "received": 3,
         "sent": 4}, "elsewhere": ["h2"], "age": 0.5, "labels": {"tier": "1"},
         "groups": ["x", "y"]}\
        """;

    Snapshot snapshot =
        read(
            """
            {"name": "n", "cluster": "lab", "at": "2025-03-01T12:00:00Z", "seed": -4,
             "scenario": "s", "bandwidth": 500, "format": 1,
             "hosts": [%s, %s], "vms": [%s]}\
            """
                .formatted(host, HOST.replace("h1", "h2"), vm));

    assertEquals(
        new Snapshot.Header(
            "n", "lab", Optional.of(Instant.parse("2025-03-01T12:00:00Z")), -4, "s", 500),
        snapshot.header());
    assertEquals(
        new Host(
            new HostId("h1"),
            3,
            new HostBeat.Capacity(4, Bytes.ofMiB(1024)),
            Host.State.UP,
            new Host.Measures(
                Optional.of(Bytes.ofKiB(307_712)),
                Optional.of(0.25),
                Optional.of(new Host.LoadAverages(1, 2.5, 3)),
                Optional.of(new HostBeat.Pressure(0.1, 0.2, 0.15, 0.3, 0.05)),
                Optional.of(0.01)),
            new Host.Standing(
                Fleet.Status.SUSPECT,
                HostBeat.Health.STUCK,
                Duration.ofMillis(2500),
                Duration.ofSeconds(5),
                Optional.of("1.2")),
            new Marks(new TreeMap<>(Map.of("disk", "ssd", "cage", "7")), List.of("a"))),
        snapshot.hosts().firstEntry().getValue());
    assertEquals(
        new Guest(
            "web",
            new HostId("h1"),
            new Vm(
                Guest.identity("web"),
                "Web",
                VmState.SHUT_OFF,
                2,
                0.5,
                Bytes.ofMiB(256),
                Bytes.ofMiB(128),
                new Vm.Traffic(Bytes.ofMiB(1), Bytes.ofMiB(2), Bytes.ofMiB(3), Bytes.ofMiB(4))),
            3,
            List.of(new HostId("h2")),
            Optional.of(Duration.ofMillis(500)),
            new Marks(new TreeMap<>(Map.of("tier", "1")), List.of("x", "y"))),
        snapshot.guests().firstEntry().getValue());
  }

  @Test
  void whatIsNotKnownIsPassedOver() throws IOException {
    Snapshot plain = read(file(HOST, VM));
    Snapshot more =
        read(
            """
            {"vms": [%s], "colour": {"deep": [1, {"hosts": 2}]}, "hosts": [%s], "at": null}\
            """
                .formatted(
                    VM.replace("{", "{\"note\": [{}], \"name\": null, "),
                    HOST.replace("{", "{\"kernel\": \"6.1\", \"used\": null, ")));

    assertEquals(plain, more);
    assertEquals("fleet", plain.header().name());
  }

  @Test
  void aVmThatDoesNotFitIsNoError() throws IOException {
    Snapshot snapshot = read(file(HOST, VM.replace("256", "4096").replace("0.5", "64")));

    assertEquals(Bytes.ofMiB(4096), snapshot.guests().firstEntry().getValue().vm().memory());
  }

  @Test
  void aFileIsReadByItsPath() throws IOException {
    Path file = Files.writeString(folder.resolve("fleet.json"), "\uFEFF" + file(HOST, VM));

    assertEquals(read(file(HOST, VM)), SnapshotReader.read(file));
  }

  @Test
  void theExampleInTheDocumentationIsRead() throws IOException {
    String example =
        Files.readString(Path.of("docs/snapshot.md"))
            .lines()
            .dropWhile(line -> !line.startsWith("    {\"name\""))
            .takeWhile(line -> line.startsWith("    "))
            .collect(Collectors.joining("\n"));

    Snapshot snapshot = read(example);

    assertEquals("lab", snapshot.header().cluster());
    assertEquals("[h1, h2]", snapshot.hosts().keySet().toString());
    Guest web = snapshot.guests().firstEntry().getValue();
    assertEquals("web1", web.vm().name());
    assertEquals(Bytes.ofMiB(6144), web.vm().resident());
  }

  // ---- errors

  /** What is put in the place of what, and what is said of it after the file's name. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'\"h1\", \"cpu\"' | '\"h.1\", \"cpu\"' | host h.1: 'id': 'h.1' is no host name: use 1 to"
            + " 63 letters, digits, - or _",
        "'\"id\": \"h1\",' | '' | host number 1: 'id' is missing; it must be a text",
        "'\"id\": \"h1\",' | '\"id\": 7,' | host number 1: 'id' is 7; it must be a text that is"
            + " not empty",
        "'\"cpu\": 4' | '\"cpu\": 0' | host h1: 'cpu' is 0; it must be a number between 0.001 and"
            + " 10^9",
        "'\"cpu\": 4' | '\"cpu\": 1e-320' | host h1: 'cpu' is 1.0E-320; it must be a number between"
            + " 0.001 and 10^9",
        "'\"cpu\": 4' | '\"cpu\": 1e308' | host h1: 'cpu' is 1.0E308; it must be a number between"
            + " 0.001 and 10^9",
        "'\"cpu\": 4' | '\"cpu\": -4' | host h1: 'cpu' is -4; it must be a number between 0.001 and"
            + " 10^9",
        "'\"cpu\": 4' | '\"cpu\": \"4\"' | host h1: 'cpu' is \"4\"; it must be a number between"
            + " 0.001 and 10^9",
        "'\"cpu\": 4' | '\"cpu\": 1e999' | host h1: 'cpu' is \"Infinity\"; it must be a number"
            + " between 0.001 and 10^9",
        "'\"cpu\": 4' | '\"ram\": 4' | host h1: 'cpu' is missing; it must be a number between 0.001"
            + " and 10^9",
        "'1024' | '0' | host h1: 'mem' is 0; it must be a number of MiB above 0, and at most 2^30",
        "'1024' | '1e10' | host h1: 'mem' is 1.0E10; it must be a number of MiB above 0, and at"
            + " most 2^30",
        "'1024' | '8, \"rack\": -1' | host h1: 'rack' is -1; it must be a whole number of at least"
            + " 0",
        "'1024' | '8, \"rack\": 1.5' | host h1: 'rack' is 1.5; it must be a whole number of at"
            + " least 0",
        "'1024' | '8, \"state\": \"gone\"' | host h1: 'state' is \"gone\"; it must be one of"
            + " \"up\", \"drain\"",
        "'1024' | '8, \"status\": \"UP\"' | host h1: 'status' is \"UP\"; it must be one of \"up\","
            + " \"suspect\", \"silent\", \"doubled\"",
        "'1024' | '8, \"busy\": 1.1' | host h1: 'busy' is 1.1; it must be a share between 0 and 1",
        "'1024' | '8, \"used\": -1' | host h1: 'used' is -1; it must be a number of MiB between 0"
            + " and 2^30",
        "'1024' | '8, \"load\": [1, 2]' | host h1: 'load' is [1,2]; it must be a list of 3 numbers",
        "'1024' | '8, \"load\": [1, 2, -3]' | host h1: 'load' is -3; it must be a number between 0"
            + " and 10^9",
        "'1024' | '8, \"pressure\": {\"io\": 5}' | host h1: 'pressure': 'io' is 5; it must be a"
            + " share between 0 and 1",
        "'1024' | '8, \"pressure\": 0.1' | host h1: 'pressure' is 0.1; it must be an object, such"
            + " as {}",
        "'1024' | '8, \"age\": -1' | host h1: 'age' is -1; it must be a number of seconds between"
            + " 0 and 10^10",
        "'1024' | '8, \"interval\": 0' | host h1: 'interval' is 0; it must be a number of seconds"
            + " between 0.001 and 86400",
        "'1024' | '8, \"labels\": {\"a\": 1}' | host h1: 'labels': 'a' is 1; it must be a text"
            + " that is not empty",
        "'1024' | '8, \"groups\": \"a\"' | host h1: 'groups' is \"a\"; it must be a list of texts",
        "'\"vcpus\": 2' | '\"vcpus\": 0' | VM web: 'vcpus' is 0; it must be a whole number of at"
            + " least 1",
        "'0.5' | '-0.5' | VM web: 'cpu' is -0.5; it must be a number between 0 and 10^9",
        "'256' | '-1' | VM web: 'mem' is -1; it must be a number of MiB between 0 and 2^30",
        "'256' | '2, \"dirty\": -1' | VM web: 'dirty' is -1; it must be a number between 0 and"
            + " 10^9",
        "'256' | '2, \"state\": \"up\"' | VM web: 'state' is \"up\"; it must be one of"
            + " \"running\", \"paused\", \"shutting-down\", \"shut-off\", \"crashed\","
            + " \"sleeping\"",
        "'256' | '2, \"elsewhere\": [\"h1\"]' | VM web: it is on h1, so it is not elsewhere there;"
            + " name other hosts only",
      })
  void aWrongValueIsNamedWithItsPlaceAndWhatItMustBe(String of, String by, String said) {
    assertRefused("fleet.json, line 3, " + said, file(HOST, VM).replace(of, by));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'\"seed\": 1.5' | 'seed' is 1.5; it must be a whole number",
        "'\"name\": \" \"' | 'name' is \" \"; it must be a text that is not empty",
        "'\"bandwidth\": 0' | 'bandwidth' is 0; it must be a number between 0.001 and 10^9",
        "'\"at\": \"noon\"' | 'at' is \"noon\"; it must be a moment from 1970 to 9999, such as"
            + " \"2025-03-01T12:00:00Z\"",
        "'\"at\": \"+10000-01-01T00:00:00Z\"' | 'at' is \"+10000-01-01T00:00:00Z\"; it must be a"
            + " moment from 1970 to 9999, such as \"2025-03-01T12:00:00Z\"",
        "'\"at\": \"1969-12-31T23:59:59Z\"' | 'at' is \"1969-12-31T23:59:59Z\"; it must be a"
            + " moment from 1970 to 9999, such as \"2025-03-01T12:00:00Z\"",
        "'\"format\": 2' | its format is 2, and this version of Ballast reads up to 1; read it"
            + " with a newer one",
      })
  void aWrongValueOfTheWholeIsNamed(String value, String said) {
    assertRefused("fleet.json: " + said, file(HOST, VM).replaceFirst("\\{", "{" + value + ", "));
  }

  @Test
  void anIdThatIsThereTwiceIsRefused() {
    assertRefused(
        "fleet.json: host h1 is there twice; remove one, or give it another id",
        file(HOST + "," + HOST, VM));
    assertRefused(
        "fleet.json: VM web is there twice; remove one, or give it another id",
        file(HOST, VM + "," + VM));
  }

  @Test
  void aVmOnAHostThatIsNotThereIsRefusedWithNearMatches() {
    assertRefused(
        "fleet.json: VM web is on host h11, which is none of the hosts; add that"
            + " host or correct the VM; did you mean 'h1'?",
        file(HOST, VM.replace("h1", "h11")));
    assertRefused(
        "fleet.json: VM web is also on host other, which is none of the hosts; add that host or"
            + " correct the VM",
        file(HOST, VM.replace("256", "256, \"elsewhere\": [\"other\"]")));
  }

  @Test
  void whatIsNoSnapshotIsRefused() {
    assertRefused("fleet.json: there is no host; a picture has at least one", file("", ""));
    assertRefused(
        "fleet.json holds no snapshot: 'vms' is missing; it must be a list",
        "{\"hosts\": [" + HOST + "]}");
    assertRefused("fleet.json, line 2: 'hosts' must be a list, such as []", "{\n\"hosts\": {}}");
    assertRefused("fleet.json, line 1: each of 'vms' must be an object: {...}", "{\"vms\": [7]}");
    String noObject =
        "fleet.json holds no snapshot: it must be a JSON object that lists 'hosts' and 'vms'";
    assertRefused(noObject, "[]");
    assertRefused(noObject, "");
    assertRefused(
        "fleet.json, line 6: something follows the snapshot's end; remove it",
        file(HOST, VM) + "\n{}");
  }

  @Test
  void whatIsNoJsonIsRefusedWithItsLine() {
    assertRefused(
        "fleet.json, line 2: this is no JSON: Unexpected end-of-input: expected close marker for"
            + " Array",
        "{\"hosts\": [" + HOST + "\n");
    assertRefused(
        "fleet.json, line 1: this is no JSON: Duplicate field 'mem'",
        "{\"hosts\": [" + HOST.replace("cpu", "mem") + "]}");
    String nan = thrown("{\"hosts\": [" + HOST.replace("4", "NaN") + "]}");
    assertTrue(
        nan.startsWith("fleet.json, line 1: this is no JSON: Non-standard token 'NaN'"), nan);
  }

  @Test
  void moreThanIsReadIsRefused() throws IOException {
    String hosts =
        IntStream.rangeClosed(0, Snapshot.MOST_HOSTS)
            .mapToObj(number -> HOST.replace("h1", "h" + number))
            .collect(Collectors.joining(","));
    Path large = folder.resolve("large.json");
    try (RandomAccessFile file = new RandomAccessFile(large.toFile(), "rw")) {
      file.setLength(SnapshotReader.LARGEST + 1);
    }

    assertRefused("fleet.json: there are more than 100000 hosts; leave some out", file(hosts, ""));
    SnapshotException refused =
        assertThrows(SnapshotException.class, () -> SnapshotReader.read(large));
    assertEquals(large + " is too large: more than 256 MiB are not read", refused.getMessage());
    String deep = thrown("{\"more\": " + "[".repeat(40) + "]".repeat(40) + "}");
    assertTrue(deep.startsWith("fleet.json: something is larger or deeper than is read: "), deep);
  }

  @Test
  void aFileThatCannotBeReadIsNamed() {
    Path none = folder.resolve("none.json");

    assertEquals(
        "there is no snapshot " + none,
        assertThrows(SnapshotException.class, () -> SnapshotReader.read(none)).getMessage());
    assertEquals(
        "cannot read the snapshot " + folder + ": Is a directory",
        assertThrows(SnapshotException.class, () -> SnapshotReader.read(folder)).getMessage());
  }

  static Snapshot sample() throws IOException {
    try (InputStream in =
        SnapshotReaderTest.class.getResourceAsStream("/snapshots/two-racks.json")) {
      return SnapshotReader.read("two-racks.json", in);
    }
  }

  /** Hosts and virtual machines are in line 3. */
  private static String file(String hosts, String vms) {
    return "{\n\"hosts\":\n[" + hosts + "], \"vms\": [" + vms + "]\n}\n";
  }

  static Snapshot read(String json) throws IOException {
    return SnapshotReader.read(
        "fleet.json", new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
  }

  private static String thrown(String json) {
    SnapshotException refused = assertThrows(SnapshotException.class, () -> read(json));
    return String.valueOf(refused.getMessage());
  }

  private static void assertRefused(String said, String json) {
    assertEquals(said, thrown(json));
  }
}
