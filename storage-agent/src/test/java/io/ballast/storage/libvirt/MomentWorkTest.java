package io.ballast.storage.libvirt;

import static io.ballast.storage.trade.Proving.answer;
import static io.ballast.storage.trade.Proving.operation;
import static io.ballast.storage.trade.Proving.refusal;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.agent.Lane;
import io.ballast.agent.LaneLimits;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.VmOrder;
import io.ballast.messages.VmOrder.SnapshotVm.Quiesce;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
import io.ballast.messages.VolumeOrder;
import io.ballast.messages.VolumeOrder.DeleteSnapshot;
import io.ballast.messages.VolumeOrder.RevertVolume;
import io.ballast.messages.VolumeOrder.SnapshotVolume;
import io.ballast.storage.trade.Task;
import io.ballast.storage.trade.VmDisks;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class MomentWorkTest {
  private static final Instant AT = Instant.parse("2026-12-01T02:20:47Z");
  private static final String NAME = "a:20261201T022047Z";
  private static final VolumeId ROOT = new VolumeId("vms", "web1");
  private static final VolumeId DATA = new VolumeId("vms", "data");

  private final FakeGuest guest = new FakeGuest();
  private final ScheduledThreadPoolExecutor clock = new ScheduledThreadPoolExecutor(1);
  private final Lane<Guests> lane =
      new Lane<>(
          "fake",
          () -> guest,
          Duration.ofSeconds(20),
          Duration.ZERO,
          new LaneLimits(1, 8, 1),
          clock);
  private final List<VolumeOrder> orders = new ArrayList<>();
  private final Set<OperationId> operations = new HashSet<>();
  private final Set<VolumeOrder> failing = new HashSet<>();
  private boolean started;
  private final MomentWork work =
      new MomentWork(
          new Stillness(lane, clock, Duration.ofMinutes(5)),
          this::ready,
          vm -> Future.succeededFuture(new Machine(vm, started, List.of())));

  @AfterEach
  void close() {
    lane.close();
    clock.shutdownNow();
  }

  private Future<Supplier<Task>> ready(OperationId operation, VolumeOrder order) {
    return Future.succeededFuture(
        () -> {
          orders.add(order);
          operations.add(operation);
          return Task.of(
              failing.contains(order)
                  ? Future.failedFuture(new RefusedException(Reason.NO_ROOM, "it is full"))
                  : Future.succeededFuture());
        });
  }

  private static VmDisks machine(boolean active, String... kept) {
    List<Volume.Snapshot> snapshots = new ArrayList<>();
    for (String name : kept) {
      snapshots.add(new Volume.Snapshot(name, AT, Bytes.ZERO));
    }
    return new VmDisks(
        "web1",
        active,
        List.of(
            new VmDisks.Disk("vda", "rbd:vms/web1", Optional.of(ROOT)),
            new VmDisks.Disk("vdb", "rbd:vms/data", Optional.of(DATA))),
        List.of(),
        List.of(),
        Map.of(ROOT, snapshots, DATA, List.of()));
  }

  private Future<String> end(VmOrder order, VmDisks machine) {
    return work.carryOut(operation(), order, machine, AT).end();
  }

  private static VmOrder keep() {
    return new VmOrder.SnapshotVm("web1", "a", Quiesce.NEVER);
  }

  @Test
  void eachDiskIsKeptByAnOperationOfItsOwnWhileTheMachineRests() {
    answer(end(keep(), machine(true)));

    assertEquals(List.of(new SnapshotVolume(ROOT, NAME), new SnapshotVolume(DATA, NAME)), orders);
    assertEquals(2, operations.size());
    assertEquals(List.of("rest PAUSED", "wake"), guest.calls);
  }

  @Test
  void aMachineThatIsOffRestsAnyhow() {
    assertEquals("the VM was off", answer(end(keep(), machine(false))));
    assertEquals(List.of(), guest.calls);
  }

  @Test
  void aMachineThatWasStartedMeanwhileIsNotKept() {
    started = true;

    assertEquals(Reason.BUSY, refusal(end(keep(), machine(false))));
    assertEquals(new DeleteSnapshot(DATA, NAME), orders.getLast());
  }

  @Test
  void whatCanNotBeForgottenIsNamedAndTheOthersForgetAllTheSame() {
    failing.add(new SnapshotVolume(DATA, NAME));
    failing.add(new DeleteSnapshot(ROOT, NAME));
    String words =
        answer(
            end(keep(), machine(true))
                .transform(end -> Future.succeededFuture(end.cause().getMessage())));

    assertEquals(
        "it is full; snapshot 'a' is left in vms/web1, and could not be removed: delete it", words);
    assertEquals(new DeleteSnapshot(DATA, NAME), orders.getLast());
  }

  @Test
  void whatOneDiskCanNotKeepTheOthersForget() {
    failing.add(new SnapshotVolume(DATA, NAME));

    assertEquals(Reason.NO_ROOM, refusal(end(keep(), machine(true))));
    assertEquals(
        List.of(
            new SnapshotVolume(ROOT, NAME),
            new SnapshotVolume(DATA, NAME),
            new DeleteSnapshot(ROOT, NAME),
            new DeleteSnapshot(DATA, NAME)),
        orders);
    assertEquals(List.of("rest PAUSED", "wake"), guest.calls);
  }

  @Test
  void whatMayBeOfOneMomentStaysUntilItIsKnown() {
    guest.failsToWake = Integer.MAX_VALUE;
    Future<String> end = end(keep(), machine(true));
    await().until(() -> guest.calls.contains("wake"));
    clock.shutdown();

    assertEquals(Reason.MAY_YET_HAPPEN, refusal(end));
    assertEquals(2, orders.size());
  }

  @Test
  void whatAnEarlierLifeLeftIsForgottenFirst() {
    String old = "a:20261201T022040Z";
    answer(end(keep(), machine(false, old, "b:20261201T022040Z")));

    assertEquals(
        List.of(
            new DeleteSnapshot(ROOT, old),
            new DeleteSnapshot(DATA, old),
            new SnapshotVolume(ROOT, NAME),
            new SnapshotVolume(DATA, NAME)),
        orders);
  }

  @Test
  void aMachineGoesBackDiskByDiskAndSaysHowFarItCame() {
    failing.add(new RevertVolume(DATA, NAME));
    String words =
        answer(
            end(new VmOrder.RevertVm("web1", "a"), machine(false, NAME))
                .transform(end -> Future.succeededFuture(end.cause().getMessage())));

    assertEquals("it is full; done with vms/web1, ask for it again", words);
    assertTrue(orders.contains(new RevertVolume(ROOT, NAME)));
  }

  @Test
  void aSnapshotIsForgottenByAllDisks() {
    answer(end(new VmOrder.DeleteVmSnapshot("web1", "a"), machine(true, NAME)));

    assertEquals(List.of(new DeleteSnapshot(ROOT, NAME), new DeleteSnapshot(DATA, NAME)), orders);
  }
}
