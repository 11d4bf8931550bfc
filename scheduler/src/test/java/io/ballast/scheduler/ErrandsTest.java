package io.ballast.scheduler;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.bus.Address;
import io.ballast.bus.Bus.Receiver;
import io.ballast.bus.Envelope;
import io.ballast.bus.RefusedException;
import io.ballast.bus.Role;
import io.ballast.bus.local.LocalBus;
import io.ballast.messages.Command;
import io.ballast.messages.HostCommand;
import io.ballast.messages.HostId;
import io.ballast.messages.Mac;
import io.ballast.messages.NetBeat;
import io.ballast.messages.NetCommand.InspectNet;
import io.ballast.messages.NetCommand.PreparePorts;
import io.ballast.messages.NetOrder;
import io.ballast.messages.OperationId;
import io.ballast.messages.Port;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.VmId;
import io.ballast.scheduler.core.BeatMaker;
import io.ballast.scheduler.core.effect.Effect;
import io.ballast.scheduler.core.move.MoveInput;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is asked of the networks of two hosts around a move, and in which order. */
final class ErrandsTest {
  private static final HostId H1 = new HostId("h1");
  private static final HostId H2 = new HostId("h2");
  private static final VmId VM = BeatMaker.vmId(1);
  private static final OperationId MOVE = new OperationId("m1");
  private static final Port FIRST = BeatMaker.port(1);
  private static final Port CHANGED = Port.of(FIRST.card(), VM, "br1");
  private static final Port SECOND = Port.of(Mac.of(0x525400000102L), VM, "br0");

  private final Vertx vertx = Vertx.vertx();
  private final LocalBus bus = new LocalBus(vertx);
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final List<List<Port>> prepared = new CopyOnWriteArrayList<>();
  private final List<Mac> gone = new CopyOnWriteArrayList<>();
  private final List<MoveInput> told = new CopyOnWriteArrayList<>();
  private final Errands errands = new Errands(bus, Duration.ofMinutes(4), () -> 7L, this::tell);

  @BeforeEach
  void serveHost() {
    serve(Role.HOST, H1, (envelope, command) -> reply(H1, command, envelope));
  }

  private void tell(MoveInput input) {
    if (!(input instanceof MoveInput.Staged)) {
      told.add(input);
    }
  }

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @Test
  void aMoveOfAVmWithoutNetworkAgentsIsSentAtOnce() {
    errands.send(send());

    awaitTold(new MoveInput.Accepted(MOVE));
    assertEquals(List.of("h1 Migrate"), asked);
  }

  @Test
  void whatTheSourceKeepsNowIsPreparedAtTheTarget() {
    network(H1, CHANGED);
    network(H2);
    errands.send(send().with(List.of(FIRST), List.of(SECOND)));

    awaitTold(new MoveInput.Accepted(MOVE));
    assertEquals(List.of("h1 InspectNet", "h2 PreparePorts", "h1 Migrate"), asked);
    assertEquals(List.of(List.of(CHANGED, SECOND)), prepared);
  }

  @Test
  void whatIsUnpluggedByNowIsNotPrepared() {
    network(H1);
    network(H2);
    errands.send(send().with(List.of(FIRST), List.of()));

    awaitTold(new MoveInput.Accepted(MOVE));
    assertEquals(List.of("h1 InspectNet", "h1 Migrate"), asked);
  }

  @Test
  void whatTheSourceToldLastCountsWhileItsNetworkAgentIsAway() {
    network(H2);
    errands.send(send().with(List.of(FIRST), List.of()));

    awaitTold(new MoveInput.Accepted(MOVE));
    assertEquals(List.of(List.of(FIRST)), prepared);
  }

  @Test
  void nothingIsSentIfTheSourceDoesNotTell() {
    serve(Role.NET, H1, (envelope, command) -> refused(Reason.NOT_READY, "it is starting"));
    errands.send(send());

    awaitTold(
        new MoveInput.Refused(
            MOVE,
            Reason.NOT_READY,
            "the network of h1 did not tell the ports of the VM, so the move was not begun:"
                + " it is starting"));
    assertEquals(List.of(), asked);
  }

  @Test
  void nothingIsSentIfTheTargetIsNotPrepared() {
    network(H1, FIRST);
    errands.send(send());

    await().until(() -> !told.isEmpty());
    MoveInput.Refused refused = (MoveInput.Refused) told.getFirst();
    assertEquals(Reason.TRADE_REFUSED, refused.reason());
    assertTrue(refused.message().contains("h2 was not prepared"), refused.message());
    assertEquals(List.of("h1 InspectNet"), asked);
  }

