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
import io.ballast.messages.Bytes;
import io.ballast.messages.Command;
import io.ballast.messages.HostCommand;
import io.ballast.messages.HostId;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.Reply.OperationInspected.Stage;
import io.ballast.messages.StorageCommand.InspectBerth;
import io.ballast.messages.StorageCommand.InspectDisks;
import io.ballast.messages.StorageCommand.SettleDisks;
import io.ballast.messages.VmDisk;
import io.ballast.messages.VmId;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
import io.ballast.scheduler.core.BeatMaker;
import io.ballast.scheduler.core.effect.Effect;
import io.ballast.scheduler.core.move.MoveInput;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is asked of the storage of two hosts around a move that may copy disks. */
final class CargoTest {
  private static final HostId H1 = new HostId("h1");
  private static final HostId H2 = new HostId("h2");
  private static final VmId VM = BeatMaker.vmId(1);
  private static final OperationId MOVE = new OperationId("m1");
  private static final VmDisk OWN = new VmDisk("vda", "/images/web", Optional.of(copy(256)), false);
  private static final VmDisk SHARED = new VmDisk("vdb", "rbd:kvm/web", Optional.empty(), true);

  private final Vertx vertx = Vertx.vertx();
  private final LocalBus bus = new LocalBus(vertx);
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final List<MoveInput> told = new CopyOnWriteArrayList<>();
  private final List<String> stages = new CopyOnWriteArrayList<>();
  private final Errands errands = new Errands(bus, Duration.ofMinutes(4), () -> 7L, this::tell);

  private volatile Future<Reply.OperationInspected> migration = Future.failedFuture("not told");
  private volatile Future<Reply.OperationInspected> before = Future.failedFuture("not told");
  private volatile Future<Void> storage = Future.succeededFuture();
  private volatile boolean torn;
  private volatile Map<HostId, List<Volume>> kept =
      Map.of(H1, List.of(copy(256)), H2, List.of(copy(256)));
  private boolean serving;

  private void tell(MoveInput input) {
    if (input instanceof MoveInput.Staged staged) {
      stages.add(staged.what());
    } else {
      told.add(input);
    }
  }

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @Test
  void disksAreKeptAndPreparedBeforeTheMoveIsSent() {
    serve(OWN, SHARED);

    errands.send(send());

    awaitTold(new MoveInput.Accepted(MOVE));
    assertEquals(
        List.of(
            "h1 InspectDisks",
            "h1 Announce",
            "h1 HoldDisks",
            "h2 PrepareDisks",
            "h1 InspectDisks",
            "h1 Migrate Optional[[vda]]"),
        asked);
  }

  @Test
  void theyGoAlongAlsoWithOneThatDoesNotRun() {
    serve(OWN);

    errands.send(send().with(send().command().ofResting()));

    awaitTold(new MoveInput.Accepted(MOVE));
    assertEquals("h1 Migrate Optional[[vda]] offline", asked.getLast());
  }

  @Test
  void whatTheTargetReachesIsNotCopied() {
    serve(SHARED);

    errands.send(send());

    awaitTold(new MoveInput.Accepted(MOVE));
    assertEquals(List.of("h1 InspectDisks", "h1 Migrate Optional.empty"), asked);
  }

  @Test
  void whatCantBeCopiedIsRefusedBeforeAnythingIsKept() {
    serve(new VmDisk("vda", "/tmp/web", Optional.empty(), false));

    errands.send(send());

    assertEquals(Reason.NOT_ALLOWED, refusal().reason());
    assertEquals(List.of("h1 InspectDisks"), asked);
  }

  @Test
  void whatTheTargetRefusesLeavesNothing() {
    receive(Role.HOST, H1, (envelope, command) -> reply(H1, envelope, command));
    receive(Role.STORAGE, H1, (envelope, command) -> reply(H1, envelope, command, OWN));
    receive(
        Role.STORAGE,
        H2,
        (envelope, command) ->
            command instanceof SettleDisks
                ? reply(H2, envelope, command)
                : Future.failedFuture(new RefusedException(Reason.NO_ROOM, "it is full")));

    errands.send(send());

    MoveInput.Refused refused = refusal();
    assertEquals(Reason.NO_ROOM, refused.reason());
    assertEquals(
        "the storage of h2 has no place for the disks, so the move was not begun: it is full",
        refused.message());
    assertUnloaded();
  }

  @Test
  void whatTheSourceDoesNotBeginLeavesNothing() {
    receive(
        Role.HOST,
        H1,
        (envelope, command) ->
            command instanceof HostCommand.Announce || command instanceof HostCommand.Withdraw
                ? reply(H1, envelope, command)
                : Future.failedFuture(new RefusedException(Reason.NO_ROOM, "no room at h2")));
    receive(Role.STORAGE, H1, (envelope, command) -> reply(H1, envelope, command, OWN));
    receive(Role.STORAGE, H2, (envelope, command) -> reply(H2, envelope, command));

    errands.send(send());

    assertEquals(Reason.NO_ROOM, refusal().reason());
    assertUnloaded();
  }

