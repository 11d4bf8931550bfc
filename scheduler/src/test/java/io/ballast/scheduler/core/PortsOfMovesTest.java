package io.ballast.scheduler.core;

import static io.ballast.scheduler.core.BeatMaker.START;
import static io.ballast.scheduler.core.BeatMaker.port;
import static io.ballast.scheduler.core.BeatMaker.vm;
import static io.ballast.scheduler.core.BeatMaker.vmId;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.ballast.messages.Bytes;
import io.ballast.messages.Event;
import io.ballast.messages.HostId;
import io.ballast.messages.Mac;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Port;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.SchedulerCommand;
import io.ballast.messages.Vm;
import io.ballast.messages.VmState;
import io.ballast.scheduler.core.effect.Effect;
import io.ballast.scheduler.core.move.MoveInput;
import io.ballast.scheduler.core.policy.AlertSettings;
import io.ballast.scheduler.core.policy.LivenessSettings;
import io.ballast.scheduler.core.policy.Policy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a move takes along of the ports of its VM. */
final class PortsOfMovesTest {
  private static final HostId H1 = new HostId("h1");
  private static final HostId H2 = new HostId("h2");
  private static final OperationId MOVE = new OperationId("m1");
  private static final Port PORT = port(1);
  private static final Port ELSEWHERE = Port.of(Mac.of(0x525400000102L), vmId(1), "br0");
  private static final Vm RUNNING = vm(1, VmState.RUNNING);

  private final BeatMaker one = new BeatMaker("h1");
  private final BeatMaker two = new BeatMaker("h2");
  private final Conductor conductor =
      new Conductor(
          Policy.DEFAULT,
          LivenessSettings.DEFAULT,
          AlertSettings.DEFAULT,
          () -> new OperationId("planned"),
          1,
          START);

  @Test
  void itKnowsWhatItsHostKeepsAndWhatOnlyOthersKeep() {
    beat(List.of(RUNNING, vm(2, VmState.RUNNING)), List.of(PORT, port(2)), List.of());
    conductor.onBeat(two.net(START, PORT, ELSEWHERE), START);

    Effect.Send send = sent();
    assertEquals(List.of(PORT), send.kept());
    assertEquals(List.of(ELSEWHERE), send.astray());
    assertEquals(List.of(PORT, ELSEWHERE), send.ports(List.of(PORT)));
    assertEquals(List.of(ELSEWHERE), send.ports(List.of(ELSEWHERE)));
  }

  @Test
  void whatAnEarlierLifeHeardOfAHostStandsInUntilItsNetworkAgentIsHeard() {
    conductor.onRemembered(Map.of(H1, List.of(PORT)));
    conductor.onBeat(one.beat(START, RUNNING), START);
    conductor.onBeat(two.beat(START), START);
    conductor.onBeat(two.net(START), START);

    assertEquals(List.of(PORT), sent().kept());

    assertEquals(remembered(Map.of()), conductor.onBeat(one.net(START), START));
  }

  @Test
  void whatHostsKeepIsWrittenDownWhenItChanges() {
    assertEquals(
        remembered(Map.of(H1, List.of(PORT))), conductor.onBeat(one.net(START, PORT), START));
    assertEquals(List.of(), conductor.onBeat(one.net(START, PORT), START));
    assertEquals(
        remembered(Map.of(H1, List.of(PORT), H2, List.of(ELSEWHERE))),
        conductor.onBeat(two.net(START, ELSEWHERE), START));
    assertEquals(
        remembered(Map.of(H2, List.of(ELSEWHERE))), conductor.onBeat(one.net(START), START));
  }

  @Test
  void whatAHostOfBeforeKeptIsForgottenOnceAnotherKeepsIt() {
    conductor.onRemembered(Map.of(H1, List.of(PORT, ELSEWHERE)));
    conductor.onBeat(two.beat(START, RUNNING), START);
    conductor.onBeat(two.net(START, PORT), START);

    assertEquals(
        remembered(Map.of(H1, List.of(ELSEWHERE), H2, List.of(PORT))),
        remembering(START.plusSeconds(30)));
  }

  @Test
  void whatAHostKeptThatFellSilentIsForgottenOnceAnotherKeepsIt() {
    conductor.onBeat(one.net(START, PORT), START);
    conductor.onBeat(two.beat(START), START);
    Instant later = START.plusSeconds(120);
    conductor.onBeat(two.net(later, PORT), later);

    assertEquals(remembered(Map.of(H2, List.of(PORT))), remembering(later));

    assertEquals(
        remembered(Map.of(H1, List.of(PORT), H2, List.of(PORT))),
        conductor.onBeat(one.net(later, PORT), later));
  }

