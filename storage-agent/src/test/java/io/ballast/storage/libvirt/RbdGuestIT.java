package io.ballast.storage.libvirt;

import static io.ballast.storage.libvirt.Writing.assertAllKept;
import static io.ballast.storage.libvirt.Writing.written;
import static io.ballast.storage.trade.Proving.answer;
import static io.ballast.storage.trade.Proving.operation;
import static io.ballast.storage.trade.Proving.order;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.Reason;
import io.ballast.messages.VmOrder;
import io.ballast.messages.VmOrder.DeleteVmSnapshot;
import io.ballast.messages.VmOrder.RevertVm;
import io.ballast.messages.VmOrder.SnapshotVm;
import io.ballast.messages.VmOrder.SnapshotVm.Quiesce;
import io.ballast.messages.VmSnapshot;
import io.ballast.messages.Volume;
import io.ballast.messages.Volume.Format;
import io.ballast.messages.VolumeId;
import io.ballast.messages.VolumeOrder;
import io.ballast.messages.VolumeOrder.CloneVolume;
import io.ballast.messages.VolumeOrder.DeleteSnapshot;
import io.ballast.messages.VolumeOrder.DeleteVolume;
import io.ballast.messages.VolumeOrder.FlattenVolume;
import io.ballast.messages.VolumeOrder.ResizeVolume;
import io.ballast.messages.VolumeOrder.RevertVolume;
import io.ballast.messages.VolumeOrder.SnapshotVolume;
import io.ballast.messages.VolumeOrder.UnprotectSnapshot;
import io.ballast.storage.layers.Moments;
import io.ballast.storage.work.Preconditions;
import io.ballast.testing.Lab;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Work on images of a real Ceph that are disks of running machines. Needs what {@code ops/install
 * rbd} installs: {@code ops/soak rbd} runs it.
 */
