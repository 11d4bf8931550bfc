package io.ballast.storage.libvirt;

import static io.ballast.storage.trade.Proving.answer;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.Reason;
import io.ballast.messages.StorageBeat.Pool;
import io.ballast.storage.libvirt.Rooms.Measurement;
import io.ballast.storage.tool.Room;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders of this machine, and groups and pools of which no tool can tell. */
final class GaugeTest {
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final Gauge gauge = new Gauge(Path.of("/none/ceph.conf"), clock);
  @TempDir Path folder;

  @AfterEach
  void close() {
    gauge.close();
    clock.shutdownNow();
  }

  private static Shelf shelf(String type, String place) {
    return new Shelf(
        new Pool("images", type, true, Bytes.ZERO, Bytes.ZERO, Bytes.ZERO),
        place,
        Shelf.Access.USUAL,
        List.of());
  }

  @Test
  void aFolderHasTheRoomOfItsFileSystem() {
    await()
        .untilAsserted( // others write and remove files between two looks
            () -> {
              Room room = answer(gauge.measure(shelf("dir", folder.toString())).room());
              assertEquals(new Bytes(folder.toFile().getTotalSpace()), room.capacity());
              Bytes both = room.used().plus(room.available());
              assertTrue(both.compareTo(room.capacity()) <= 0, room::toString);
              assertTrue(room.used().compareTo(Bytes.ZERO) > 0, room::toString);
              assertTrue(room.available().compareTo(Bytes.ZERO) > 0, room::toString);
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"/none/images", "", "images", "/proc/self/mounts"})
  void whatIsNoFolderCantBeMeasured(String place) {
    Measurement failed = gauge.measure(shelf("dir", place));

    await().until(failed.room()::failed);
    assertTrue(
        String.valueOf(failed.room().cause().getMessage())
            .contains("there is no folder '" + place + "'"));
    await().until(failed.over()::isComplete);
  }

  @ParameterizedTest
  @ValueSource(strings = {"fs", "netfs"})
  void whatLibvirtMountsHasToBeMounted(String type) throws IOException {
    Path target = Files.createDirectory(folder.resolve("my \\ images")).toRealPath();
    Shelf shelf = shelf(type, Files.createSymbolicLink(folder.resolve("link"), target).toString());
    String line = "server:/export %s nfs4 rw 0 0\n";
    String escaped = target.toString().replace("\\", "\\134").replace(" ", "\\040");
    Path mounts = folder.resolve("mounts");

    Files.writeString(mounts, "proc /proc proc rw 0 0\n\n" + line.formatted(escaped));
    assertTrue(Gauge.folder(shelf, mounts).capacity().compareTo(Bytes.ZERO) > 0);

    Files.writeString(mounts, line.formatted(escaped + "/below") + line.formatted(folder));
    RefusedException failed =
        assertThrows(RefusedException.class, () -> Gauge.folder(shelf, mounts));
    assertEquals(Reason.TRADE_REFUSED, failed.reason());
    assertTrue(String.valueOf(failed.getMessage()).contains("nothing is mounted at"));
    assertTrue(
        Gauge.folder(shelf("dir", target.toString()), mounts).capacity().compareTo(Bytes.ZERO) > 0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"logical", "rbd", "iscsi"})
  void whatNoToolTellsFailsAndIsOver(String type) {
    Measurement failed = gauge.measure(shelf(type, "-none/such"));

    await().until(failed.room()::isComplete);
    assertTrue(failed.room().failed());
    assertTrue(failed.over().isComplete());
  }
}