  @Test
  void whatWasChangedOnTheWayIsCarriedAfterTheMove() {
    AtomicBoolean changed = new AtomicBoolean();
    serve(
        Role.NET,
        H1,
        (envelope, command) ->
            reply(H1, command, envelope, changed.get() ? CHANGED : FIRST, SECOND));
    network(H2);
    errands.send(send());
    awaitTold(new MoveInput.Accepted(MOVE));
    changed.set(true);

    errands.carry(new Effect.Carry(MOVE, VM, H1, H2));

    await().until(() -> prepared.size() == 2);
    assertEquals(List.of(List.of(FIRST, SECOND), List.of(CHANGED)), prepared);
  }

  @Test
  void whatWasUnpluggedOnTheWayIsUnpluggedAfterTheMove() {
    AtomicBoolean unplugged = new AtomicBoolean();
    serve(
        Role.NET,
        H1,
        (envelope, command) ->
            unplugged.get() ? reply(H1, command, envelope) : reply(H1, command, envelope, FIRST));
    network(H2);
    errands.send(send().with(List.of(FIRST), List.of(SECOND)));
    awaitTold(new MoveInput.Accepted(MOVE));
    unplugged.set(true);

    errands.carry(new Effect.Carry(MOVE, VM, H1, H2));

    await().until(() -> !gone.isEmpty());
    assertEquals(List.of(FIRST.card()), gone);
    assertEquals(List.of(List.of(FIRST, SECOND)), prepared);
  }

  @Test
  void nothingIsUnpluggedWhereTheSourceDoesNotTell() {
    AtomicBoolean silent = new AtomicBoolean();
    serve(
        Role.NET,
        H1,
        (envelope, command) -> {
          Future<? extends Reply> answer = reply(H1, command, envelope, FIRST);
          return silent.get() ? refused(Reason.NOT_READY, "it is starting") : answer;
        });
    network(H2);
    errands.send(send());
    awaitTold(new MoveInput.Accepted(MOVE));
    silent.set(true);

    errands.carry(new Effect.Carry(MOVE, VM, H1, H2));

    await().until(() -> asked.size() == 4);
    assertEquals("h1 InspectNet", asked.getLast());
    assertEquals(List.of(), gone);
  }

  @Test
  void whatIsAsItWasPreparedIsNotCarried() {
    network(H1, FIRST);
    network(H2);
    errands.send(send());
    awaitTold(new MoveInput.Accepted(MOVE));

    errands.carry(new Effect.Carry(MOVE, VM, H1, H2));

    await().until(() -> asked.size() == 4);
    assertEquals("h1 InspectNet", asked.getLast());
    assertEquals(List.of(List.of(FIRST)), prepared);
  }

  private static Effect.Send send() {
    return new Effect.Send(
        MOVE,
        H1,
        new HostCommand.Migrate(
            VM,
            H2,
            Optional.empty(),
            Optional.empty(),
            Duration.ofMillis(100),
            Duration.ofMinutes(1),
            Optional.empty()),
        false);
  }

  /** A network agent that keeps these ports, and one of another machine. */
  private void network(HostId host, Port... ports) {
    serve(Role.NET, host, (envelope, command) -> reply(host, command, envelope, ports));
  }

  private void serve(Role role, HostId host, Receiver receiver) {
    bus.serve(Address.at(role, host), receiver).await();
  }

  private Future<? extends Reply> reply(
      HostId host, Command<?> command, Envelope envelope, Port... ports) {
    asked.add(host + " " + command.getClass().getSimpleName());
    if (command instanceof InspectNet) {
      return Future.succeededFuture(new Reply.NetInspected(beat(host, ports)));
    }
    if (command instanceof PreparePorts prepare) {
      prepared.add(prepare.ports());
    }
    if (command instanceof NetOrder.UnplugPort unplug) {
      gone.add(unplug.card());
    }
    return Future.succeededFuture(new Reply.Accepted(envelope.id()));
  }

  private static NetBeat beat(HostId host, Port... ports) {
    List<Port> all = new ArrayList<>(List.of(ports));
    all.add(BeatMaker.port(9));
    return new BeatMaker(host.value()).net(BeatMaker.START, all.toArray(Port[]::new));
  }

  private static Future<Reply> refused(Reason reason, String message) {
    return Future.failedFuture(new RefusedException(reason, message));
  }

  private void awaitTold(MoveInput expected) {
    await().until(() -> !told.isEmpty());
    assertEquals(List.of(expected), told);
  }
}