  @Test
  void whatMayHaveBegunIsLeftAsItIs() {
    receive(
        Role.HOST,
        H1,
        (envelope, command) ->
            command instanceof HostCommand.Announce || command instanceof HostCommand.Withdraw
                ? reply(H1, envelope, command)
                : Future.failedFuture(new RefusedException(Reason.INTERNAL, "a defect")));
    receive(Role.STORAGE, H1, (envelope, command) -> reply(H1, envelope, command, OWN));
    receive(Role.STORAGE, H2, (envelope, command) -> reply(H2, envelope, command));

    errands.send(send());

    assertEquals(Reason.INTERNAL, refusal().reason());
    assertTrue(asked.stream().noneMatch(it -> it.contains("SettleDisks")), asked::toString);
  }

  @Test
  void whatIsKnownToTheSourceAlreadyIsLeftAsItIs() {
    receive(
        Role.HOST,
        H1,
        (envelope, command) ->
            command instanceof HostCommand.Announce || command instanceof HostCommand.Withdraw
                ? reply(H1, envelope, command)
                : Future.failedFuture(
                    new RefusedException(Reason.DUPLICATE_ID, "another of that id")));
    receive(Role.STORAGE, H1, (envelope, command) -> reply(H1, envelope, command, OWN));
    receive(Role.STORAGE, H2, (envelope, command) -> reply(H2, envelope, command));

    errands.send(send());

    assertEquals(Reason.DUPLICATE_ID, refusal().reason());
    assertTrue(asked.stream().noneMatch(it -> it.contains("SettleDisks")), asked::toString);
  }

  @Test
  void theCopyThatIsNotTheMachinesGoesFirst() {
    told(Optional.of(new Outcome.Done(Optional.empty())));
    settle(false);
    assertSettled("h1 SettleDisks false", "h2 SettleDisks true");

    told(Optional.of(new Outcome.Failed(Reason.CANCELLED, "given up")));
    settle(true);
    assertSettled("h2 SettleDisks false", "h1 SettleDisks true");

    migration = Future.succeededFuture(withdrawn());
    settle(true);
    assertSettled("h2 SettleDisks false", "h1 SettleDisks true");
  }

  @Test
  void whatTheSourceHasForgottenIsNotTakenForNeverBegun() {
    migration = Future.failedFuture(new RefusedException(Reason.UNKNOWN_OPERATION, "none"));
    settlesNothing(true);
    settlesNothing(false);
  }

  @Test
  void nothingIsDeletedWhereTheOtherCopyIsNotWhole() {
    told(Optional.of(new Outcome.Done(Optional.empty())));
    kept = Map.of(H1, List.of(copy(256)), H2, List.of());
    settlesNothing(false);
    kept = Map.of(H1, List.of(copy(256)), H2, List.of(copy(128)));
    settlesNothing(false);
    kept = Map.of(H1, List.of(), H2, List.of(copy(256)));
    torn = true;
    settlesNothing(false);
    torn = false;
    settle(false);
    assertSettled("h1 SettleDisks false", "h2 SettleDisks true");

    torn = true; // what is only begun need not last
    told(Optional.of(new Outcome.Failed(Reason.CANCELLED, "given up")));
    settlesNothing(true);
    kept = Map.of(H1, List.of(copy(255)), H2, List.of(copy(256)));
    settle(true);
    assertSettled("h2 SettleDisks false", "h1 SettleDisks true");
  }

  @Test
  void anAgentThatCantRuleOutAMoveIsAskedWhatItHasCarriedOut() {
    told(Optional.of(new Outcome.Done(Optional.empty())));
    Future<Reply.OperationInspected> known = migration;
    migration = Future.failedFuture(new RefusedException(Reason.UNKNOWN_KIND, "what is that"));
    before = known;

    settle(false);

    assertSettled("h1 InspectOperation", "h1 SettleDisks false", "h2 SettleDisks true");
  }

  private static Volume copy(long mebibytes) {
    return new Volume(
        new VolumeId("images", "web"),
        "qcow2",
        Bytes.ofMiB(mebibytes),
        Bytes.ofMiB(100),
        Optional.empty(),
        List.of());
  }

  @Test
  void whatContradictsThePictureSettlesNothing() {
    told(Optional.of(new Outcome.Done(Optional.empty())));
    settlesNothing(true);
    told(Optional.of(new Outcome.Failed(Reason.CANCELLED, "given up")));
    settlesNothing(false);
    told(Optional.of(new Outcome.Unknown("it is on neither host")));
    settlesNothing(true);
    settlesNothing(false);
    told(Optional.empty());
    settlesNothing(true);
    migration = Future.failedFuture(new RefusedException(Reason.NOT_READY, "its agent starts"));
    settlesNothing(true);

    told(Optional.of(new Outcome.Done(Optional.empty())));
    settle(false);
    assertSettled("h1 SettleDisks false", "h2 SettleDisks true");
  }

