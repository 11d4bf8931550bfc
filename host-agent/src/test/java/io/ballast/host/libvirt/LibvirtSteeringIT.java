package io.ballast.host.libvirt;

import static io.ballast.host.libvirt.LibvirtHosts.LONG;
import static io.ballast.host.libvirt.LibvirtHosts.answer;
import static io.ballast.host.libvirt.LibvirtHosts.assertRefused;
import static io.ballast.host.libvirt.LibvirtHosts.state;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.host.trade.Journey;
import io.ballast.host.trade.Passage;
import io.ballast.host.trade.Steering;
import io.ballast.messages.Bytes;
import io.ballast.messages.HostCommand.Migrate;
import io.ballast.messages.HostId;
import io.ballast.messages.Means;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.VmState;
import io.ballast.testing.Lab.Guest;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A guest that writes faster than is sent, and what makes its migration end. */
@Tag("lab")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LibvirtSteeringIT {
  private static final Means POST_COPY = new Means(false, true, 1);

  private final List<Passage> seen = new CopyOnWriteArrayList<>();
  private LibvirtHosts hosts;

  @BeforeAll
  void start() {
    hosts = new LibvirtHosts();
  }

  @AfterEach
  void cleanUp() {
    hosts.cleanUp();
    seen.clear();
  }

  @AfterAll
  void stop() {
    hosts.close();
  }

  @Test
  void aLongerPauseMakesItEnd() {
    LibvirtHypervisor first = hosts.hypervisor(1);
    Guest guest = busy(first);
    Future<Outcome.Migration> move = begun(first, guest, Means.NONE);

    answer(first.steer(guest.id(), new Steering.Pause(Duration.ofSeconds(30))));

    answer(move);
    arrived(guest);
  }

  @Test
  void moreBandwidthMakesItEnd() {
    LibvirtHypervisor first = hosts.hypervisor(1);
    Guest guest = busy(first);
    Future<Outcome.Migration> move = begun(first, guest, Means.NONE);

    answer(first.steer(guest.id(), new Steering.Pause(Duration.ofSeconds(2))));
    answer(first.steer(guest.id(), new Steering.Bandwidth(Bytes.ofMiB(1000))));

    answer(move);
    arrived(guest);
  }

  @Test
  void postCopyMakesItEnd() {
    LibvirtHypervisor first = hosts.hypervisor(1);
    Guest guest = busy(first);
    Future<Outcome.Migration> move = begun(first, guest, POST_COPY);

    answer(first.steer(guest.id(), new Steering.PostCopy()));
    await().atMost(LONG).until(() -> move.isComplete() || seen.getLast().postCopy());

    answer(move);
    arrived(guest);
  }

  @Test
  void withoutLeaveThereIsNoPostCopy() {
    LibvirtHypervisor first = hosts.hypervisor(1);
    Guest guest = busy(first);
    Future<Outcome.Migration> move = begun(first, guest, Means.NONE);

    assertRefused(Reason.WRONG_STATE, first.steer(guest.id(), new Steering.PostCopy()));

    answer(first.abortMigration(guest.id()));
    await().atMost(LONG).until(move::isComplete);
    assertEquals(Optional.of(VmState.RUNNING), state(first, guest.id()));
  }

  /** What was changed on its way does not outlive it: the next one has what it is ordered. */
  @Test
  void itsLimitsEndWithIt() {
    LibvirtHypervisor first = hosts.hypervisor(1);
    Guest guest = busy(first);
    String before = hosts.lab().virsh(1, "migrate-getspeed", guest.id().toString());
    Future<Outcome.Migration> move = begun(first, guest, Means.NONE);
    answer(first.steer(guest.id(), new Steering.Bandwidth(Bytes.ofMiB(7))));
    answer(first.abortMigration(guest.id()));
    await().atMost(LONG).until(move::isComplete);

    assertEquals(before, hosts.lab().virsh(1, "migrate-getspeed", guest.id().toString()));
  }

  @Test
  void thePauseThatIsAllowedIsSeen() {
    LibvirtHypervisor first = hosts.hypervisor(1);
    Guest guest = busy(first);
    Future<Outcome.Migration> move = begun(first, guest, Means.NONE);
    assertEquals(Duration.ofMillis(50), seen.getLast().allowed());

    answer(first.steer(guest.id(), new Steering.Pause(Duration.ofMillis(60))));
    await()
        .atMost(LONG)
        .until(() -> seen.getLast().allowed().equals(Duration.ofMillis(60)) || move.isComplete());

    answer(first.abortMigration(guest.id()));
    await().atMost(LONG).until(move::isComplete);
    assertEquals(Duration.ofMillis(60), seen.getLast().allowed());
  }

  @Test
  void autoConvergeSlowsItDown() {
    LibvirtHypervisor first = hosts.hypervisor(1);
    Guest guest = busy(first);
    Future<Outcome.Migration> move = begun(first, guest, new Means(true, false, 1));

    await().atMost(LONG).until(() -> move.isComplete() || seen.getLast().throttle() > 0);

    assertTrue(seen.stream().anyMatch(now -> now.throttle() > 0), seen::toString);
    answer(first.steer(guest.id(), new Steering.Pause(Duration.ofSeconds(30))));
    answer(move);
    arrived(guest);
  }

  @Test
  void severalChannelsSendAtOnce() {
    LibvirtHypervisor first = hosts.hypervisor(1);
    Guest guest = hosts.running(first);

    answer(
        first.migrate(
            new Journey(
                order(guest, Optional.empty(), new Means(false, false, 4)), hosts.peer(2), false),
            seen::add));

    arrived(guest);
  }

  @Test
  void whatDoesNotMigrateIsNotSteered() {
    LibvirtHypervisor first = hosts.hypervisor(1);
    Guest guest = hosts.running(first);

    assertRefused(
        Reason.WRONG_STATE, first.steer(guest.id(), new Steering.Pause(Duration.ofSeconds(1))));
  }

  private Guest busy(LibvirtHypervisor first) {
    return hosts.running(first, "--memory", "160", "--dirty", "64", "--rate", "100");
  }

  /** One that goes on for good: it has sent all of the memory once, and some of it again. */
  private Future<Outcome.Migration> begun(LibvirtHypervisor first, Guest guest, Means means) {
    Future<Outcome.Migration> move =
        first.migrate(
            new Journey(order(guest, Optional.of(Bytes.ofMiB(20)), means), hosts.peer(2), false),
            seen::add);
    await()
        .atMost(LONG)
        .until(
            () ->
                move.isComplete()
                    || (!seen.isEmpty() && seen.getLast().progress().iteration() > 1));
    assertTrue(!move.isComplete(), move::toString);
    return move;
  }

  private static Migrate order(Guest guest, Optional<Bytes> bandwidth, Means means) {
    return new Migrate(
        guest.id(),
        new HostId("h2"),
        Optional.empty(),
        bandwidth,
        Duration.ofMillis(50),
        LONG,
        Optional.of(means));
  }

  private void arrived(Guest guest) {
    assertEquals(Optional.of(VmState.RUNNING), state(hosts.hypervisor(2), guest.id()));
    guest.awaitTicks(5);
    assertEquals(List.of(), guest.breaks());
  }
}