  @Test
  void theBeatOfANetworkAgentAloneDoesNotTakeAHostOutOfTheMemory() {
    conductor.onRemembered(Map.of(H1, List.of(PORT)));
    conductor.onBeat(one.net(START, PORT), START);
    conductor.onBeat(two.beat(START, RUNNING), START);
    conductor.onBeat(two.net(START), START);

    BeatMaker three = new BeatMaker("h3");
    conductor.onBeat(three.beat(START), START);
    conductor.onBeat(three.net(START), START);

    assertEquals(List.of(PORT), sent(new HostId("h3")).astray());
  }

  @Test
  void aHostThatOnlyAnEarlierLifeHeardCanBeForgotten() {
    conductor.onRemembered(Map.of(H1, List.of(PORT)));

    List<Effect> effects = conductor.onCommand(MOVE, new SchedulerCommand.ForgetHost(H1), START);

    assertEquals(Map.of(), only(Effect.Remember.class, effects).ports());
    assertInstanceOf(Reply.Accepted.class, only(Effect.Answer.class, effects).reply());
  }

  private List<Effect> remembering(Instant now) {
    return conductor.onTick(now).stream().filter(Effect.Remember.class::isInstance).toList();
  }

  private static List<Effect> remembered(Map<HostId, List<Port>> ports) {
    return List.of(new Effect.Remember(ports));
  }

  @Test
  void whatWasChangedOnTheWayIsCarriedOnceItEnded() {
    beat(List.of(RUNNING), List.of(PORT), List.of());
    sent();

    assertEquals(List.of(new Effect.Carry(MOVE, vmId(1), H1, H2)), carried(true));
  }

  @Test
  void whatWasUnpluggedOnTheWayIsCarriedToo() {
    beat(List.of(RUNNING), List.of(PORT), List.of());
    sent();
    conductor.onBeat(one.net(START), START);
    conductor.onBeat(two.net(START, PORT), START);

    assertEquals(List.of(new Effect.Carry(MOVE, vmId(1), H1, H2)), carried(true));
  }

  @Test
  void nothingIsCarriedOfAVmWithoutPorts() {
    beat(List.of(RUNNING), List.of(), List.of());
    sent();

    assertEquals(List.of(), carried(true));
  }

  @Test
  void nothingIsCarriedAfterAMoveThatFailed() {
    beat(List.of(RUNNING), List.of(PORT), List.of());
    sent();

    assertEquals(List.of(), carried(false));
  }

  private void beat(List<Vm> vms, List<Port> ports, List<Vm> others) {
    conductor.onBeat(one.beat(START, vms.toArray(Vm[]::new)), START);
    conductor.onBeat(two.beat(START, others.toArray(Vm[]::new)), START);
    conductor.onBeat(one.net(START, ports.toArray(Port[]::new)), START);
    conductor.onBeat(two.net(START), START);
  }

  private Effect.Send sent() {
    return sent(H2);
  }

  private Effect.Send sent(HostId target) {
    return only(
        Effect.Send.class,
        conductor.onCommand(
            MOVE, new SchedulerCommand.MoveVm(vmId(1), Optional.of(target)), START));
  }

  private List<Effect> carried(boolean arrived) {
    conductor.onAnswer(new MoveInput.Accepted(MOVE), START);
    Outcome.Migration measures =
        new Outcome.Migration(Duration.ofSeconds(1), Duration.ofMillis(40), Bytes.ofMiB(64), 2);
    Outcome outcome =
        arrived
            ? new Outcome.Done(Optional.of(measures))
            : new Outcome.Failed(Reason.HYPERVISOR_REFUSED, "it broke");
    Stream<Effect> effects =
        conductor
            .onEvent(
                new Event.OperationFinished(MOVE, H1, vmId(1), outcome, START.plusSeconds(2)),
                START.plusSeconds(2))
            .stream();
    Stream<Effect> later =
        Stream.concat(
            conductor.onBeat(one.beat(START.plusSeconds(3)), START.plusSeconds(3)).stream(),
            conductor
                .onBeat(two.beat(START.plusSeconds(3), RUNNING), START.plusSeconds(3))
                .stream());
    return Stream.concat(effects, arrived ? later : Stream.of())
        .filter(Effect.Carry.class::isInstance)
        .toList();
  }

  private static <E extends Effect> E only(Class<E> kind, List<Effect> effects) {
    List<Effect> found = effects.stream().filter(kind::isInstance).toList();
    assertEquals(1, found.size(), effects::toString);
    return kind.cast(found.getFirst());
  }
}
