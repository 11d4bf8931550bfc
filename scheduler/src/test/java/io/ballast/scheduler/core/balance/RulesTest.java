package io.ballast.scheduler.core.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Bytes;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostBeat;
import io.ballast.messages.HostId;
import io.ballast.messages.Mac;
import io.ballast.messages.Move;
import io.ballast.messages.NetBeat;
import io.ballast.messages.OperationId;
import io.ballast.messages.Port;
import io.ballast.messages.PortStatus;
import io.ballast.messages.Vm;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import io.ballast.scheduler.core.policy.Policy;
import io.ballast.scheduler.core.view.ClusterView;
import io.ballast.scheduler.core.view.Objection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each rule by itself. */
final class RulesTest {
  private static final Policy POLICY = Policy.DEFAULT;
  private static final VmId WEB = World.vm("web");
  private static final HostId H1 = new HostId("h1");
  private static final HostId H2 = new HostId("h2");
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final World world =
      new World()
          .host("h1", 8, Bytes.ofMiB(8192))
          .host("h2", 8, Bytes.ofMiB(8192))
          .guest("web", "h1", 1, Bytes.ofMiB(1024))
          .guest("db", "h2", 1, Bytes.ofMiB(1024))
          .settle();
  private final Instant now = world.now();

  private Rules rules(ClusterView view, Past past) {
    return new Rules(view, past, POLICY, now);
  }

  /** What speaks against moving web anywhere. */
  private Optional<Objection> anywhere(ClusterView view, Past past) {
    Forecast forecast = Forecast.of(view, List.of(), POLICY, now);
    return rules(view, past).against(forecast.guests(H1).getFirst(), forecast);
  }

  /** What speaks against moving web to h2. */
  private Optional<Objection> toH2(Past past) {
    return toH2(world.view(), past);
  }

  private Optional<Objection> toH2(ClusterView view) {
    return toH2(view, Past.NONE);
  }

  private Optional<Objection> toH2(ClusterView view, Past past) {
    Forecast forecast = Forecast.of(view, List.of(), POLICY, now);
    return rules(view, past)
        .against(forecast.guests(H1).getFirst(), H1, forecast.site(H2).orElseThrow());
  }

  private Past moved(Move.State state, HostId from, HostId to, Duration ago) {
    return Past.of(
        List.of(
            new Move(
                new OperationId("m1"),
                WEB,
                "web",
                from,
                to,
                Move.Priority.BALANCE,
                state,
                now.minus(ago),
                Optional.empty(),
                Optional.empty(),
                "why")));
  }

  private Past failed(Setbacks setbacks) {
    return new Past(List.of(), setbacks);
  }

  private Setbacks.Streak streak(Set<HostId> others, int failures) {
    return new Setbacks.Streak("it", others, failures, now.minus(SECOND), "it failed");
  }

  /** The view with other VMs on a host. */
  private ClusterView with(HostId on, List<Vm> vms) {
    return new ClusterView(
        "c1",
        world.view().hosts().stream().map(it -> it.id().equals(on) ? on(it, vms) : it).toList());
  }

  private static Fleet.Host on(Fleet.Host host, List<Vm> vms) {
    return withBeat(host, host.beat().with(host.beat().load(), vms));
  }

  private static Fleet.Host withBeat(Fleet.Host host, HostBeat beat) {
    return new Fleet.Host(beat, host.status(), host.heardAt(), host.storage(), host.net());
  }

  private Vm vmOf(HostId host) {
    return world.view().host(host).orElseThrow().beat().vms().getFirst();
  }

  @Test
  void nothingSpeaksAgainstAGuestThatDidNothing() {
    assertEquals(Optional.empty(), anywhere(world.view(), Past.NONE));
    assertEquals(Optional.empty(), toH2(Past.NONE));
  }

  @Test
  void whatIsOnItsWayIsNotMoved() {
    for (Move.State state : Move.State.values()) {
      if (state.open()) {
        Past past = moved(state, H1, H2, Duration.ofHours(1));
        assertEquals(Optional.of(Objection.OPEN_MOVE), anywhere(world.view(), past));
      }
    }
  }

  @Test
  void whatDoesNotRunIsNotMoved() {
    Vm web = vmOf(H1);
    Vm paused =
        new Vm(
            web.id(),
            web.name(),
            VmState.PAUSED,
            web.vcpus(),
            web.cpus(),
            web.memory(),
            web.resident(),
            web.traffic());

    assertEquals(
        Optional.of(Objection.NOT_RUNNING), anywhere(with(H1, List.of(paused)), Past.NONE));
  }

  @Test
  void whatIsActiveTwiceIsNotMoved() {
    ClusterView view = with(H2, List.of(vmOf(H1), vmOf(H2)));

    assertEquals(Optional.of(Objection.DOUBLED), anywhere(view, Past.NONE));
  }

  @Test
  void whatCannotBeMovedIsNot() {
    Map<VmId, Setbacks.Pinned> pinned =
        Map.of(WEB, new Setbacks.Pinned("web", 1, 0, "it has a device of its host"));
    Past past = failed(new Setbacks(Map.of(), Map.of(), Map.of(), pinned));

    assertEquals(Optional.of(Objection.UNMOVABLE), anywhere(world.view(), past));
  }

