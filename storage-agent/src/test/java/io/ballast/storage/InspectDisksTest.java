package io.ballast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ballast.agent.Book;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.Reason;
import io.ballast.messages.StorageCommand.InspectDisks;
import io.ballast.messages.VmDisk;
import io.ballast.messages.VmId;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
import io.ballast.messages.VolumeOrder.SnapshotVolume;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is told of the disks of a machine, over the bus of one process and a fake storage. */
final class InspectDisksTest {
  private static final VmId VM = new VmId(new UUID(0, 10));
  private static final VolumeId ROOT = new VolumeId("images", "web1.qcow2");

  private final Commanded agent = new Commanded(Book.inMemory());

  @AfterEach
  void close() {
    agent.close();
  }

  private void put(VolumeId id) {
    agent.volumes.put(
        new Volume(id, "qcow2", Bytes.ofMiB(8), Bytes.ofMiB(1), Optional.empty(), List.of()));
  }

  @Test
  void itTellsWhatTheDisksOfAMachineLieOn() {
    agent.volumes.pool("vms", "rbd", Bytes.ofMiB(100));
    agent.volumes.pool("nas", "netfs", Bytes.ofMiB(100));
    VolumeId ceph = new VolumeId("vms", "web1");
    VolumeId mounted = new VolumeId("nas", "web1");
    VolumeId nowhere = new VolumeId("attic", "web1");
    Stream.of(ROOT, ceph, mounted).forEach(this::put);
    agent.volumes.place("far", "/net/far");
    agent.volumes.pool("far", "dir", Bytes.ofMiB(100));
    VolumeId far = new VolumeId("far", "web1");
    put(far);
    agent.volumes.machine(VM.toString(), false, ROOT);
    agent.end(new SnapshotVolume(ROOT, "before"));
    agent.volumes.machine(VM.toString(), true, ROOT, ceph, mounted, nowhere, far);

    List<VmDisk> disks = agent.ask(new InspectDisks(VM)).disks();

    assertEquals(
        List.of(
            "vda /srv/images/web1.qcow2 Optional[images/web1.qcow2] false [before]",
            "vdb rbd:vms/web1 Optional.empty true []",
            "vdc /srv/nas/web1 Optional[nas/web1] true []",
            "vdd /none/attic/web1 Optional.empty false []",
            "vde /net/far/web1 Optional[far/web1] true []"),
        disks.stream()
            .map(
                disk ->
                    String.join(
                        " ",
                        disk.target(),
                        disk.source(),
                        disk.volume().map(Volume::id).toString(),
                        String.valueOf(disk.shared()),
                        disk.snapshots().toString()))
            .toList());
    RefusedException refused = agent.refusal(new InspectDisks(new VmId(new UUID(0, 1))));
    assertEquals(Reason.UNKNOWN_VM, refused.reason(), refused::toString);
  }
}
