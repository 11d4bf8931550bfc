package io.ballast.scheduler;

import static java.util.Objects.requireNonNull;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.bus.Address;
import io.ballast.bus.Bus.Receiver;
import io.ballast.bus.Envelope;
import io.ballast.bus.Role;
import io.ballast.bus.local.LocalBus;
import io.ballast.messages.Bytes;
import io.ballast.messages.Command;
import io.ballast.messages.HostCommand.Migrate;
import io.ballast.messages.HostCommand.Withdraw;
import io.ballast.messages.HostId;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.Reply.OperationInspected.Stage;
import io.ballast.messages.StorageCommand.ConsiderDisks;
import io.ballast.messages.StorageCommand.InspectContents;
import io.ballast.messages.StorageCommand.InspectDisks;
import io.ballast.messages.StorageCommand.PrepareDisks;
import io.ballast.messages.StorageCommand.SettleDisks;
import io.ballast.messages.VmDisk;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
import io.ballast.scheduler.core.BeatMaker;
import io.ballast.scheduler.core.effect.Effect;
import io.ballast.scheduler.core.move.MoveInput;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How a disk goes along that builds upon another. */
final class LayeredCargoTest {
  private static final HostId H1 = new HostId("h1");
  private static final HostId H2 = new HostId("h2");
  private static final OperationId MOVE = new OperationId("m1");
  private static final VolumeId BASE = new VolumeId("images", "base");
  private static final VmDisk LAYER =
      new VmDisk(
              "vda",
              "/images/web",
              Optional.of(
                  new Volume(
                      new VolumeId("images", "web"),
                      "qcow2",
                      Bytes.ofMiB(256),
                      Bytes.ofMiB(100),
                      Optional.of("/images/base"),
                      List.of())),
              false)
          .upon(List.of(new Volume.Layer("/images/base", Optional.of(BASE))));

  private static final List<String> COPIED_WHOLE =
      List.of(
          "h1 Announce",
          "h1 HoldDisks",
          "h2 PrepareDisks",
          "h1 InspectDisks",
          "h1 Migrate Optional[[vda]] Optional.empty");

  private final Vertx vertx = Vertx.vertx();
  private final LocalBus bus = new LocalBus(vertx);
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final List<MoveInput> told = new CopyOnWriteArrayList<>();
  private final List<String> stages = new CopyOnWriteArrayList<>();
  private final Errands errands = new Errands(bus, Duration.ofMinutes(4), () -> 7L, this::tell);

  private volatile Map<HostId, String> contents = Map.of(H1, "a".repeat(64), H2, "a".repeat(64));
  private volatile Predicate<PrepareDisks> lacking = disks -> false;

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
  void onlyThatIsCopiedWhichTheTargetHasNot() {
    serve();

    errands.send(send());

    awaitTold(new MoveInput.Accepted(MOVE));
    assertEquals(
        List.of(
            "h1 InspectDisks",
            "h2 ConsiderDisks",
            "h1 InspectContents",
            "h2 InspectContents",
            "h1 Announce",
            "h1 HoldDisks",
            "h2 PrepareDisks",
            "h1 InspectDisks",
            "h1 InspectContents",
            "h2 InspectContents",
            "h1 Migrate Optional[[vda]] Optional[true]"),
        asked);
  }

  @Test
  void whereTheTargetHoldsSomethingElseBelowItIsCopiedWhole() {
    contents = Map.of(H1, "a".repeat(64), H2, "b".repeat(64));
    serve();

    errands.send(send());

    awaitTold(new MoveInput.Accepted(MOVE));
    assertEquals(COPIED_WHOLE, asked.subList(asked.size() - 5, asked.size()));
    assertTrue(stages.getFirst().startsWith("the disks are copied whole"), stages::toString);
    assertTrue(stages.getFirst().contains("holds something else at the target"), stages::toString);
  }

  @Test
  void whereTheTargetHasNothingBelowItIsCopiedWhole() {
    lacking = disks -> !disks.layers().isEmpty();
    serve();

    errands.send(send());

    awaitTold(new MoveInput.Accepted(MOVE));
    assertEquals(COPIED_WHOLE, asked.subList(asked.size() - 5, asked.size()));
    assertTrue(stages.getFirst().endsWith(": h2 lacks it"), stages::toString);
  }

  @Test
  void whatCantBeCopiedWholeEitherIsRefusedForItsLayer() {
    contents = Map.of(H1, "a".repeat(64), H2, "b".repeat(64));
    lacking = disks -> disks.layers().isEmpty();
    serve();

    errands.send(send());

    assertRefusedForItsLayer();
  }

  @Test
  void whatDoesNotRunIsNotCopiedWhole() {
    contents = Map.of(H1, "a".repeat(64), H2, "b".repeat(64));
    serve();

    errands.send(send().with(send().command().ofResting()));

    assertRefusedForItsLayer();
  }

  private void assertRefusedForItsLayer() {
    await().until(() -> !told.isEmpty());
    MoveInput.Refused refusal = (MoveInput.Refused) told.getFirst();
    assertEquals(Reason.NOT_ALLOWED, refusal.reason());
    assertTrue(refusal.message().contains("holds something else at the target"), refusal::toString);
    await().until(() -> asked.containsAll(List.of("h1 SettleDisks true", "h2 SettleDisks false")));
  }

  @Test
  void fromAHostWithoutStorageAgentNothingIsCopied() {
    receive(Role.HOST, H1);

    errands.send(send());

    awaitTold(new MoveInput.Accepted(MOVE));
    assertEquals(List.of("h1 Migrate Optional.empty Optional.empty"), asked);
  }

  private static Effect.Send send() {
    return new Effect.Send(
        MOVE,
        H1,
        new Migrate(
            BeatMaker.vmId(1),
            H2,
            Optional.empty(),
            Optional.empty(),
            Duration.ofMillis(100),
            Duration.ofMinutes(1),
            Optional.empty()),
        true);
  }

  private void serve() {
    receive(Role.HOST, H1);
    receive(Role.STORAGE, H1);
    receive(Role.STORAGE, H2);
  }

  private void receive(Role role, HostId host) {
    Receiver receiver =
        (envelope, command) -> Future.succeededFuture(reply(host, envelope, command));
    bus.serve(Address.at(role, host), receiver).await();
  }

  private Reply reply(HostId host, Envelope envelope, Command<?> command) {
    String detail =
        switch (command) {
          case SettleDisks settle -> " " + settle.stays();
          case Migrate migrate -> " %s %s".formatted(migrate.copied(), migrate.incremental());
          case Command<?> other -> "";
        };
    asked.add(host + " " + command.getClass().getSimpleName() + detail);
    return switch (command) {
      case InspectDisks disks -> new Reply.DisksInspected(List.of(LAYER));
      case ConsiderDisks consider ->
          new Reply.DisksConsidered(
              Optional.of(consider.preparation())
                  .filter(lacking)
                  .map(lacks -> new Reply.Refused(Reason.UNKNOWN_VOLUME, "h2 lacks it")));
      case InspectContents below ->
          new Reply.ContentsInspected(
              List.of(
                  new Volume.Content(
                      BASE, "/images/base", "qcow2", requireNonNull(contents.get(host)))));
      case Withdraw withdraw -> withdrawn();
      case Command<?> other -> new Reply.Accepted(envelope.id());
    };
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

  private void awaitTold(MoveInput expected) {
    await().until(() -> !told.isEmpty());
    assertEquals(List.of(expected), told);
  }
}