  @Test
  void whatFailedToTwoTargetsIsLetAlone() {
    Past past =
        failed(
            new Setbacks(
                Map.of(),
                Map.of(),
                Map.of(WEB, streak(Set.of(H2, new HostId("h3")), 2)),
                Map.of()));

    assertEquals(Optional.of(Objection.FAILED_LATELY), anywhere(world.view(), past));
  }

  @Test
  void whatMovedLatelyCoolsDown() {
    Duration coolDown = POLICY.pace().coolDown();
    Past lately = moved(Move.State.DONE, H2, H1, coolDown.minus(SECOND));
    Past longAgo = moved(Move.State.DONE, H2, H1, coolDown);
    Past inVain = moved(Move.State.FAILED, H1, H2, coolDown.minus(SECOND));

    assertEquals(Optional.of(Objection.COOL_DOWN), anywhere(world.view(), lately));
    assertEquals(Optional.of(Objection.COOL_DOWN), anywhere(world.view(), inVain));
    assertEquals(Optional.empty(), anywhere(world.view(), longAgo));
  }

  @Test
  void aTargetThatFailedTwiceIsLeftOut() {
    Past past =
        failed(
            new Setbacks(
                Map.of(H2, streak(Set.of(H1), 2)), Map.of(H1, Set.of(H2)), Map.of(), Map.of()));
    Past once =
        failed(
            new Setbacks(
                Map.of(H2, streak(Set.of(H1), 1)), Map.of(H1, Set.of(H2)), Map.of(), Map.of()));

    assertEquals(Optional.of(Objection.QUARANTINED), toH2(past));
    assertEquals(Optional.empty(), toH2(once));
  }

  @Test
  void nothingGoesBackWhereItCameFromLately() {
    Duration noReturn = POLICY.pace().noReturn();

    assertEquals(
        Optional.of(Objection.WAY_BACK),
        toH2(moved(Move.State.DONE, H2, H1, noReturn.minus(SECOND))));
    assertEquals(Optional.empty(), toH2(moved(Move.State.DONE, H2, H1, noReturn)));
    assertEquals(Optional.empty(), toH2(moved(Move.State.FAILED, H2, H1, noReturn.minus(SECOND))));
  }

  @Test
  void aTargetMustReachThePortsOfTheGuest() {
    Port port = Port.of(new Mac("52:54:00:00:00:01"), WEB, "br0");

    assertEquals(Optional.empty(), toH2(reaching("br0", port)));
    assertEquals(Optional.of(Objection.NETWORK_OUT_OF_REACH), toH2(reaching("br1", port)));
    assertEquals(
        Optional.empty(), toH2(reaching("br1", Port.of(port.card(), World.vm("db"), "br0"))));
  }

  /** The view with a port on h1, and h2 with one bridge. */
  private ClusterView reaching(String bridge, Port port) {
    return new ClusterView(
        "c1",
        world.view().hosts().stream()
            .map(host -> host.id().equals(H1) ? net(host, "br0", port) : net(host, bridge))
            .toList());
  }

  private static Fleet.Host net(Fleet.Host host, String bridge, Port... ports) {
    NetBeat beat =
        new NetBeat(
            host.beat().pulse(),
            List.of(new NetBeat.Bridge(bridge, NetBeat.Bridge.Kind.LINUX, List.of())),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            Stream.of(ports)
                .map(
                    port ->
                        new PortStatus(
                            port,
                            PortStatus.State.IN_FORCE,
                            Optional.empty(),
                            List.of(),
                            Optional.empty()))
                .toList(),
            List.of(),
            List.of(),
            List.of(NetBeat.Ability.LINUX_BRIDGE));
    return new Fleet.Host(
        host.beat(), host.status(), host.heardAt(), host.storage(), Optional.of(beat));
  }

  @Test
  void aTargetMustHaveRoom() {
    world.guest("large", "h2", 0, Bytes.ofMiB(6145));
    assertEquals(Optional.of(Objection.NO_ROOM), toH2(Past.NONE));
  }

  @Test
  void hostsThatTakePartInAsManyMovesAsTheyMayAreBusy() {
    Past past = moved(Move.State.MIGRATING, H1, H2, SECOND);

    assertTrue(rules(world.view(), past).isBusy(H1));
    assertTrue(rules(world.view(), past).isBusy(H2));
    assertFalse(rules(world.view(), Past.NONE).isBusy(H1));
  }

  @Test
  void aHostThatDoesOtherWorkIsBusy() {
    List<Fleet.Host> hosts = new ArrayList<>(world.view().hosts());
    HostBeat beat = hosts.getFirst().beat();
    hosts.set(
        0,
        withBeat(
            hosts.getFirst(),
            new HostBeat(
                beat.pulse(),
                beat.capacity(),
                beat.load(),
                beat.hypervisor(),
                beat.vms(),
                List.of(new OperationId("other")),
                beat.epoch())));
    Rules rules = rules(new ClusterView("c1", hosts), Past.NONE);

    assertTrue(rules.isBusy(H1));
    assertFalse(rules.isBusy(H2));
  }
}
