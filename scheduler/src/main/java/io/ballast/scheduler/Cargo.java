package io.ballast.scheduler;

import io.ballast.bus.Address;
import io.ballast.bus.Bus;
import io.ballast.bus.RefusedException;
import io.ballast.bus.Request;
import io.ballast.bus.Role;
import io.ballast.messages.Command;
import io.ballast.messages.HostCommand.Announce;
import io.ballast.messages.HostCommand.InspectOperation;
import io.ballast.messages.HostCommand.Migrate;
import io.ballast.messages.HostCommand.Withdraw;
import io.ballast.messages.HostId;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.Reply.BerthInspected;
import io.ballast.messages.Reply.ContentsInspected;
import io.ballast.messages.StorageCommand;
import io.ballast.messages.StorageCommand.ConsiderDisks;
import io.ballast.messages.StorageCommand.HoldDisks;
import io.ballast.messages.StorageCommand.InspectBerth;
import io.ballast.messages.StorageCommand.InspectContents;
import io.ballast.messages.StorageCommand.InspectDisks;
import io.ballast.messages.StorageCommand.SettleDisks;
import io.ballast.messages.VmId;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
import io.ballast.scheduler.core.effect.Effect;
import io.ballast.scheduler.core.follow.Settling;
import io.ballast.scheduler.core.move.Freight;
import io.ballast.scheduler.core.move.MoveInput;
import io.vertx.core.CompositeFuture;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The disks that migrations copy, and what storage agents are asked to do about them. */
final class Cargo {
  private static final Logger log = LoggerFactory.getLogger(Cargo.class);

  private final Bus bus;
  private final Duration within;
  private final LongSupplier epoch;
  private final Consumer<MoveInput> told;

  /**
   * Of one scheduler.
   *
   * @param within the time that an agent has to answer
   * @param epoch the number under which is commanded, at this moment
   * @param told called with what was done, on any thread
   */
  Cargo(Bus bus, Duration within, LongSupplier epoch, Consumer<MoveInput> told) {
    this.bus = bus;
    this.within = within;
    this.epoch = epoch;
    this.told = told;
  }

  /**
   * Has the source keep what is to be copied, and the target make what it is copied into. Where one
   * of them can't, both are as before, and it fails. As little is copied as the target allows.
   *
   * @return the command, which names the disks; unchanged where none needs to be copied
   */
  Future<Migrate> load(Effect.Send send) {
    HostId from = send.host();
    return call(from, new InspectDisks(send.command().vm()))
        .map(seen -> Freight.of(seen.disks()))
        .recover(
            cause ->
                Errands.isAway(cause) && !send.command().rests()
                    ? Future.succeededFuture(Freight.of(List.of())) // libvirt takes no such disk
                    : failed("the storage of %s did not tell the disks of the VM", from, cause))
        .map(freight -> checked(freight, from))
        .compose(freight -> chosen(send, freight))
        .compose(
            freight ->
                freight.isEmpty()
                    ? Future.succeededFuture(send.command())
                    : load(
                        send.with(
                            send.command()
                                .copying(
                                    freight.places(), freight.files(), freight.isIncremental())),
                        freight));
  }

  /** Only what the target lacks, if it can; else all; if it can't either, the first is refused. */
  private Future<Freight> chosen(Effect.Send send, Freight freight) {
    if (send.command().rests() || !freight.isIncremental()) {
      return Future.succeededFuture(freight);
    }
    return objection(send, freight)
        .compose(
            why ->
                why.isEmpty()
                    ? Future.succeededFuture(freight)
                    : wholeInstead(send, freight, why.get()));
  }

  private Future<Freight> wholeInstead(Effect.Send send, Freight freight, String why) {
    Freight whole = freight.copiedWhole();
    return considered(send, whole)
        .map(
            objection -> {
              if (objection.isPresent()) {
                return freight;
              }
              staged(send, "the disks are copied whole, as one that stands alone each: " + why);
              return whole;
            });
  }

  /** Why the target can't have disks that build upon what it has. */
  private Future<Optional<String>> objection(Effect.Send send, Freight freight) {
    return considered(send, freight)
        .compose(
            why ->
                why.isPresent()
                    ? Future.succeededFuture(why)
                    : contents(send, freight)
                        .map(both -> Freight.objection(layers(both, 0), layers(both, 1))));
  }

