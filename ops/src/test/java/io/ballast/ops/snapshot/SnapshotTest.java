package io.ballast.ops.snapshot;

import static io.ballast.ops.screen.SampleFleet.NOW;
import static io.ballast.ops.screen.SampleFleet.vm;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Bytes;
import io.ballast.messages.Decision;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostBeat;
import io.ballast.messages.HostId;
import io.ballast.messages.Move;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import io.ballast.ops.screen.SampleFleet;
import io.ballast.scheduler.core.balance.Past;
import io.ballast.scheduler.core.balance.Planner;
import io.ballast.scheduler.core.policy.Policy;
import io.ballast.scheduler.core.view.ClusterView;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class SnapshotTest {
  private static final Instant LATER = NOW.plusSeconds(1_000_000);

  /** Like the default, but without waiting for anything, be it for surer measurements. */
  private static final Policy AT_ONCE =
      Policy.DEFAULT
          .with(
              new Policy.Thresholds(
                  new Policy.Threshold(0.80, Duration.ZERO, 0.50),
                  new Policy.Threshold(0.85, Duration.ZERO, 0.70),
                  new Policy.Threshold(2.00, Duration.ZERO, 1.00)))
          .with(new Policy.Worth(0.05, 0.01, 0, Bytes.ofMiB(1024), false));

  // ---- looked at

  @Test
  void aPlainHostUsesWhatItsVmsUse() throws IOException {
    ClusterView view = SnapshotReaderTest.sample().view(NOW);

    assertEquals("two-racks", view.cluster());
    HostBeat.Load left = load(view, "left");
    assertEquals(0.5, left.cpu());
    assertEquals(Bytes.ofMiB(6144), left.memoryUsed());
    assertEquals(4, left.average1());
    HostBeat.Load right = load(view, "right");
    assertEquals(0, right.cpu());
    assertEquals(Bytes.ZERO, right.memoryUsed());
    assertEquals(0, right.average15());
    Fleet.Host host = view.host(new HostId("left")).orElseThrow();
    assertEquals(NOW, host.heardAt());
    assertEquals(Fleet.Status.UP, host.status());
    assertEquals(HostBeat.Health.ANSWERING, host.beat().hypervisor().health());
    assertEquals(2, host.beat().vms().size());
  }

  @Test
  void aPlainHostThatIsTooBusyHidesNothing() throws IOException {
    HostBeat.Load middle = load(SnapshotReaderTest.sample().view(NOW), "middle");

    assertEquals(1, middle.cpu());
    assertEquals(9, middle.average1());
    assertEquals(Optional.of(new HostBeat.Pressure(0, 0, 0, 0, 0)), middle.pressure());
  }

  @Test
  void whatIsSaidOfAHostGoesBeforeTheSums() throws IOException {
    Snapshot snapshot =
        SnapshotReaderTest.read(
            """
            {"hosts": [{"id": "h1", "cpu": 4, "mem": 1024, "used": 700, "busy": 0.75,
                        "load": [6, 5, 4], "age": 20}],
             "vms": [{"id": "a", "host": "h1", "vcpus": 1, "cpu": 1, "mem": 64, "resident": 16},
                     {"id": "b", "host": "h1", "vcpus": 1, "cpu": 1, "mem": 64, "age": 30}]}\
            """);

    Fleet.Host host = snapshot.view(NOW).hosts().getFirst();
    HostBeat beat = host.beat();
    assertEquals(0.75, beat.load().cpu());
    assertEquals(Bytes.ofMiB(700), beat.load().memoryUsed());
    assertEquals(6, beat.load().average1());
    assertEquals(Optional.empty(), beat.load().pressure());
    assertEquals(NOW.minusSeconds(20), host.heardAt());
    assertEquals(Optional.of(NOW.minusSeconds(30)), beat.hypervisor().sampledAt());
    assertEquals(Bytes.ofMiB(16), beat.vms().getFirst().resident());
  }

  @Test
  void onlyWhatIsInMemoryCountsForTheSums() throws IOException {
    Snapshot snapshot =
        SnapshotReaderTest.read(
            """
            {"hosts": [{"id": "h1", "cpu": 4, "mem": 1024}],
             "vms": [{"id": "a", "host": "h1", "vcpus": 1, "cpu": 1, "mem": 64, "resident": 16},
                     {"id": "b", "host": "h1", "vcpus": 1, "cpu": 1, "mem": 32},
                     {"id": "c", "host": "h1", "vcpus": 1, "cpu": 1, "mem": 9,
                      "state": "shut-off"}]}\
            """);

    HostBeat beat = snapshot.view(NOW).hosts().getFirst().beat();
    assertEquals(0.5, beat.load().cpu());
    assertEquals(Bytes.ofMiB(48), beat.load().memoryUsed());
    assertEquals(Bytes.ZERO, beat.vms().getLast().resident());
  }

  // ---- taken

  @Test
  void aPictureShowsTheClusterAsItIs() {
    Snapshot snapshot = Snapshot.of(busyFleet(), "lab");

    assertEquals(
        new Snapshot.Header("lab", "lab", Optional.of(NOW), 0, "live", 1100), snapshot.header());
    Host h1 = snapshot.hosts().get(new HostId("h1"));
    assertEquals(
        new Host(
            new HostId("h1"),
            0,
            new HostBeat.Capacity(0.5, Bytes.ofMiB(1024)),
            Host.State.UP,
            new Host.Measures(
                Optional.of(Bytes.ofMiB(320)),
                Optional.of(0.9),
                Optional.of(new Host.LoadAverages(4.5, 0.9 * 3, 0.9)),
                Optional.empty(),
                Optional.empty()),
            new Host.Standing(
                Fleet.Status.UP,
                HostBeat.Health.ANSWERING,
                Duration.ofSeconds(1),
                Duration.ofSeconds(3),
                Optional.of("0.1")),
            Marks.NONE),
        h1);
    Guest web = snapshot.guests().get(SampleFleet.idOf("web"));
    assertEquals(
        new Guest(
            SampleFleet.idOf("web").toString(),
            new HostId("h1"),
            vm("web", 0.2),
            0,
            List.of(),
            Optional.of(Duration.ofSeconds(1)),
            Marks.NONE),
        web);
  }

  @Test
  void theAgeOfALoadThatCouldNotBeMeasuredLatelyAddsUp() {
    Fleet.Host host = SampleFleet.host("h1", 0.1, vm("web", 0.2));
    HostBeat.Load load = host.beat().load();
    HostBeat.Load old =
        new HostBeat.Load(
            load.cpu(),
            load.memoryUsed(),
            load.average1(),
            load.average5(),
            load.average15(),
            load.pressure(),
            load.links(),
            Optional.of(NOW.minusSeconds(40)),
            Optional.of("no /proc"));
    Fleet.Host aged =
        new Fleet.Host(
            host.beat().with(old, host.beat().vms()),
            host.status(),
            host.heardAt(),
            host.storage(),
            host.net());

    Snapshot snapshot = Snapshot.of(SampleFleet.fleet(aged), "lab");

    assertEquals(Duration.ofSeconds(41), snapshot.hosts().firstEntry().getValue().standing().age());
    assertEquals(
        Optional.of(Duration.ofSeconds(1)), snapshot.guests().firstEntry().getValue().age());
    assertEquals(LATER.minusSeconds(41), snapshot.view(LATER).hosts().getFirst().heardAt());
  }

  @Test
  void aVmThatIsNotInMemoryIsNotShown() {
    Fleet fleet =
        SampleFleet.fleet(
            SampleFleet.host("h1", 0.1, vm("off", VmState.SHUT_OFF, 0), vm("on", 0.1)),
            SampleFleet.host("h2", 0.1, vm("off", VmState.SHUT_OFF, 0)));

    assertEquals(
        List.of(SampleFleet.idOf("on")), List.copyOf(Snapshot.of(fleet, "lab").guests().keySet()));
  }

  @Test
  void aVmOnItsWayIsWhereItRunsAndSaidToBeElsewhereToo() {
    Fleet fleet =
        SampleFleet.with(
            SampleFleet.fleet(
                SampleFleet.host("h1", 0.1, vm("web", VmState.PAUSED, 0)),
                SampleFleet.host("h2", 0.1, vm("web", 0.1))),
            List.of(),
            List.of(
                SampleFleet.move("web", "h2", "h1", Move.State.MIGRATING, Duration.ofSeconds(4))),
            List.of());

    Snapshot snapshot = Snapshot.of(fleet, "lab");

    Guest web = snapshot.guests().firstEntry().getValue();
    assertEquals(new HostId("h2"), web.host());
    assertEquals(List.of(new HostId("h1")), web.elsewhere());
    assertEquals(0.5, web.dirty());
    assertEquals(
        VmState.PAUSED, snapshot.view(NOW).hosts().getFirst().beat().vms().getFirst().state());
  }

  @Test
  void aVmThatRunsElsewhereIsNotWhereASilentHostHadIt() {
    Fleet fleet =
        SampleFleet.fleet(
            SampleFleet.host(
                "h1", Fleet.Status.SILENT, Duration.ofSeconds(90), 0.1, vm("web", 0.1)),
            SampleFleet.host("h2", 0.1, vm("web", VmState.PAUSED, 0)));

    Snapshot snapshot = Snapshot.of(fleet, "lab");

    assertEquals(new HostId("h2"), snapshot.guests().firstEntry().getValue().host());
    Fleet.Host silent = snapshot.view(LATER).hosts().getFirst();
    assertEquals(Fleet.Status.SILENT, silent.status());
    assertEquals(LATER.minusSeconds(90), silent.heardAt());
  }

  @Test
  void theBalancerDecidesOverAPictureAsOverTheFleet() throws IOException {
    ClusterView live = new ClusterView("lab", busyFleet().hosts());
    ClusterView kept = reread(Snapshot.of(busyFleet(), "lab")).view(LATER);

    Decision decision = decide(live, NOW);
    Decision again = decide(kept, LATER);

    assertTrue(!decision.moves().isEmpty(), decision.summary());
    assertEquals(decision.moves(), again.moves());
    assertEquals(decision.summary(), again.summary());
    assertEquals(decision.terms(), again.terms());
    assertEquals(decision.objections(), again.objections());
  }

  // ---- written

  @Test
  void eachHostAndEachVmHasALine() throws IOException {
    Fleet fleet = SampleFleet.fleet(SampleFleet.host("h1", 0.5, vm("web", 0.25)));

    assertEquals(
        """
        {"name":"lab","seed":0,"scenario":"live","bandwidth":1100,"format":1,"cluster":"lab",\
        "at":"2025-03-01T12:00:00Z",
        "hosts":[
        {"id":"h1","rack":0,"cpu":0.5,"mem":1024,"state":"up","used":192,"busy":0.5,\
        "load":[2.5,1.5,0.5],"status":"up","hypervisor":"answering","age":1,"interval":3,\
        "agent":"0.1"}],
        "vms":[
        {"id":"%s","host":"h1","vcpus":1,"cpu":0.25,"mem":96,"dirty":0,"name":"web","resident":64,\
        "age":1}]}
        """
            .formatted(SampleFleet.idOf("web")),
        written(Snapshot.of(fleet, "lab")));
  }

  @Test
  void whatWasReadIsWrittenAgain() throws IOException {
    Snapshot sample = SnapshotReaderTest.sample();
    Snapshot marked =
        SnapshotReaderTest.read(
            """
            {"hosts": [{"id": "h1", "cpu": 4, "mem": 1024, "steal": 0.5, "state": "drain",
                        "labels": {"b": "1", "a": "\u00e9"}, "groups": ["x"]}],
             "vms": [{"id": "a", "host": "h1", "vcpus": 1, "cpu": 1, "mem": 64,
                      "labels": {"tier": "1"}, "groups": ["y", "x"], "state": "crashed"}]}\
            """);

    assertEquals(sample, reread(sample));
    assertEquals(marked, reread(marked));
    assertEquals(written(marked), written(reread(marked)));
  }

  // ---- bounds

  @Test
  void aPictureHasNoMoreVmsThanItMay() throws IOException {
    Snapshot one = SnapshotReaderTest.sample();
    Guest guest = one.guests().firstEntry().getValue();
    SequencedMap<VmId, Guest> many = new LinkedHashMap<>();
    for (long number = 0; number <= Snapshot.MOST_GUESTS; number++) {
      many.put(new VmId(new UUID(1, number)), guest);
    }

    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                new Snapshot(
                    one.header(), one.hosts(), Collections.unmodifiableSequencedMap(many)));

    assertEquals("there are more than 1000000 VMs; leave some out", refused.getMessage());
  }

  @Test
  void aClusterWithoutHostsMakesNoPicture() {
    Fleet fleet = busyFleet();

    assertThrows(IllegalArgumentException.class, () -> Snapshot.of(fleet, "elsewhere"));
  }

  /** Three hosts of which one has far more to do than the others. */
  private static Fleet busyFleet() {
    return SampleFleet.fleet(
        SampleFleet.host("h1", 0.9, vm("web", 0.2), vm("db", 0.15), vm("mail", 0.05)),
        SampleFleet.host("h2", 0.1, vm("old", 0.05)),
        SampleFleet.host("h3", 0.05));
  }

  private static Decision decide(ClusterView view, Instant now) {
    return Planner.decided(new Planner(AT_ONCE).dryRun(List.of(view), Past.NONE, now).conclude())
        .orElseThrow();
  }

  private static HostBeat.Load load(ClusterView view, String host) {
    return view.host(new HostId(host)).orElseThrow().beat().load();
  }

  static String written(Snapshot snapshot) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new SnapshotWriter(out).write(snapshot);
    return out.toString(StandardCharsets.UTF_8);
  }

  static Snapshot reread(Snapshot snapshot) throws IOException {
    return SnapshotReaderTest.read(written(snapshot));
  }
}