@Tag("rbd")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RbdGuestIT implements Writing {
  @TempDir static Path exchange;
  private CephPools pools;

  @BeforeAll
  void start() throws IOException {
    pools = new CephPools(exchange);
  }

  @AfterAll
  void stop() {
    pools.close();
  }

  @Override
  public Lab lab() {
    return pools.lab();
  }

  @Override
  public Path descriptions() {
    return exchange;
  }

  /** Of each disk by itself; the second one is kept later. */
  @Test
  void aSnapshotUnderAGuestIsWhatACutWouldHaveLeft() throws IOException {
    VolumeId first = created("web1");
    VolumeId second = created("web1-data");
    Lab.Guest guest = guest(first, second);
    guest.awaitTold("wrote", 3);
    long before = written(guest);
    done(new SnapshotVolume(first, "a"));
    long after = written(guest);
    guest.awaitTold("wrote", 5);
    done(new SnapshotVolume(second, "a"));
    guest.awaitTold("wrote", 5);
    cut(guest);
    awaitStill(first);
    awaitStill(second);
    assertAllKept(written(guest), found(guest));

    for (VolumeId disk : List.of(first, second)) {
      awaitStill(disk);
      allowed(new RevertVolume(disk, "a"));
      done(new RevertVolume(disk, "a"));
    }

    Both held = foundOnBoth(guest);
    assertTrue(before <= held.first() && held.first() <= after + 1, before + " " + held);
    assertTrue(held.second() >= after + 4, () -> after + " " + held);
  }

  @Test
  void whatAGuestHasOpenIsNotChangedUnderIt() throws IOException {
    VolumeId disk = created("web2");
    Lab.Guest guest = guest(disk);
    guest.awaitTold("wrote", 2);
    done(new SnapshotVolume(disk, "a"));

    List<Volume.User> users = volume(disk).users();
    assertTrue(
        users.contains(new Volume.User(Volume.User.Kind.VM, guest.name(), true)), users::toString);
    assertTrue(
        users.stream().anyMatch(user -> user.kind() == Volume.User.Kind.CLIENT && user.active()),
        users::toString);
    for (VolumeOrder order :
        List.of(
            new RevertVolume(disk, "a"),
            new ResizeVolume(disk, Bytes.ofMiB(16), false),
            new DeleteVolume(disk))) {
      RefusedException refused = assertThrows(RefusedException.class, () -> allowed(order));
      assertEquals(Reason.IN_USE, refused.reason());
      assertTrue(String.valueOf(refused.getMessage()).contains(guest.name()), refused::toString);
    }

    guest.awaitTold("wrote", 2);
    cut(guest);
    awaitStill(disk);
    done(new ResizeVolume(disk, Bytes.ofMiB(16), false));
    assertAllKept(written(guest), found(guest));
    assertEquals(Bytes.ofMiB(16).value(), guest.told("disk").getLast());
  }

  /** It could say goodbye to nobody, and Ceph has its lock on the image. */
  @Test
  void theDiskOfAGuestThatWasKilledIsWholeAndCanBeWorkedOn() throws IOException {
    VolumeId disk = created("web5");
    Lab.Guest guest = guest(disk);
    guest.awaitTold("wrote", 3);
    done(new SnapshotVolume(disk, "a"));
    long after = written(guest);
    guest.awaitTold("wrote", 3);
    lab().signalQemu(1, guest, "KILL");

    awaitStill(disk);
    allowed(new RevertVolume(disk, "a"));
    done(new SnapshotVolume(disk, "b"));
    done(new RevertVolume(disk, "a"));
    done(new ResizeVolume(disk, Bytes.ofMiB(16), false));
    assertTrue(found(guest) <= after + 1);
    awaitStill(disk);
    done(new RevertVolume(disk, "b"));
    assertTrue(found(guest) > after + 1);
  }

  @Test
  void aCloneIsFlattenedUnderItsGuestBesideTheGuestOfItsSource() throws IOException {
    VolumeId base = created("web3");
    Lab.Guest source = guest(base);
    source.awaitTold("wrote", 5);
    done(new SnapshotVolume(base, "a"));
    VolumeId clone = new VolumeId("ceph-other", "web4");
    CloneVolume linked =
        new CloneVolume(base, Optional.of("a"), clone, true, Optional.empty(), false);
    done(linked);
    Lab.Guest guest = guest(clone);
    guest.awaitTold("wrote", 3);
    assertTrue(guest.told("kept").getLast() >= 5, () -> "" + guest.told("kept"));

    assertEquals(1, answer(pools.volumes().find(clone)).chain().size());
    allowed(new FlattenVolume(clone));
    done(new FlattenVolume(clone));

    assertEquals(List.of(), answer(pools.volumes().find(clone)).chain());
    guest.awaitTold("wrote", 3);
    source.awaitTold("wrote", 1);
    cut(guest);
    cut(source);
    awaitStill(clone);
    assertAllKept(written(source), found(source));
    awaitStill(base);
    lab().virsh(1, "undefine", source.name());
    done(new UnprotectSnapshot(base, "a"));
    done(new DeleteSnapshot(base, "a"));
    done(new DeleteVolume(base));
    assertAllKept(written(guest), found(guest));
  }

  /** The guest writes each block to its first disk, then to the second one. */
  @Test
  void allDisksAreKeptAtOneMoment() throws IOException {
    VolumeId first = created("web7");
    VolumeId second = new VolumeId("ceph-other", "web7-data");
    done(order(second, Format.RAW, 8));
    Lab.Guest guest = guest(first, second);
    for (String name : List.of("a", "b")) {
      guest.awaitTold("wrote", 3);
      String report = done(new SnapshotVm(guest.name(), name, Quiesce.AUTO));
      assertEquals(
          "crash-consistent, as after a cut of its power; it was paused for the moment: its guest"
              + " agent did not help",
          report);
    }
    guest.awaitTold("wrote", 3);
    assertEquals(List.of(), guest.breaks());
    cut(guest);
    awaitStill(first);
    awaitStill(second);
    assertEquals(List.of("a", "b"), snapshots(guest));

    for (String name : List.of("b", "a")) {
      done(new RevertVm(guest.name(), name));
      Both held = foundOnBoth(guest);
      long behind = held.first() - held.second();
      assertTrue(behind == 0 || behind == 1, held::toString);
      awaitStill(first);
      awaitStill(second);
    }
    done(new DeleteVmSnapshot(guest.name(), "a"));
    assertEquals(List.of("b"), snapshots(guest));
    done(new DeleteVmSnapshot(guest.name(), "b"));
    assertEquals(List.of(), snapshots(guest));
  }

  @Test
  void aGuestWhoseAgentAnswersIsKeptAtRest() throws IOException {
    VolumeId disk = created("web6");
    Lab.Guest guest = guest("--agent", disk);
    guest.awaitTold("wrote", 3);
    awaitAgent(guest);

    String report = done(new SnapshotVm(guest.name(), "rest", Quiesce.REQUIRED));
    assertEquals("its file systems were frozen for the moment", report);
    guest.awaitTold("wrote", 3);
    String alone = done(new SnapshotVolume(disk, "alone"));
    assertEquals("its file systems were frozen for the moment", alone);
    guest.awaitTold("wrote", 3);
    assertEquals(guest.told("frozen"), guest.told("thawed"));
    cut(guest);
    awaitStill(disk);

    done(new RevertVm(guest.name(), "rest"));
    assertEquals(guest.told("frozen").getFirst(), found(guest));
    awaitStill(disk);
    done(new RevertVolume(disk, "alone"));
    assertEquals(guest.told("frozen").getLast(), found(guest));
  }

  private String done(VmOrder order) {
    return answer(
        pools.volumes().carryOut(operation(), order, Instant.now(), (done, total) -> {}).end());
  }

  private List<String> snapshots(Lab.Guest guest) {
    return Moments.all(answer(pools.volumes().disks(guest.name()))).stream()
        .filter(VmSnapshot::whole)
        .map(VmSnapshot::name)
        .toList();
  }

  private Lab.Guest guest(VolumeId... disks) throws IOException {
    return guest("", disks);
  }

  private Lab.Guest guest(String option, VolumeId... disks) throws IOException {
    List<String> all =
        Stream.of(disks)
            .map(disk -> "rbd:" + disk.pool().substring("ceph-".length()) + "/" + disk.name())
            .toList();
    Stream<String> more = all.stream().skip(1).flatMap(disk -> Stream.of("--disk", disk));
    Stream<String> agent = Stream.of(option).filter(it -> !it.isEmpty());
    return started(
        all.getFirst(),
        Stream.of(more, agent, Stream.of("--secret", CephPools.SECRET))
            .flatMap(it -> it)
            .toArray(String[]::new));
  }

  private VolumeId created(String name) {
    VolumeId volume = new VolumeId("ceph-rbd", name);
    done(order(volume, Format.RAW, 8));
    return volume;
  }

  /** Ceph notices that a guest is off. */
  private void awaitStill(VolumeId volume) {
    await().atMost(LONG).until(() -> !volume(volume).active());
  }

  private void allowed(VolumeOrder order) {
    Preconditions.of(order, Map.of(order.volume(), answer(pools.volumes().find(order.volume()))));
  }

  private String done(VolumeOrder order) {
    return answer(pools.volumes().carryOut(operation(), order, (done, total) -> {}).end());
  }

  private Volume volume(VolumeId volume) {
    return answer(pools.volumes().find(volume)).volume().orElseThrow();
  }
}