  private Future<Optional<String>> considered(Effect.Send send, Freight freight) {
    HostId to = send.command().to();
    return call(
            to,
            new ConsiderDisks(
                freight.preparation(send.move(), send.command().vm(), send.host(), to)))
        .recover(cause -> failed("the storage of %s did not say what it can hold", to, cause))
        .map(answer -> answer.refusal().map(Reply.Refused::message));
  }

  /** Fails where a disk lies on the source alone: a machine without its disks is of no use. */
  Future<Void> isReached(Effect.Send send) {
    HostId from = send.host();
    return call(from, new InspectDisks(send.command().vm()))
        .recover(cause -> failed("the storage of %s did not tell the disks of the VM", from, cause))
        .compose(
            seen ->
                Freight.of(seen.disks()).disks().stream()
                    .findFirst()
                    .<Future<Void>>map(
                        disk ->
                            Future.failedFuture(
                                new RefusedException(
                                    Reason.NOT_ALLOWED,
                                    "disk %s, %s, lies on %s alone; it goes along where the move may copy"
                                        .formatted(disk.target(), disk.source(), from))))
                    .orElseGet(Future::succeededFuture));
  }

  private static Freight checked(Freight freight, HostId from) {
    freight
        .objection(from)
        .ifPresent(
            why -> {
              throw new RefusedException(Reason.NOT_ALLOWED, why);
            });
    return freight;
  }

  private Future<Migrate> load(Effect.Send send, Freight freight) {
    HostId from = send.host();
    HostId to = send.command().to();
    VmId vm = send.command().vm();
    return call(Role.HOST, from, new Announce(send.move()))
        .recover(cause -> failed("the agent of %s took no note of it", from, cause))
        .compose(
            announced ->
                call(from, new HoldDisks(freight.berth(send.move(), vm, from, to)))
                    .onSuccess(kept -> staged(send, from + " keeps as they are: " + words(freight)))
                    .recover(
                        cause ->
                            failed(
                                "the storage of %s can't keep the disks as they are", from, cause))
                    .compose(kept -> prepared(send, freight))
                    .onFailure(cause -> unload(send)))
        .map(send.command());
  }

  private Future<Void> prepared(Effect.Send send, Freight freight) {
    HostId to = send.command().to();
    return call(to, freight.preparation(send.move(), send.command().vm(), send.host(), to))
        .recover(cause -> failed("the storage of %s has no place for the disks", to, cause))
        .compose(
            made ->
                unchanged(send, freight)
                    .compose(
                        same ->
                            freight.isIncremental()
                                ? compared(send, freight)
                                : Future.succeededFuture()))
        .onSuccess(same -> staged(send, to + " has made what they are copied into"));
  }

  /** What both keep by now, so that nothing changes it any more. */
  private Future<Void> compared(Effect.Send send, Freight freight) {
    return contents(send, freight)
        .compose(
            both ->
                Freight.objection(layers(both, 0), layers(both, 1))
                    .<Future<Void>>map(
                        why ->
                            failed(
                                "the disks can't build upon what %s has",
                                send.command().to(), new RefusedException(Reason.NOT_ALLOWED, why)))
                    .orElseGet(Future::succeededFuture));
  }

  /** Nothing is made at the target for a disk that it has got since. */
  private Future<Void> unchanged(Effect.Send send, Freight freight) {
    HostId from = send.host();
    return call(from, new InspectDisks(send.command().vm()))
        .recover(cause -> failed("the storage of %s did not tell the disks of the VM", from, cause))
        .compose(
            seen ->
                Freight.of(seen.disks()).isSame(freight)
                    ? Future.succeededFuture()
                    : failed(
                        "the disks on %s, or what they build upon, were changed",
                        from,
                        new RefusedException(
                            Reason.NOT_READY, "something else works on them; try again")));
  }

  private Future<CompositeFuture> contents(Effect.Send send, Freight freight) {
    return Future.join(
        contents(send.host(), freight.layers()), contents(send.command().to(), freight.layers()));
  }

  private Future<ContentsInspected> contents(HostId host, List<VolumeId> layers) {
    return call(host, new InspectContents(layers))
        .recover(
            cause -> failed("the storage of %s can't tell what the disks build upon", host, cause));
  }

