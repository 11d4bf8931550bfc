package io.ballast.ops;

import static io.ballast.ops.SimulatedFleet.id;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Berth;
import io.ballast.messages.Bytes;
import io.ballast.messages.HostId;
import io.ballast.messages.OperationId;
import io.ballast.messages.StorageCommand.HoldDisks;
import io.ballast.messages.StorageCommand.InspectStorage;
import io.ballast.messages.VolumeId;
import io.ballast.ops.SimulatedFleet.Ran;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code ballast volume free}. */
final class VolumeFreeTest {
  private final SimulatedFleet fleet = new SimulatedFleet();

  @BeforeEach
  void aVolumeThatIsKept() {
    fleet.scheduler();
    fleet.host("h1", Bytes.ofMiB(4000));
    fleet.storage("h1");
    fleet.until(seen -> seen.hosts().stream().anyMatch(host -> host.storage().isPresent()));
    assertEquals(0, fleet.run("volume", "create", "images/web", "8MiB", "--host", "h1").code());
    var unused =
        fleet.storageOf(
            "h1",
            new HoldDisks(
                new Berth(
                    new OperationId("m1"),
                    id("web"),
                    new HostId("h1"),
                    new HostId("h2"),
                    List.of(new VolumeId("images", "web")),
                    Bytes.ZERO)));
  }

  @AfterEach
  void close() {
    fleet.close();
  }

  @Test
  void whatIsKeptIsGivenFreeAndStays() {
    Ran busy = fleet.run("volume", "resize", "images/web", "16MiB", "--host", "h1");
    assertEquals(1, busy.code(), busy::toString);
    assertTrue(busy.err().contains("m1"), busy::toString);

    Ran ran = fleet.run("volume", "free", "m1", "--host", "h1");

    assertEquals(0, ran.code(), ran::toString);
    assertEquals(
        "h1 keeps nothing for move m1 any more, and has all of it: images/web", ran.out().strip());
    assertEquals(List.of(), fleet.storageOf("h1", new InspectStorage()).beat().berths());
    Ran resized = fleet.run("volume", "resize", "images/web", "16MiB", "--host", "h1");
    assertEquals(0, resized.code(), resized::toString);
  }

  @Test
  void whatIsNotKeptIsRefused() {
    Ran ran = fleet.run("volume", "free", "m2", "--host", "h1");

    assertEquals(1, ran.code(), ran::toString);
    assertTrue(ran.err().contains("h1 keeps no disks for move m2"), ran::toString);
    assertEquals(2, fleet.run("volume", "free", "m1").code());
  }
}
