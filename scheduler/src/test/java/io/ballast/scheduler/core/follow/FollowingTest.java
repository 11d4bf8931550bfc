package io.ballast.scheduler.core.follow;

import static io.ballast.scheduler.core.BeatMaker.START;
import static io.ballast.scheduler.core.BeatMaker.port;
import static io.ballast.scheduler.core.BeatMaker.vm;
import static io.ballast.scheduler.core.BeatMaker.vmId;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Fleet;
import io.ballast.messages.HostBeat.Health;
import io.ballast.messages.HostId;
import io.ballast.messages.NetBeat;
import io.ballast.messages.NetOrder;
import io.ballast.messages.Port;
import io.ballast.messages.PortStatus;
import io.ballast.messages.Vm;
import io.ballast.messages.VmState;
import io.ballast.scheduler.core.BeatMaker;
import io.ballast.scheduler.core.effect.Effect;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class FollowingTest {
  private static final HostId H1 = new HostId("h1");
  private static final HostId H2 = new HostId("h2");
  private static final Port PORT = port(1);
  private static final Vm RUNNING = vm(1, VmState.RUNNING);
  private static final Vm OFF = vm(1, VmState.SHUT_OFF);

  private final Following following = new Following();
  private final BeatMaker one = new BeatMaker("h1");
  private final BeatMaker two = new BeatMaker("h2");

  private static Fleet.Host host(
      BeatMaker beats, Fleet.Status status, List<Vm> vms, Optional<NetBeat> net) {
    return new Fleet.Host(
        beats.beat(START, vms.toArray(Vm[]::new)), status, START, Optional.empty(), net);
  }

  private Fleet.Host first(List<Vm> vms, Port... ports) {
    return host(one, Fleet.Status.UP, vms, Optional.of(one.net(START, ports)));
  }

  private Fleet.Host second(List<Vm> vms, Port... ports) {
    return host(two, Fleet.Status.UP, vms, Optional.of(two.net(START, ports)));
  }

  /** The first host, on which the cards of these ports are not there. */
  private Fleet.Host left(List<Vm> vms, Port... ports) {
    return host(one, Fleet.Status.UP, vms, Optional.of(told(one, PortStatus.State.WAITING, ports)));
  }

  private Fleet.Host left(Port... ports) {
    return left(List.of(), ports);
  }

  /** The second host, whose port for a machine is in a state. */
  private Fleet.Host second(Vm vm, PortStatus.State state) {
    return host(two, Fleet.Status.UP, List.of(vm), Optional.of(told(two, state, PORT)));
  }

  /** A beat of ports whose cards are not there. */
  private static NetBeat told(BeatMaker beats, PortStatus.State state, Port... ports) {
    NetBeat beat = beats.net(START);
    return new NetBeat(
        beat.pulse(),
        beat.bridges(),
        beat.links(),
        beat.sampledAt(),
        beat.problem(),
        Stream.of(ports)
            .map(port -> new PortStatus(port, state, Optional.empty(), List.of(), Optional.empty()))
            .toList(),
        List.of(),
        List.of(),
        beat.abilities());
  }

  private List<Effect> look(Instant now, Fleet.Host... hosts) {
    return following.look(List.of(hosts), Map.of(), vm -> false, now);
  }

  /** What is ordered once the picture has stayed the same. */
  private List<Effect> settled(Fleet.Host... hosts) {
    assertEquals(List.of(), look(START, hosts));
    return look(START.plus(Following.SETTLED), hosts);
  }

  @Test
  void portsThatAreWhereTheirMachineRunsStay() {
    assertEquals(List.of(), settled(first(List.of(RUNNING), PORT), second(List.of())));
  }

  @Test
  void portsThatAMachineLeftBehindAreUnpluggedOnceItHasThemWhereItRuns() {
    assertEquals(
        List.of(new Effect.Order(H1, new NetOrder.UnplugPort(PORT.card()))),
        settled(left(PORT), second(List.of(RUNNING), PORT)));
  }

  @Test
  void aMachineThatCameWithoutItsPortsGetsThemBeforeTheOthersGo() {
    assertEquals(
        List.of(new Effect.Order(H2, new NetOrder.PlugPort(PORT))),
        settled(first(List.of(), PORT), second(List.of(RUNNING))));
  }

  @Test
  void preparedPortsOfAMachineThatDidNotComeAreUnplugged() {
    assertEquals(
        List.of(new Effect.Order(H2, new NetOrder.UnplugPort(PORT.card()))),
        settled(
            first(List.of(RUNNING), PORT),
            host(
                two,
                Fleet.Status.UP,
                List.of(),
                Optional.of(told(two, PortStatus.State.WAITING, PORT)))));
  }

  @Test
  void aMachineThatIsDefinedOnItsOldHostAndRunsElsewhereHasItsPortsWhereItRuns() {
    assertEquals(
        List.of(new Effect.Order(H1, new NetOrder.UnplugPort(PORT.card()))),
        settled(left(List.of(OFF), PORT), second(List.of(RUNNING), PORT)));
  }

  @Test
  void whereItIsInDoubtNothingIsOrdered() {
    List<Fleet.Host[]> doubtful =
        List.of(
            new Fleet.Host[] {first(List.of(RUNNING), PORT), second(List.of(RUNNING), PORT)},
            new Fleet.Host[] {first(List.of(), PORT), second(List.of(), PORT)},
            new Fleet.Host[] {first(List.of(OFF), PORT), second(List.of(OFF), PORT)},
            new Fleet.Host[] {
              host(one, Fleet.Status.SILENT, List.of(RUNNING), Optional.of(one.net(START, PORT))),
              second(List.of(OFF))
            },
            new Fleet.Host[] {
              host(one, Fleet.Status.SILENT, List.of(OFF), Optional.of(one.net(START, PORT))),
              second(List.of(OFF))
            },
            new Fleet.Host[] {
              first(List.of(), PORT),
              host(two, Fleet.Status.SUSPECT, List.of(RUNNING), Optional.of(two.net(START, PORT)))
            },
            new Fleet.Host[] {
              first(List.of(), PORT),
              host(
                  new BeatMaker("h2").health(Health.STUCK),
                  Fleet.Status.UP,
                  List.of(RUNNING),
                  Optional.of(two.net(START, PORT)))
            },
            new Fleet.Host[] {
              first(List.of(), PORT), host(two, Fleet.Status.UP, List.of(RUNNING), Optional.empty())
            });

    for (Fleet.Host[] hosts : doubtful) {
      assertEquals(List.of(), settled(hosts));
    }
  }

  @Test
  void nothingIsOrderedForAMachineOnItsWay() {
    List<Fleet.Host> hosts = List.of(left(PORT), second(List.of(RUNNING), PORT));

    following.look(hosts, Map.of(), vm -> vm.equals(vmId(1)), START);
    assertEquals(
        List.of(),
        following.look(
            hosts, Map.of(), vm -> vm.equals(vmId(1)), START.plus(Duration.ofMinutes(5))));
    assertEquals(List.of(), following.look(hosts, Map.of(), vm -> false, START.plusSeconds(301)));
    assertEquals(1, following.look(hosts, Map.of(), vm -> false, START.plusSeconds(311)).size());
  }

  @Test
  void aSilentHostIsNoHomeAndIsLeftAlone() {
    assertEquals(
        List.of(new Effect.Order(H2, new NetOrder.PlugPort(PORT))),
        settled(
            host(one, Fleet.Status.SILENT, List.of(RUNNING), Optional.of(one.net(START, PORT))),
            second(List.of(RUNNING))));
    assertEquals(
        List.of(),
        settled(
            host(one, Fleet.Status.SILENT, List.of(RUNNING), Optional.of(one.net(START, PORT))),
            second(List.of(RUNNING), PORT)));
  }

  @Test
  void whatWasOrderedIsGivenTimeAndThenOrderedAgain() {
    Fleet.Host[] hosts = {left(PORT), second(List.of(RUNNING), PORT)};
    assertEquals(1, settled(hosts).size());
    Instant ordered = START.plus(Following.SETTLED);

    assertEquals(List.of(), look(ordered.plusSeconds(30), hosts));
    assertEquals(1, look(ordered.plus(Following.AGAIN), hosts).size());
  }

  @Test
  void aPictureThatChangesMeanwhileBeginsAnew() {
    Fleet.Host[] left = {left(PORT), second(List.of(RUNNING), PORT)};
    look(START, left);
    look(START.plusSeconds(5), first(List.of(RUNNING), PORT), second(List.of()));

    assertEquals(List.of(), look(START.plusSeconds(10), left));
    assertEquals(1, look(START.plusSeconds(20), left).size());
  }

  @Test
  void aPortThatWasUnpluggedWhereItsMachineRunsDoesNotComeBack() {
    Fleet.Host silent =
        host(one, Fleet.Status.SILENT, List.of(), Optional.of(one.net(START, PORT)));
    look(START, silent, second(List.of(RUNNING), PORT));

    look(START.plusSeconds(1), silent, second(List.of(RUNNING)));
    assertEquals(List.of(), look(START.plusSeconds(600), silent, second(List.of(RUNNING))));

    Fleet.Host back = left(PORT);
    look(START.plusSeconds(601), back, second(List.of(RUNNING)));
    assertEquals(
        List.of(new Effect.Order(H1, new NetOrder.UnplugPort(PORT.card()))),
        look(START.plusSeconds(612), back, second(List.of(RUNNING))));
  }

  @Test
  void aPortThatIsNotInForceYetWhereItsMachineRunsLeavesTheOther() {
    Fleet.Host left = left(PORT);

    assertEquals(List.of(), settled(left, second(RUNNING, PortStatus.State.DIFFERS)));
    assertEquals(List.of(), settled(left, second(RUNNING, PortStatus.State.UNKNOWN)));
    assertEquals(List.of(), settled(left, second(RUNNING, PortStatus.State.WAITING)));
  }

  @Test
  void aMachineThatDoesNotRunHasItsPortsWhereItIsDefined() {
    Fleet.Host left = left(PORT);

    assertEquals(List.of(), settled(left, second(OFF, PortStatus.State.DIFFERS)));
    assertEquals(
        List.of(new Effect.Order(H1, new NetOrder.UnplugPort(PORT.card()))),
        settled(left, second(OFF, PortStatus.State.WAITING)));
  }

  @Test
  void aMachineThatCameWithoutItsPortsGetsThemBeforeItIsStarted() {
    assertEquals(
        List.of(new Effect.Order(H2, new NetOrder.PlugPort(PORT))),
        settled(first(List.of(), PORT), second(List.of(OFF))));
  }

  @Test
  void whatADeadHostKeptBeforeThisLifeFollowsItsMachine() {
    Map<HostId, List<Port>> before = Map.of(H1, List.of(PORT));
    List<Fleet.Host> hosts = List.of(second(List.of(RUNNING)));

    assertEquals(List.of(), following.look(hosts, before, vm -> false, START));
    assertEquals(
        List.of(new Effect.Order(H2, new NetOrder.PlugPort(PORT))),
        following.look(hosts, before, vm -> false, START.plus(Following.SETTLED)));

    List<Fleet.Host> plugged = List.of(second(List.of(RUNNING), PORT));
    assertEquals(List.of(), following.look(plugged, before, vm -> false, START.plusSeconds(600)));
  }

  @Test
  void noPortGoesWhoseCardIsThere() {
    assertEquals(List.of(), settled(first(List.of(), PORT), second(List.of(RUNNING), PORT)));
  }

  @Test
  void whatRunsNowhereMayRunOnAHostThatCantTell() {
    Fleet.Host stuck =
        host(
            new BeatMaker("h1").health(Health.STUCK),
            Fleet.Status.UP,
            List.of(),
            Optional.of(told(one, PortStatus.State.WAITING, PORT)));

    assertEquals(List.of(), settled(stuck, second(OFF, PortStatus.State.WAITING)));
    assertEquals(
        List.of(new Effect.Order(H1, new NetOrder.UnplugPort(PORT.card()))),
        settled(stuck, second(List.of(RUNNING), PORT)));
  }

  @Test
  void aHostThatCantHaveAPortIsNamed() {
    Port elsewhere = Port.of(PORT.card(), PORT.vm(), "br9");

    Effect.Warn warn =
        assertInstanceOf(
            Effect.Warn.class,
            settled(first(List.of(), elsewhere), second(List.of(RUNNING))).getFirst());

    assertTrue(
        warn.line().endsWith("has no port on h2, where the VM is: h2 has no bridge br9"),
        warn.line());
  }

  @Test
  void soManyOrdersAreGivenAtOnce() {
    List<Vm> vms = new ArrayList<>();
    Port[] ports = new Port[50];
    IntStream.range(0, 50)
        .forEach(
            i -> {
              vms.add(vm(i + 1, VmState.RUNNING));
              ports[i] = port(i + 1);
            });
    Fleet.Host[] hosts = {left(ports), second(vms, ports)};

    assertEquals(Following.MOST, settled(hosts).size());
    Instant then = START.plus(Following.SETTLED);
    assertEquals(Following.MOST, look(then.plusSeconds(1), hosts).size());
    assertEquals(10, look(then.plusSeconds(2), hosts).size());
    assertEquals(0, look(then.plusSeconds(3), hosts).size());
  }
}
