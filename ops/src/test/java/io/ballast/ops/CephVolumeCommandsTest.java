package io.ballast.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Bytes;
import io.ballast.ops.SimulatedFleet.Ran;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the commands on volumes do besides in pools of Ceph. */
final class CephVolumeCommandsTest {
  private final SimulatedFleet fleet = new SimulatedFleet();

  @BeforeEach
  void aHostWithAPoolOfCeph() {
    fleet.scheduler();
    fleet.host("h1", Bytes.ofMiB(4096));
    fleet.storage("h1").pool("vms", "rbd", Bytes.ofMiB(1024));
    fleet.until(
        seen ->
            seen.hosts().stream()
                .flatMap(host -> host.storage().stream())
                .anyMatch(storage -> storage.pools().size() == 2));
  }

  @AfterEach
  void close() {
    fleet.close();
  }

  @Test
  void aDiskInAPoolOfCephIsPutAwayForAWhile() {
    fleet.run("volume", "create", "vms/web1", "8MiB", "--format", "raw");
    assertEquals("nothing in the trash of pool vms\n", fleet.run("pool", "trash", "vms").out());

    assertEquals(
        new Ran(0, "put into the trash vms/web1 on h1\n", ""),
        fleet.run("volume", "trash", "vms/web1", "--keep", "30d"));
    assertEquals(
        """
        VOLUME  ID      SINCE                KEPT UNTIL
        web1    1a0000  1970-01-01 00:00:00  1970-01-31 00:00:00
        """,
        fleet.run("pool", "trash", "vms").out());
    assertEquals(
        new Ran(0, "restored vms/web2 on h1\n", ""),
        fleet.run("volume", "restore", "vms/web2", "--id", "1a0000"));
    assertTrue(fleet.run("volume", "list", "vms").out().contains("web2"));
  }

  @Test
  void aDifferenceIsWrittenIntoTheExchangeFolder() {
    fleet.run("volume", "create", "vms/web1", "8MiB", "--format", "raw");
    fleet.run("volume", "snapshot", "vms/web1", "monday");
    fleet.run("volume", "snapshot", "vms/web1", "tuesday");

    assertEquals(
        new Ran(0, "exported the difference of vms/web1 on h1\n", ""),
        fleet.run("volume", "export-diff", "vms/web1", "tuesday", "web1.diff", "--from", "monday"));
  }

  @Test
  void aSnapshotInAPoolOfCephIsProtectedAndFreed() {
    fleet.run("volume", "create", "vms/web1", "8MiB", "--format", "raw");
    fleet.run("volume", "snapshot", "vms/web1", "monday");
    fleet.run("volume", "snapshot", "vms/web1", "tuesday");

    assertEquals(
        new Ran(0, "protected a snapshot of vms/web1 on h1\n", ""),
        fleet.run("volume", "protect", "vms/web1", "monday"));
    assertEquals(
        """
        SNAPSHOT  MADE                 OF
        monday    1970-01-01 00:00:00  the disk  protected
        tuesday   1970-01-01 00:00:00  the disk
        """,
        fleet.run("volume", "snapshots", "vms/web1").out());
    assertEquals(
        new Ran(
            1,
            "",
            "ballast: deleting a snapshot of vms/web1 on h1 failed: snapshot 'monday' of vms/web1"
                + " is protected; 'ballast volume unprotect vms/web1 monday' frees it\n"),
        fleet.run("volume", "delete-snapshot", "vms/web1", "monday"));
    assertEquals(
        new Ran(0, "freed a snapshot of vms/web1 on h1\n", ""),
        fleet.run("volume", "unprotect", "vms/web1", "monday"));
    assertEquals(0, fleet.run("volume", "delete-snapshot", "vms/web1", "monday").code());
  }
}