  @Test
  void whileOneCopyCantBeDeletedTheOtherIsKept() {
    told(Optional.of(new Outcome.Done(Optional.empty())));
    storage = Future.failedFuture(new RefusedException(Reason.IN_USE, "a VM uses it"));
    settle(false);
    await().until(() -> asked.contains("h1 SettleDisks false"));

    storage = Future.succeededFuture();
    settle(false);
    await().until(() -> asked.contains("h2 SettleDisks true"));
    assertEquals(2, asked.stream().filter("h1 SettleDisks false"::equals).count(), asked::toString);
    assertEquals(1, asked.stream().filter("h2 SettleDisks true"::equals).count(), asked::toString);
  }

  private void settlesNothing(boolean stayed) {
    settle(stayed);
    await().until(() -> !asked.isEmpty());
    assertEquals(List.of("h1 Withdraw"), asked);
    asked.clear();
  }

  private static Reply.OperationInspected withdrawn() {
    return new Reply.OperationInspected(
        MOVE,
        "host.announce",
        "operation m1",
        "s",
        BeatMaker.START,
        Stage.REFUSED,
        Optional.of(new Reply.Refused(Reason.NOT_TRIED, "it was withdrawn")),
        Optional.empty(),
        Optional.empty());
  }

  private void told(Optional<Outcome> outcome) {
    migration =
        Future.succeededFuture(
            new Reply.OperationInspected(
                MOVE,
                "host.migrate",
                "web",
                "s",
                BeatMaker.START,
                outcome.isPresent() ? Stage.ENDED : Stage.RUNNING,
                Optional.empty(),
                outcome,
                Optional.empty()));
  }

  private void settle(boolean stayed) {
    if (!serving) {
      serving = true;
      receive(
          Role.HOST,
          H1,
          (envelope, command) ->
              command instanceof HostCommand.Withdraw
                  ? asked("h1 Withdraw", migration)
                  : asked("h1 InspectOperation", before));
      receive(Role.STORAGE, H1, (envelope, command) -> answer(H1, envelope, command));
      receive(Role.STORAGE, H2, (envelope, command) -> answer(H2, envelope, command));
    }
    errands.settle(new Effect.Settle(MOVE, H1, H2, stayed));
  }

  private Future<? extends Reply> answer(HostId host, Envelope envelope, Command<?> command) {
    if (command instanceof InspectBerth berth) {
      if (torn && berth.lasting().orElse(false)) {
        return Future.failedFuture(new RefusedException(Reason.INVALID_IMAGE, "it was lost"));
      }
      return Future.succeededFuture(
          new Reply.BerthInspected(Optional.empty(), kept.getOrDefault(host, List.of())));
    }
    Future<? extends Reply> reply = reply(host, envelope, command);
    return storage.compose(able -> reply);
  }

  private Future<Reply.OperationInspected> asked(
      String question, Future<Reply.OperationInspected> answer) {
    asked.add(question);
    return answer;
  }

  private void assertSettled(String... orders) {
    List<String> all = new ArrayList<>(List.of("h1 Withdraw"));
    all.addAll(List.of(orders));
    await().until(() -> asked.size() == all.size());
    assertEquals(all, asked);
    asked.clear();
  }

  private void assertUnloaded() {
    await()
        .until(
            () ->
                Set.copyOf(asked)
                    .containsAll(List.of("h1 SettleDisks true", "h2 SettleDisks false")));
  }

  private MoveInput.Refused refusal() {
    await().until(() -> !told.isEmpty());
    return (MoveInput.Refused) told.getFirst();
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
        true);
  }

  private void serve(VmDisk... disks) {
    receive(Role.HOST, H1, (envelope, command) -> reply(H1, envelope, command));
    receive(Role.STORAGE, H1, (envelope, command) -> reply(H1, envelope, command, disks));
    receive(Role.STORAGE, H2, (envelope, command) -> reply(H2, envelope, command));
  }

  private void receive(Role role, HostId host, Receiver receiver) {
    bus.serve(Address.at(role, host), receiver).await();
  }

  private Future<? extends Reply> reply(
      HostId host, Envelope envelope, Command<?> command, VmDisk... disks) {
    List<String> words = new ArrayList<>(List.of(host + " " + command.getClass().getSimpleName()));
    if (command instanceof SettleDisks settle) {
      words.add(String.valueOf(settle.stays()));
    }
    if (command instanceof HostCommand.Migrate migrate) {
      words.add(String.valueOf(migrate.copied()));
      migrate.offline().ifPresent(only -> words.add("offline"));
    }
    asked.add(String.join(" ", words));
    if (command instanceof HostCommand.Withdraw) {
      return Future.succeededFuture(withdrawn());
    }
    return Future.succeededFuture(
        command instanceof InspectDisks
            ? new Reply.DisksInspected(List.of(disks))
            : new Reply.Accepted(envelope.id()));
  }

  private void awaitTold(MoveInput expected) {
    await().until(() -> !told.isEmpty());
    assertEquals(List.of(expected), told);
  }
}
