package io.ballast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.agent.Book;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Berth;
import io.ballast.messages.Blank;
import io.ballast.messages.Bytes;
import io.ballast.messages.HostId;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.StorageCommand;
import io.ballast.messages.StorageCommand.ConsiderDisks;
import io.ballast.messages.StorageCommand.HoldDisks;
import io.ballast.messages.StorageCommand.InspectContents;
import io.ballast.messages.StorageCommand.InspectDisks;
import io.ballast.messages.StorageCommand.InspectVolume;
import io.ballast.messages.StorageCommand.ListVolumes;
import io.ballast.messages.StorageCommand.PrepareDisks;
import io.ballast.messages.StorageCommand.SettleDisks;
import io.ballast.messages.VmId;
import io.ballast.messages.Volume;
import io.ballast.messages.Volume.Format;
import io.ballast.messages.VolumeId;
import io.ballast.messages.VolumeOrder.CheckVolume;
import io.ballast.messages.VolumeOrder.CloneVolume;
import io.ballast.messages.VolumeOrder.CommitVolume;
import io.ballast.messages.VolumeOrder.DeleteVolume;
import io.ballast.messages.VolumeOrder.ResizeVolume;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is done about disks that a move copies and that build upon others. */
final class LayeredDisksTest {
  private static final VmId VM = new VmId(new UUID(0, 10));
  private static final HostId H1 = new HostId("h1");
  private static final HostId H2 = new HostId("h2");
  private static final OperationId MOVE = new OperationId("move-1");
  private static final VolumeId BASE = new VolumeId("images", "base");
  private static final VolumeId TOP = new VolumeId("images", "web1");
  private static final Outcome DONE = new Outcome.Done(Optional.empty());

  private final Commanded agent = new Commanded(Book.inMemory());

  @AfterEach
  void close() {
    agent.close();
  }

  private void put(VolumeId id, Optional<VolumeId> below) {
    agent.volumes.put(
        new Volume(
            id, "qcow2", Bytes.ofMiB(8), Bytes.ofMiB(1), below.map(VolumeId::toString), List.of()));
  }

  private static HoldDisks hold(List<VolumeId> layers) {
    return new HoldDisks(new Berth(MOVE, VM, H1, H2, List.of(TOP), Bytes.ZERO, layers));
  }

  private static PrepareDisks prepare() {
    return new PrepareDisks(
        MOVE,
        VM,
        H1,
        H2,
        List.of(
            new Blank(
                TOP,
                Format.QCOW2,
                Bytes.ofMiB(16),
                Bytes.ofMiB(1),
                "/srv/images/web1",
                Optional.of(BASE))),
        List.of(BASE));
  }

  private void refused(Reason reason, String word, StorageCommand<?> command) {
    RefusedException refused = agent.refusal(command);
    assertEquals(reason, refused.reason(), refused::toString);
    assertTrue(String.valueOf(refused.getMessage()).contains(word), refused::toString);
  }

  private List<VolumeId> there() {
    return agent.ask(new ListVolumes("images")).volumes().stream().map(Volume::id).toList();
  }

  @Test
  void itTellsWhatADiskBuildsUpon() {
    put(BASE, Optional.empty());
    put(TOP, Optional.of(BASE));
    agent.volumes.machine(VM.toString(), true, TOP);

    assertEquals(
        List.of(new Volume.Layer("images/base", Optional.of(BASE))),
        agent.ask(new InspectDisks(VM)).disks().getFirst().layers());
  }

  @Test
  void whatADiskBuildsUponIsKeptAsItIsAndStays() {
    put(BASE, Optional.empty());
    put(TOP, Optional.of(BASE));

    refused(Reason.WRONG_STATE, "builds upon images/base", hold(List.of()));
    agent.ask(hold(List.of(BASE)));

    refused(Reason.BUSY, "move-1", new CheckVolume(BASE, CheckVolume.Repair.ALL));
    assertEquals(
        List.of("images/base"),
        agent.ask(new InspectContents(List.of(BASE))).contents().stream()
            .map(content -> content.volume().toString())
            .toList());
    agent.ask(new SettleDisks(MOVE, false));
    assertEquals(List.of(BASE), there());
    assertEquals(DONE, agent.end(new ResizeVolume(BASE, Bytes.ofMiB(16), false)));
  }

  @Test
  void nothingIsCommittedIntoWhatIsKept() {
    VolumeId other = new VolumeId("images", "other");
    put(BASE, Optional.empty());
    put(other, Optional.of(BASE));
    agent.ask(prepare());

    assertEquals(
        Reason.IN_USE, agent.refusal(new CommitVolume(other, BASE)).reason(), "by what was made");
    agent.ask(new SettleDisks(MOVE, false));
    agent.volumes.slow();
    OperationId committing = agent.ask(new CommitVolume(other, BASE)).operation();
    refused(Reason.BUSY, committing.value(), prepare());
    agent.volumes.recover();
  }

  @Test
  void aLayerOfASnapshotIsNotCopied() {
    VolumeId top = new VolumeId("images", "web1@before@20261203T051500Z");
    put(TOP, Optional.empty());
    put(top, Optional.of(TOP));
    agent.volumes.machine(VM.toString(), true, top);

    refused(
        Reason.WRONG_STATE,
        "of the snapshot before",
        new HoldDisks(new Berth(MOVE, VM, H1, H2, List.of(top), Bytes.ZERO, List.of(TOP))));
  }

  @Test
  void aLayerIsMadeUponWhatIsThere() {
    refused(Reason.UNKNOWN_VOLUME, "no volume images/base here", prepare());
    put(BASE, Optional.empty());

    agent.ask(prepare());
    agent.ask(prepare());

    Volume made = agent.ask(new InspectVolume(TOP)).volume().orElseThrow();
    assertEquals(Optional.of("images/base"), made.backing());
    assertEquals(Bytes.ofMiB(16), made.capacity());
    agent.restart();
    refused(Reason.BUSY, "move-1", new CheckVolume(BASE, CheckVolume.Repair.ALL));
    refused(Reason.IN_USE, "images/web1", new DeleteVolume(BASE));
    agent.ask(new SettleDisks(MOVE, false));
    assertEquals(List.of(BASE), there());
  }

  @Test
  void whatWouldBeInTheWayIsToldAndNothingIsMade() {
    ConsiderDisks considered = new ConsiderDisks(prepare());
    assertEquals(
        Optional.of(Reason.UNKNOWN_VOLUME),
        agent.ask(considered).refusal().map(Reply.Refused::reason));
    put(BASE, Optional.empty());
    assertEquals(Optional.empty(), agent.ask(considered).refusal());
    assertEquals(List.of(BASE), there());
    agent.volumes.pool("images", Bytes.ofMiB(100), Bytes.ofMiB(99));
    assertEquals(
        Optional.of(Reason.NO_ROOM), agent.ask(considered).refusal().map(Reply.Refused::reason));
  }

  @Test
  void aLayerIsNotMadeSmallerThanWhatItBuildsUpon() {
    put(BASE, Optional.empty());

    refused(Reason.NOT_ALLOWED, "is not made smaller", linked(4));
    assertEquals(DONE, agent.end(linked(12)));
    assertEquals(
        Bytes.ofMiB(12), agent.ask(new InspectVolume(TOP)).volume().orElseThrow().capacity());
  }

  private static CloneVolume linked(long mebibytes) {
    return new CloneVolume(
        BASE,
        Optional.empty(),
        TOP,
        true,
        Optional.empty(),
        false,
        Optional.of(Bytes.ofMiB(mebibytes)));
  }
}
