package io.ballast.scheduler.core.follow;

import static io.ballast.scheduler.core.BeatMaker.START;
import static io.ballast.scheduler.core.BeatMaker.vm;
import static io.ballast.scheduler.core.BeatMaker.vmId;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ballast.messages.Berth;
import io.ballast.messages.Bytes;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostBeat.Health;
import io.ballast.messages.HostId;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.Reply.OperationInspected.Stage;
import io.ballast.messages.StorageBeat;
import io.ballast.messages.Vm;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import io.ballast.messages.VolumeId;
import io.ballast.scheduler.core.BeatMaker;
import io.ballast.scheduler.core.effect.Effect;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

final class SettlingTest {
  private static final HostId H1 = new HostId("h1");
  private static final HostId H2 = new HostId("h2");
  private static final OperationId MOVE = new OperationId("move");
  private static final Berth BERTH =
      new Berth(MOVE, vmId(1), H1, H2, List.of(new VolumeId("images", "web")), Bytes.ZERO);
  private static final Vm RUNNING = vm(1, VmState.RUNNING);
  private static final Vm OFF = vm(1, VmState.SHUT_OFF);

  private Duration patience = Duration.ZERO;
  private Settling settling = new Settling();
  private final BeatMaker one = new BeatMaker("h1");
  private final BeatMaker two = new BeatMaker("h2");

  private static Fleet.Host host(BeatMaker beats, Fleet.Status status, List<Vm> vms) {
    StorageBeat storage =
        new StorageBeat(
            beats.pulse(START),
            List.of(),
            Optional.of(START),
            Optional.empty(),
            List.of(),
            List.of(BERTH));
    return new Fleet.Host(
        beats.beat(START, vms.toArray(Vm[]::new)),
        status,
        START,
        Optional.of(storage),
        Optional.empty());
  }

  private Fleet.Host first(Vm... vms) {
    return host(one, Fleet.Status.UP, List.of(vms));
  }

  private Fleet.Host second(Vm... vms) {
    return host(two, Fleet.Status.UP, List.of(vms));
  }

  private List<Effect> look(Instant now, Predicate<VmId> isMoving, Fleet.Host... hosts) {
    return settling.look(List.of(hosts), isMoving, move -> patience, now);
  }

  /** What is ordered once the picture has stayed the same. */
  private Set<Effect> settled(Fleet.Host... hosts) {
    settling = new Settling();
    assertEquals(List.of(), look(START, vm -> false, hosts));
    return Set.copyOf(look(START.plus(Following.SETTLED), vm -> false, hosts));
  }

  private static Set<Effect> settle(boolean stayed) {
    return Set.of(new Effect.Settle(MOVE, H1, H2, stayed));
  }

  @Test
  void bothHostsAreSettledAtOnce() {
    assertEquals(settle(false), settled(first(), second(RUNNING)));
    assertEquals(settle(true), settled(first(RUNNING), second()));
    assertEquals(settle(true), settled(first(OFF), second()));
    assertEquals(settle(false), settled(first(), second()), "it was shut down at its target");
  }

  @Test
  void whereItIsInDoubtNothingIsOrdered() {
    assertEquals(Set.of(), settled(first(RUNNING), second(RUNNING)));
    assertEquals(Set.of(), settled(first(OFF), second(OFF)));
    assertEquals(Set.of(), settled(first(OFF), second(RUNNING)));
    assertEquals(Set.of(), settled(second(RUNNING)), "the source is not known");
    Fleet.Host anew =
        new Fleet.Host(two.beat(START), Fleet.Status.UP, START, Optional.empty(), Optional.empty());
    assertEquals(Set.of(), settled(first(), anew), "the target knows of no disks");
    assertEquals(Set.of(), settled(host(one, Fleet.Status.SUSPECT, List.of(RUNNING)), second()));
    one.health(Health.STUCK);
    assertEquals(Set.of(), settled(first(RUNNING), second()));
  }

  @Test
  void aMoveThatAnotherSchedulerMayLeadIsGivenTime() {
    patience = Duration.ofMinutes(1);

    assertEquals(Set.of(), settled(first(RUNNING), second()));
    assertEquals(
        settle(true),
        Set.copyOf(look(START.plus(patience), vm -> false, first(RUNNING), second())));
  }

  @Test
  void whatTheSourceWroteDownSaysWhetherItMoved() {
    assertEquals(Optional.of(true), ended(new Outcome.Done(Optional.empty())));
    assertEquals(Optional.of(false), ended(new Outcome.Failed(Reason.CANCELLED, "given up")));
    assertEquals(Optional.empty(), ended(new Outcome.Unknown("who knows")));
    assertEquals(
        Optional.empty(), told(Stage.RUNNING, Optional.empty(), Optional.empty()), "it goes on");
    assertEquals(
        Optional.of(false),
        told(
            Stage.REFUSED,
            Optional.of(new Reply.Refused(Reason.NO_ROOM, "no room")),
            Optional.empty()));
  }

  private static Optional<Boolean> ended(Outcome outcome) {
    return told(Stage.ENDED, Optional.empty(), Optional.of(outcome));
  }

  private static Optional<Boolean> told(
      Stage stage, Optional<Reply.Refused> refusal, Optional<Outcome> outcome) {
    return Settling.moved(
        new Reply.OperationInspected(
            MOVE, "host.migrate", "web", "s", START, stage, refusal, outcome, Optional.empty()));
  }

  @Test
  void whileTheMachineIsOnItsWayNothingIsOrdered() {
    assertEquals(List.of(), look(START, vm -> true, first(RUNNING), second()));
    assertEquals(
        List.of(), look(START.plus(Following.SETTLED), vm -> true, first(RUNNING), second()));
    one.operations(MOVE);
    assertEquals(Set.of(), settled(first(RUNNING), second()));
  }

  @Test
  void whatIsOrderedIsGivenTime() {
    Instant then = START.plus(Following.SETTLED);
    assertEquals(settle(true), settled(first(RUNNING), second()));

    assertEquals(List.of(), look(then.plusSeconds(1), vm -> false, first(RUNNING), second()));
    assertEquals(1, look(then.plus(Following.AGAIN), vm -> false, first(RUNNING), second()).size());
  }
}
