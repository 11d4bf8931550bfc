package io.ballast.scheduler.core.view;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ballast.messages.Cidr;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostId;
import io.ballast.messages.Mac;
import io.ballast.messages.NetBeat;
import io.ballast.messages.NetBeat.Ability;
import io.ballast.messages.NetBeat.Bridge;
import io.ballast.messages.NetBeat.Line;
import io.ballast.messages.Port;
import io.ballast.messages.RateLimit;
import io.ballast.messages.Vlan;
import io.ballast.messages.VmState;
import io.ballast.scheduler.core.BeatMaker;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ReachTest {
  private static final HostId H2 = new HostId("h2");
  private static final Set<Ability> ALL = EnumSet.allOf(Ability.class);
  private static final Line TELECOM =
      new Line("telecom", "br0", List.of(), List.of(new Line.Span(100, 199)));

  private final BeatMaker one = new BeatMaker("h1");
  private final BeatMaker two = new BeatMaker("h2");

  /** A port with all that there is, in a VLAN. */
  private static Port port(int vlan, Optional<String> line) {
    return new Port(
        new Mac("52:54:00:00:00:01"),
        BeatMaker.vmId(1),
        "br0",
        Optional.of(new Vlan.Access(vlan)),
        List.of(Cidr.of("10.0.0.5/24")),
        Optional.of(RateLimit.of(1_000)),
        Optional.of(RateLimit.of(1_000)),
        true,
        Optional.empty(),
        Optional.empty(),
        line);
  }

  private Fleet.Host home(Port port) {
    return host(one, true, Optional.of(one.net(BeatMaker.START, port)));
  }

  private static Fleet.Host host(BeatMaker beats, boolean running, Optional<NetBeat> net) {
    return new Fleet.Host(
        running
            ? beats.beat(BeatMaker.START, BeatMaker.vm(1, VmState.RUNNING))
            : beats.beat(BeatMaker.START),
        Fleet.Status.UP,
        BeatMaker.START,
        Optional.empty(),
        net);
  }

  private Fleet.Host target(
      Bridge.Kind kind, String bridge, List<Line> lines, Set<Ability> abilities) {
    return host(
        two,
        false,
        Optional.of(
            new NetBeat(
                two.pulse(BeatMaker.START),
                List.of(new Bridge(bridge, kind, List.of())),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                lines,
                List.of(),
                List.copyOf(abilities))));
  }

  private static Optional<String> missing(Fleet.Host... hosts) {
    return Reach.of(List.of(hosts)).missing(BeatMaker.vmId(1), H2);
  }

  @Test
  void aMachineWithoutPortsCanGoAnywhere() {
    assertEquals(
        Optional.empty(),
        missing(host(one, true, Optional.empty()), host(two, false, Optional.empty())));
  }

  @Test
  void whatIsMissingIsNamed() {
    Fleet.Host home = home(port(100, Optional.of("telecom")));

    assertEquals(
        Optional.of("h2 has no network agent on the bus, and the VM has ports"),
        missing(home, host(two, false, Optional.empty())));
    assertEquals(
        Optional.of("h2 has no bridge br0"),
        missing(home, target(Bridge.Kind.LINUX, "br1", List.of(TELECOM), ALL)));
    assertEquals(
        Optional.of("h2 does not reach line 'telecom' over bridge br0"),
        missing(home, target(Bridge.Kind.LINUX, "br0", List.of(), ALL)));
    assertEquals(
        Optional.of("line 'telecom' of h2 does not carry VLAN 200"),
        missing(
            home(port(200, Optional.of("telecom"))),
            target(Bridge.Kind.LINUX, "br0", List.of(TELECOM), ALL)));
    assertEquals(
        Optional.empty(), missing(home, target(Bridge.Kind.LINUX, "br0", List.of(TELECOM), ALL)));
  }

  @ParameterizedTest
  @EnumSource(Ability.class)
  void whatATargetCantDoIsNamed(Ability lacking) {
    Bridge.Kind kind =
        lacking.name().startsWith("OPEN_VSWITCH") ? Bridge.Kind.OPEN_VSWITCH : Bridge.Kind.LINUX;
    Fleet.Host home = home(port(100, Optional.empty()));
    Set<Ability> most = EnumSet.complementOf(EnumSet.of(lacking));

    String why = missing(home, target(kind, "br0", List.of(), most)).orElseThrow();

    assertEquals("h2 can't do that on bridge br0: ", why.substring(0, 32));
    assertEquals(Optional.empty(), missing(home, target(kind, "br0", List.of(), ALL)));
  }

  @Test
  void thePortsOfTheHostOnWhichTheMachineRunsCount() {
    Port stale = Port.of(new Mac("52:54:00:00:00:01"), BeatMaker.vmId(1), "br9");
    Port other = Port.of(new Mac("52:54:00:00:00:02"), BeatMaker.vmId(1), "br0");
    Port present = port(100, Optional.empty());
    Fleet.Host old = host(two, false, Optional.of(two.net(BeatMaker.START, stale, other)));

    for (List<Fleet.Host> hosts :
        List.of(List.of(home(present), old), List.of(old, home(present)))) {
      assertEquals(List.of(present, other), Reach.of(hosts).ports(BeatMaker.vmId(1)));
    }
  }
}
