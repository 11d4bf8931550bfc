package io.ballast.ops.screen;

import static io.ballast.ops.screen.SampleFleet.NOW;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ballast.messages.Alert;
import io.ballast.messages.Bytes;
import io.ballast.messages.Event;
import io.ballast.messages.HostId;
import io.ballast.messages.Move;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class EventLineTest {
  private static final EventLine LINE = new EventLine(Ink.PLAIN);

  @Test
  void movesAreToldWithWhatIsKnownOfThem() {
    assertEquals("move      web1  h1 → h2  planned", of(Move.State.PLANNED));
    assertEquals(
        "move      web1  h1 → h2  migrating: 40 MiB of 128 MiB left", of(Move.State.MIGRATING));
    assertEquals(
        "move      web1  h1 → h2  done: moved in 12.3 s, paused for 85 ms, sent 110 MiB",
        of(Move.State.DONE));
    assertEquals(
        "move      web1  h1 → h2  failed: the target has no room; free some memory there",
        of(Move.State.FAILED));
  }

  private static String of(Move.State state) {
    return LINE.of(
        new Event.MoveChanged(SampleFleet.move("web1", "h1", "h2", state, Duration.ZERO)));
  }

  @Test
  void alertsAreToldWithTheirEvidence() {
    assertEquals(
        "ALERT     h1 is silent; VMs there: web1, db; No beat for 12 s where one is due every 3 s.;"
            + " The other 2 hosts are heard.",
        LINE.of(new Event.AlertRaised(SampleFleet.silence("h1", Optional.empty()))));
    assertEquals(
        "resolved  h1 is no longer missed, 6 s after its alert",
        LINE.of(new Event.AlertResolved(SampleFleet.silence("h1", Optional.of(NOW)))));
  }

  @Test
  void everyAlertAndItsEndAreToldForWhatTheyAre() {
    assertTold(
        Alert.Verdict.HYPERVISOR_STUCK,
        "h1 has a hypervisor that does not answer; VMs there: web1",
        "the hypervisor of h1 is no longer stuck",
        "web1");
    assertTold(
        Alert.Verdict.VM_DOUBLED,
        "web1 is active on h1 and elsewhere too",
        "web1 is no longer active on two hosts",
        "web1");
    assertTold(
        Alert.Verdict.VM_LOST,
        "web1 is active nowhere since its move from h1",
        "web1 is no longer missed",
        "web1");
    assertTold(
        Alert.Verdict.VM_ID_SHARED,
        "db1 and web1 carry one UUID",
        "db1 and web1 no longer carry one UUID while active",
        "db1",
        "web1");
    assertTold(
        Alert.Verdict.HOST_DOUBLED,
        "h1 is the name of two agents",
        "h1 is no longer the name of two agents",
        "web1");
    assertTold(
        Alert.Verdict.CLOCK_SKEWED,
        "h1 has a clock that is wrong; VMs there: web1",
        "the clock of h1 is no longer wrong",
        "web1");
  }

  @Test
  void whatIsWrongWithAPartIsToldByThatAndAtItsEndWhy() {
    assertPart(Alert.Verdict.POOL_FILLING, "is nearly full", "is no longer nearly full");
    assertPart(Alert.Verdict.POOL_FULL, "is as good as full", "is no longer as good as full");
    assertPart(Alert.Verdict.STORAGE_WORN, "is worn", "is no longer worn");
    assertPart(Alert.Verdict.STORAGE_FAILING, "fails", "no longer fails");
    assertPart(
        Alert.Verdict.VOLUMES_KEPT,
        "still has volumes kept for it",
        "has no volumes kept for it any more");
    assertPart(Alert.Verdict.PORT_DIFFERS, "is not as wanted", "is as wanted again");
    assertPart(Alert.Verdict.UPLINK_DOWN, "is down", "is no longer down");
    assertPart(
        Alert.Verdict.UPLINK_BUSY,
        "carries nearly all that it can",
        "no longer carries nearly all that it can");
    assertPart(
        Alert.Verdict.UPLINK_IDLE, "carries next to nothing", "no longer carries next to nothing");
  }

  @Test
  void anArrayIsDegradedAndNotWorn() {
    assertEquals(
        "ALERT     array md0 of h1 is degraded; Why this is believed.",
        LINE.of(
            new Event.AlertRaised(
                SampleFleet.alertOf(
                    "array md0", Alert.Verdict.STORAGE_WORN, "h1", Optional.empty()))));
  }

  private static void assertPart(Alert.Verdict verdict, String what, String over) {
    assertEquals(
        "ALERT     pool images of h1 " + what + "; Why this is believed.",
        LINE.of(
            new Event.AlertRaised(
                SampleFleet.alertOf("pool images", verdict, "h1", Optional.empty()))));
    assertEquals(
        "resolved  pool images of h1 "
            + over
            + ", 1 min 15 s after its alert; Why this is believed.",
        LINE.of(
            new Event.AlertResolved(
                SampleFleet.alertOf("pool images", verdict, "h1", Optional.of(NOW)))));
  }

  private static void assertTold(Alert.Verdict verdict, String what, String over, String... vms) {
    assertEquals(
        "ALERT     " + what + "; Why this is believed.",
        LINE.of(new Event.AlertRaised(SampleFleet.alert(verdict, "h1", Optional.empty(), vms))));
    assertEquals(
        "resolved  " + over + ", 1 min 15 s after its alert",
        LINE.of(new Event.AlertResolved(SampleFleet.alert(verdict, "h1", Optional.of(NOW), vms))));
  }

  @Test
  void aMoveInDoubtSaysWhatItWaitsFor() {
    assertEquals(
        "web1  h1 → h2  in doubt",
        new MoveLine(Ink.PLAIN)
            .of(SampleFleet.move("web1", "h1", "h2", Move.State.UNKNOWN, Duration.ZERO)));
  }

  @Test
  void theEndOfWorkIsToldWithItsReason() {
    Outcome failed = new Outcome.Failed(Reason.NO_ROOM, "h2 is full");

    assertEquals(
        "finished  " + SampleFleet.idOf("web1") + " on h1: failed: h2 is full",
        LINE.of(
            new Event.OperationFinished(
                new OperationId("7"), new HostId("h1"), SampleFleet.idOf("web1"), failed, NOW)));
  }

  @Test
  void workOnDisksIsToldWithTheIdByWhichItIsCancelled() {
    HostId h1 = new HostId("h1");
    assertEquals(
        "progress  images/web1 on h1: 4 MiB of 16 MiB; operation 7",
        LINE.of(
            new Event.WorkProgressed(
                new OperationId("7"), h1, "images/web1", Bytes.ofMiB(4), Bytes.ofMiB(16))));
    assertEquals(
        "finished  images/web1 on h1: done; operation 7",
        LINE.of(
            new Event.WorkFinished(
                new OperationId("7"), h1, "images/web1", new Outcome.Done(Optional.empty()), NOW)));
  }

  @Test
  void decisionsAreToldWithTheirCluster() {
    assertEquals(
        "decided   lab: nothing to do",
        LINE.of(new Event.Decided(SampleFleet.decision(Duration.ZERO, "nothing to do"))));
  }

  @Test
  void figuresAreAsExactAsTheyAreUseful() {
    assertEquals("85 ms", Figures.duration(Duration.ofMillis(85)));
    assertEquals("12.3 s", Figures.duration(Duration.ofMillis(12_340)));
    assertEquals("3 min 5 s", Figures.duration(Duration.ofMillis(185_400)));
    assertEquals("2 h", Figures.age(Duration.ofHours(2)));
    assertEquals("1 d 3 h", Figures.age(Duration.ofHours(27)));
    assertEquals("no hosts", Figures.count(0, "host"));
    assertEquals("1 host", Figures.count(1, "host"));
  }
}