  private static List<Volume.Content> layers(CompositeFuture both, int which) {
    return both.<ContentsInspected>resultAt(which).contents();
  }

  private void staged(Effect.Send send, String what) {
    told.accept(new MoveInput.Staged(send.move(), what));
  }

  private static String words(Freight freight) {
    return freight.disks().stream()
        .flatMap(disk -> disk.volume().stream())
        .map(
            volume ->
                "%s (%s of %s)%s"
                    .formatted(
                        volume.id(),
                        volume.allocated(),
                        volume.capacity(),
                        volume.backing().map(below -> " upon " + below).orElse("")))
        .collect(Collectors.joining(", "));
  }

  /** That its migration is not begun, and is not begun any more: all is again as before. */
  void unload(Effect.Send send) {
    OperationId move = send.move();
    if (send.command().copied().isPresent()) {
      withdrawn(send.host(), move)
          .compose(
              moved ->
                  moved.equals(Optional.of(false))
                      ? settle(move, send.host(), send.command().to(), false)
                      : Future.succeededFuture())
          .onFailure(cause -> kept(move, cause));
    }
  }

  /** What can't be settled now, the fleet's picture will remind of. */
  void settle(Effect.Settle settle) {
    OperationId move = settle.move();
    withdrawn(settle.from(), move)
        .compose(
            moved ->
                moved.filter(it -> it != settle.stayed()).isPresent()
                    ? settleWhole(move, settle.from(), settle.to(), moved.get())
                    : Future.succeededFuture())
        .onFailure(cause -> kept(move, cause));
  }

  /**
   * What became of the migration; one that was not begun is not begun any more. An agent that does
   * not know how to see to that is asked what it has carried out.
   */
  private Future<Optional<Boolean>> withdrawn(HostId from, OperationId move) {
    return call(Role.HOST, from, new Withdraw(move))
        .recover(
            cause ->
                Errands.refusal(cause).reason() == Reason.UNKNOWN_KIND
                    ? call(Role.HOST, from, new InspectOperation(move))
                    : Future.failedFuture(cause))
        .map(Settling::moved);
  }

  private Future<Void> settleWhole(OperationId move, HostId from, HostId to, boolean moved) {
    return Future.all(
            call(from, new InspectBerth(move, Optional.of(false))),
            call(to, new InspectBerth(move, Optional.of(moved))))
        .compose(
            both ->
                Settling.objection(copy(both, moved), copy(both, !moved), moved)
                    .<Future<Void>>map(Future::failedFuture)
                    .orElseGet(() -> settle(move, from, to, moved)));
  }

  private static BerthInspected copy(CompositeFuture both, boolean source) {
    return both.resultAt(source ? 0 : 1);
  }

  /** The copy that is not the machine's goes first: while it is there, both are kept. */
  private Future<Void> settle(OperationId move, HostId from, HostId to, boolean moved) {
    HostId left = moved ? from : to;
    HostId stays = moved ? to : from;
    return call(left, new SettleDisks(move, false))
        .compose(gone -> call(stays, new SettleDisks(move, true)))
        .mapEmpty();
  }

  private static void kept(OperationId move, Throwable cause) {
    log.warn("Volumes of move {} are kept yet: {}", move, cause.getMessage());
  }

  private <R extends Reply> Future<R> call(HostId host, StorageCommand<R> command) {
    return call(Role.STORAGE, host, command);
  }

  private <R extends Reply> Future<R> call(Role role, HostId host, Command<R> command) {
    return bus.call(
        Request.of(Address.at(role, host), command)
            .withId(Errands.freshId())
            .within(within)
            .withEpoch(epoch.getAsLong()));
  }

  /** Whatever became of the question, the migration was not sent: that is no doubt. */
  private static <T> Future<T> failed(String how, HostId host, Throwable cause) {
    RefusedException refused = Errands.refusal(cause);
    return Future.failedFuture(
        new RefusedException(
            Errands.OPEN.contains(refused.reason()) ? Reason.TRADE_REFUSED : refused.reason(),
            "%s, so the move was not begun: %s"
                .formatted(how.formatted(host), Errands.message(refused))));
  }
}
