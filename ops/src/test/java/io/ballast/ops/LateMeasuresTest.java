package io.ballast.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ballast.bus.Address;
import io.ballast.bus.Bus;
import io.ballast.bus.Envelope;
import io.ballast.bus.RefusedException;
import io.ballast.bus.Role;
import io.ballast.bus.local.LocalBus;
import io.ballast.bus.local.LocalHub;
import io.ballast.messages.Bytes;
import io.ballast.messages.Command;
import io.ballast.messages.Event;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostBeat;
import io.ballast.messages.HostId;
import io.ballast.messages.Move;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Pulse;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.SchedulerCommand;
import io.ballast.messages.Vm;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import io.ballast.ops.SimulatedFleet.Ran;
import io.ballast.ops.client.Shell;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A scheduler, a fake, that hears of a VM's arrival by beats before the agent tells the end. */
final class LateMeasuresTest {
  private static final HostId H1 = new HostId("h1");
  private static final HostId H2 = new HostId("h2");
  private static final VmId WEB = new VmId(new UUID(0, 1));

  private static final Outcome.Migration MEASURES =
      new Outcome.Migration(Duration.ofMillis(1500), Duration.ofMillis(40), Bytes.ofMiB(64), 2);

  private final Vertx vertx = Vertx.vertx();
  private final LocalHub hub = new LocalHub();
  private final Bus bus = new LocalBus(vertx, hub, "scheduler");

  @AfterEach
  void close() {
    SimulatedFleet.await(vertx.close());
  }

  @Test
  void aMoveIsToldWithItsMeasuresAlsoWhereTheyComeAfterItsEnd() {
    SimulatedFleet.await(bus.serve(Address.any(Role.SCHEDULER), this::receive));

    Ran ran =
        SimulatedFleet.ran(
            console ->
                Ballast.run(
                    new Shell(
                        console,
                        (here, settings, patience) ->
                            Future.succeededFuture(new LocalBus(here, hub, "cli")),
                        Map.of()),
                    "migrate",
                    "web",
                    "h2"),
            Optional.empty());

    assertEquals(0, ran.code(), ran.err());
    assertEquals("web from h1 to h2: moved in 1.5 s, paused for 40 ms, sent 64 MiB\n", ran.out());
  }

  private Future<? extends Reply> receive(Envelope envelope, Command<?> command) {
    if (command instanceof SchedulerCommand.InspectFleet) {
      return Future.succeededFuture(new Reply.FleetInspected(fleet()));
    }
    if (command instanceof SchedulerCommand.MoveVm) {
      vertx.setTimer(
          50,
          fired -> {
            tell(envelope.id(), Optional.empty());
            for (int other = 0; other < 100; other++) {
              tell(new OperationId("other-" + other), Optional.empty());
            }
            tell(envelope.id(), Optional.of(MEASURES));
          });
      return Future.succeededFuture(new Reply.Accepted(envelope.id()));
    }
    return Future.failedFuture(new RefusedException(Reason.UNKNOWN_KIND, "not in this test"));
  }

  private void tell(OperationId id, Optional<Outcome.Migration> measures) {
    Move move =
        new Move(
            id,
            WEB,
            "web",
            H1,
            H2,
            Move.Priority.PERSON,
            Move.State.DONE,
            Instant.EPOCH,
            Optional.empty(),
            measures,
            "runs on h2 and is gone from h1");
    bus.fanout(new Event.MoveChanged(move));
  }

  private static Fleet fleet() {
    Vm web =
        new Vm(
            WEB, "web", VmState.RUNNING, 1, 0.1, Bytes.ofMiB(64), Bytes.ofMiB(64), Vm.Traffic.NONE);
    return new Fleet(
        Instant.EPOCH,
        List.of(host(H1, List.of(web)), host(H2, List.of())),
        List.of(),
        List.of(),
        List.of());
  }

  private static Fleet.Host host(HostId id, List<Vm> vms) {
    HostBeat beat =
        new HostBeat(
            new Pulse(id, "lab", 1, 1, Instant.EPOCH, Duration.ofSeconds(1), "test"),
            new HostBeat.Capacity(1, Bytes.ofMiB(4096)),
            new HostBeat.Load(0.1, Bytes.ofMiB(256), 0, 0, 0, Optional.empty(), List.of()),
            new HostBeat.Hypervisor(
                HostBeat.Health.ANSWERING, Optional.of(Instant.EPOCH), "fake://" + id + "/system"),
            vms,
            List.of(),
            Optional.empty());
    return new Fleet.Host(beat, Fleet.Status.UP, Instant.EPOCH, Optional.empty(), Optional.empty());
  }
}
