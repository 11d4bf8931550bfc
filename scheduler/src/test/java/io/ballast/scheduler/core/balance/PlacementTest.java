package io.ballast.scheduler.core.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.ballast.messages.Bytes;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostId;
import io.ballast.messages.Mac;
import io.ballast.messages.Move;
import io.ballast.messages.NetBeat;
import io.ballast.messages.OperationId;
import io.ballast.messages.Port;
import io.ballast.messages.PortStatus;
import io.ballast.messages.Reason;
import io.ballast.messages.SchedulerCommand;
import io.ballast.scheduler.core.policy.Policy;
import io.ballast.scheduler.core.view.ClusterView;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class PlacementTest {
  private static final HostId H1 = new HostId("h1");
  private static final HostId H2 = new HostId("h2");

  private final World world =
      new World()
          .host("h1", 1, Bytes.ofMiB(1024))
          .host("h2", 1, Bytes.ofMiB(1024))
          .host("h3", 1, Bytes.ofMiB(256))
          .guest("web", "h1", 0.3, Bytes.ofMiB(200))
          .guest("db", "h1", 0.2, Bytes.ofMiB(300))
          .guest("log", "h2", 0.6, Bytes.ofMiB(100));

  private ClusterView view = world.settle().view();
  private List<Move> moves = List.of();

  @Test
  void aPersonNamesTheTarget() {
    Placement.Found found = assertInstanceOf(Placement.Found.class, place("web", "h2"));

    assertEquals(H1, found.move().from());
    assertEquals(H2, found.move().to());
    assertEquals("qemu+tcp://h2/system", found.peerUri());
    assertEquals(
        "a person wants it; CPU of h1 55 % to 25 %, of h2 65 % to 95 %", found.move().why());
  }

  @Test
  void withoutATargetACoolHostWithRoomIsChosen() {
    Placement.Found found = assertInstanceOf(Placement.Found.class, place("web", null));

    assertEquals(new HostId("h3"), found.move().to());
  }

  @Test
  void aHotHostIsBetterThanNone() {
    Placement.Found found = assertInstanceOf(Placement.Found.class, place("db", null));

    assertEquals(H2, found.move().to());
  }

  @Test
  void whatCantBeIsRefusedWithItsReason() {
    refused(
        Reason.UNKNOWN_VM, "cluster c1 has no VM " + World.vm("x") + "; see its list", "x", "h2");
    refused(Reason.UNKNOWN_HOST, "cluster c1 has no host h9; choose another", "web", "h9");
    refused(Reason.WRONG_STATE, "web is on h1 already", "web", "h1");
    refused(
        Reason.NO_ROOM,
        "db was given 300 MiB and h3 has 256 MiB free; choose another host or free memory there",
        "db",
        "h3");
  }

  /** The view, in which a host's network agent keeps a port of web and another has a bridge. */
  private ClusterView wired(String source, String target, String bridge) {
    return new ClusterView(
        view.cluster(),
        view.hosts().stream()
            .map(
                host ->
                    new Fleet.Host(
                        host.beat(),
                        host.status(),
                        host.heardAt(),
                        host.storage(),
                        Optional.of(host.id().value())
                            .filter(name -> name.equals(source) || name.equals(target))
                            .map(
                                name ->
                                    name.equals(source)
                                        ? net(host, "br0", Optional.of("web"))
                                        : net(host, bridge, Optional.empty()))))
            .toList());
  }

  private static NetBeat net(Fleet.Host host, String bridge, Optional<String> vm) {
    return new NetBeat(
        host.beat().pulse(),
        List.of(new NetBeat.Bridge(bridge, NetBeat.Bridge.Kind.LINUX, List.of())),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        vm
            .map(
                name ->
                    new PortStatus(
                        Port.of(new Mac("52:54:00:00:00:01"), World.vm(name), "br0"),
                        PortStatus.State.IN_FORCE,
                        Optional.of("vnet0"),
                        List.of(),
                        Optional.empty()))
            .stream()
            .toList(),
        List.of(),
        List.of(),
        List.of(NetBeat.Ability.LINUX_BRIDGE));
  }

  @Test
  void aVmGoesWhereItsNetworksAre() {
    view = wired("h1", "h2", "br0");
    assertEquals(H2, assertInstanceOf(Placement.Found.class, place("web", "h2")).move().to());
    assertEquals(H2, assertInstanceOf(Placement.Found.class, place("web", null)).move().to());
    refused(
        Reason.NOT_ALLOWED,
        "web can't have its network there: h3 has no network agent on the bus, and the VM has"
            + " ports; mend that or choose another host",
        "web",
        "h3");

    view = wired("h1", "h3", "br1");
    refused(
        Reason.NOT_ALLOWED,
        "web can't have its network there: h3 has no bridge br0; mend that or choose another host",
        "web",
        "h3");
    assertEquals(
        Reason.NOT_ALLOWED, assertInstanceOf(Placement.Refused.class, place("web", null)).reason());
    assertInstanceOf(Placement.Found.class, place("db", "h2"));
  }

  @Test
  void aVmOnItsWayIsBusy() {
    Move.State state = Move.State.UNKNOWN;
    moves = List.of(move("web", state));

    refused(
        Reason.BUSY,
        "VM " + World.vm("web") + " is on its way already; wait until its move has ended",
        "web",
        "h2");
  }

  @Test
  void aCoolDownDoesNotBindAPerson() {
    moves = List.of(move("web", Move.State.DONE));

    assertInstanceOf(Placement.Found.class, place("web", "h2"));
  }

  @Test
  void aSilentHostIsNoTarget() {
    view =
        new ClusterView(
            "c1",
            view.hosts().stream()
                .map(
                    host ->
                        host.id().equals(H2)
                            ? new Fleet.Host(
                                host.beat(),
                                Fleet.Status.SILENT,
                                host.heardAt(),
                                host.storage(),
                                host.net())
                            : host)
                .toList());

    refused(
        Reason.WRONG_STATE,
        "h2 has not been heard lately; wait for its beats or choose another host",
        "web",
        "h2");
  }

  private Move move(String vm, Move.State state) {
    return new Move(
        new OperationId("m1"),
        World.vm(vm),
        vm,
        H2,
        H1,
        Move.Priority.BALANCE,
        state,
        world.now(),
        Optional.empty(),
        Optional.empty(),
        "because");
  }

  private void refused(Reason reason, String message, String vm, String to) {
    assertEquals(new Placement.Refused(reason, message), place(vm, to));
  }

  private Placement place(String vm, @Nullable String to) {
    SchedulerCommand.MoveVm wish =
        new SchedulerCommand.MoveVm(World.vm(vm), Optional.ofNullable(to).map(HostId::new));
    return Placement.of(view, Past.of(moves), Policy.DEFAULT, wish, world.now());
  }
}
