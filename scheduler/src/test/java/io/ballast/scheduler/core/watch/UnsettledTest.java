package io.ballast.scheduler.core.watch;

import static io.ballast.scheduler.core.BeatMaker.at;
import static io.ballast.scheduler.core.BeatMaker.vm;
import static io.ballast.scheduler.core.BeatMaker.vmId;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Berth;
import io.ballast.messages.Bytes;
import io.ballast.messages.HostId;
import io.ballast.messages.OperationId;
import io.ballast.messages.StorageBeat;
import io.ballast.messages.VmState;
import io.ballast.messages.VolumeId;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class UnsettledTest {
  private static final String KEPT = "VOLUMES_KEPT move m1 of h2";
  private static final Berth BERTH =
      new Berth(
          new OperationId("m1"),
          vmId(1),
          new HostId("h1"),
          new HostId("h2"),
          List.of(new VolumeId("images", "web")),
          Bytes.ofMiB(1));

  private final Warehouse fleet = new Warehouse();

  private void tell(Berth... berths) {
    fleet.hear(fleet.agent("h1").beat(at(fleet.now()), vm(1, VmState.RUNNING)));
    fleet.hear(
        new StorageBeat(
            fleet.agent("h2").pulse(at(fleet.now())),
            List.of(),
            Optional.of(at(fleet.now())),
            Optional.empty(),
            List.of(),
            List.of(berths)));
  }

  @Test
  void whatIsKeptForLongIsToldWithWhatToDoUntilItIsFree() {
    tell(BERTH);
    fleet.passing(150);
    tell(BERTH);
    assertEquals(List.of(), fleet.news());

    fleet.passing(300);
    tell(BERTH);
    assertEquals(List.of(KEPT), fleet.lasting());
    assertTrue(fleet.evidence().startsWith("It keeps images/web of VM "), fleet.evidence());
    assertTrue(fleet.evidence().contains("told of by h1 (active)"), fleet.evidence());
    assertTrue(fleet.evidence().contains("'ballast volume free m1 --host h2'"), fleet.evidence());

    tell();
    assertEquals(
        List.of("+ " + KEPT, "- " + KEPT + ": Its agent keeps none for it any more."),
        fleet.news());
  }

  @Test
  void whatIsSettledInTimeIsNotTold() {
    tell(BERTH);
    fleet.passing(60);
    tell();
    fleet.passing(300);
    tell(BERTH);

    assertEquals(List.of(), fleet.news());
  }
}
