package io.ballast.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.agent.AgentWorld.Letter;
import io.ballast.bus.RefusedException;
import io.ballast.messages.HostCommand.Cancel;
import io.ballast.messages.HostCommand.InspectOperation;
import io.ballast.messages.HostCommand.Reboot;
import io.ballast.messages.HostCommand.Start;
import io.ballast.messages.HostCommand.Suspend;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.Reply.OperationInspected;
import io.ballast.messages.Reply.OperationInspected.Stage;
import io.ballast.messages.StorageCommand.SettleDisks;
import io.ballast.messages.VmId;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class AgentTest {
  private static final VmId A = VmId.of("aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa");
  private static final VmId B = VmId.of("bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb");
  private static final Outcome DONE = new Outcome.Done(Optional.empty());
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final AgentWorld world = new AgentWorld().start();

  AgentTest() {
    world.time.pass(SECOND);
  }

  @Test
  void aCommandIsAnsweredWhenItIsOnTheDiskAndToldWhenItEnded() {
    Future<? extends Reply> answer = world.send(Letter.call("1", new Start(A)));
    world.time.pass(Duration.ofMillis(69));
    assertFalse(answer.isComplete(), "the disk has not confirmed it yet");

    world.time.pass(Duration.ofMillis(2));

    assertEquals(new Reply.Accepted(new OperationId("1")), answer.result());
    world.time.pass(SECOND.multipliedBy(2));
    assertEquals(List.of(DONE), world.outcomes("1"));
    assertEquals(List.of(new OperationId("1")), world.trade.effects);
  }

  @Test
  void theSameCommandAgainIsAnsweredTheSameAndNotDoneAgain() {
    Letter start = Letter.call("1", new Start(A));
    Reply first = world.ask(start);
    Future<? extends Reply> atOnce = world.send(start);
    world.time.pass(SECOND.multipliedBy(3));
    world.kill();
    world.start();
    world.time.pass(SECOND);

    assertEquals(first, atOnce.result());
    assertEquals(first, world.ask(start));
    world.time.pass(SECOND.multipliedBy(3));
    assertEquals(1, world.trade.effects.size());
  }

  @Test
  void anotherCommandUnderTheSameIdIsRefused() {
    world.ask(Letter.call("1", new Start(A)));

    Reply.Refused refused =
        assertInstanceOf(Reply.Refused.class, world.ask(Letter.call("1", new Suspend(A))));

    assertEquals(Reason.DUPLICATE_ID, refused.reason());
    world.time.pass(SECOND.multipliedBy(3));
    assertEquals(List.of(DONE), world.outcomes("1"));
  }

  @Test
  void aRefusalIsRememberedAlsoByTheNextLife() {
    world.trade.unwilling.put(A.toString(), new RefusedException(Reason.NO_ROOM, "no room"));
    Reply refused = world.ask(Letter.call("1", new Start(A)));
    world.trade.unwilling.clear();
    world.kill();
    world.start();
    world.time.pass(SECOND);

    assertEquals(new Reply.Refused(Reason.NO_ROOM, "no room"), refused);
    assertEquals(refused, world.ask(Letter.call("1", new Start(A))));
    assertEquals(List.of(), world.trade.effects);
  }

  @Test
  void aCallToABusyObjectIsRefusedAndACastWaitsForItsTurn() {
    world.ask(Letter.call("1", new Start(A)));

    Reply.Refused call = (Reply.Refused) world.ask(Letter.call("2", new Suspend(A)));
    Reply cast = world.ask(Letter.cast("3", new Suspend(A)));
    Reply other = world.ask(Letter.call("4", new Start(B)));

    assertEquals(
        new Reply.Refused(
            Reason.BUSY, "operation 1 (start) works on " + A + "; wait for it to end"),
        call);
    assertEquals(new Reply.Accepted(new OperationId("3")), cast);
    assertEquals(new Reply.Accepted(new OperationId("4")), other, "objects are side by side");
    world.time.pass(SECOND.multipliedBy(5));
    assertEquals(
        List.of("1", "4", "3"), world.trade.effects.stream().map(OperationId::value).toList());
  }

  @Test
  void aCastThatCantBeDoneNowIsTriedAgainAsLongAsItHasTime() {
    world.trade.unwilling.put(
        A.toString(), new RefusedException(Reason.HYPERVISOR_STUCK, "it hangs"));
    Reply taken = world.ask(Letter.cast("1", new Start(A)));
    Reply late = world.ask(Letter.cast("2", new Start(A)).within(SECOND.multipliedBy(5)));
    world.time.pass(SECOND.multipliedBy(10));
    assertEquals(List.of(), world.outcomes("1"));
    assertEquals(
        List.of(
            new Outcome.Failed(
                Reason.NOT_TRIED,
                "its time was over before its turn came; nothing was done, send it anew")),
        world.outcomes("2"));

    world.trade.unwilling.clear();
    world.time.pass(SECOND.multipliedBy(15));

    assertEquals(new Reply.Accepted(new OperationId("1")), taken);
    assertEquals(new Reply.Accepted(new OperationId("2")), late);
    assertEquals(List.of(DONE), world.outcomes("1"));
    assertEquals(1, world.trade.effects.size());
  }

  @Test
  void aCastThatIsNeverBegunIsLaidAsideBeforeItsEndIsTold() {
    world.trade.unwilling.put(
        A.toString(), new RefusedException(Reason.HYPERVISOR_STUCK, "it hangs"));
    world.ask(Letter.cast("late", new Start(A)).within(SECOND.multipliedBy(5)));
    world.ask(Letter.cast("refused", new Suspend(A)));
    world.ask(Letter.cast("cancelled", new Start(A)));
    world.ask(Letter.call("c", new Cancel(new OperationId("cancelled"), Optional.empty())));
    world.untakenLetters = 3;
    world.time.pass(SECOND.multipliedBy(6));
    assertEquals(List.of(), world.outcomes("late"));
    world.kill();
    world.trade.unwilling.put(A.toString(), new RefusedException(Reason.WRONG_STATE, "it is off"));

    world.start();
    world.time.pass(SECOND.multipliedBy(15));

    assertEquals(
        List.of("late", "refused"),
        world.buried.stream().map(one -> one.cast().id().value()).sorted().toList());
    assertEquals(
        List.of(Reason.NOT_TRIED, Reason.WRONG_STATE),
        List.of("late", "refused").stream()
            .map(id -> ((Outcome.Failed) world.outcomes(id).getFirst()).reason())
            .toList());
    AgentWorld.Buried late =
        world.buried.stream()
            .filter(one -> one.cast().id().value().equals("late"))
            .findFirst()
            .orElseThrow();
    assertEquals("host.h1", late.cast().receiver().toString());
    assertEquals("host.start", late.cast().kind());
    assertEquals(Reason.NOT_TRIED, late.why().reason());
    assertTrue(late.cast().body().contains(A.toString()), late.cast().body());
  }

  @Test
  void aCastThatIsRefusedForGoodIsRefusedAtOnce() {
    world.trade.unwilling.put(A.toString(), new RefusedException(Reason.WRONG_STATE, "it is off"));

    assertEquals(
        new Reply.Refused(Reason.WRONG_STATE, "it is off"),
        world.ask(Letter.cast("1", new Start(A))));
    assertEquals(List.of(), world.outcomes("1"));
  }

  @Test
  void tooManyThatWaitAreRefusedForNow() {
    world.trade.unwilling.put(
        A.toString(), new RefusedException(Reason.HYPERVISOR_STUCK, "it hangs"));
    List<Reply> answers = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      answers.add(world.ask(Letter.cast("c" + i, new Start(A)).within(Duration.ofHours(1))));
    }

    assertTrue(
        answers.stream()
                .filter(Reply.Refused.class::isInstance)
                .allMatch(no -> ((Reply.Refused) no).reason() == Reason.BUSY)
            && answers.getLast() instanceof Reply.Refused,
        answers::toString);
    assertEquals(33, answers.stream().filter(Reply.Accepted.class::isInstance).count());
  }

  @Test
  void whatWaitsOutlivesTheAgent() {
    world.ask(Letter.call("1", new Start(A)));
    world.ask(Letter.cast("2", new Suspend(A)));
    world.kill();
    world.time.pass(SECOND);

    world.start();
    world.time.pass(SECOND.multipliedBy(5));

    assertEquals(List.of(DONE), world.outcomes("1"));
    assertEquals(List.of(DONE), world.outcomes("2"));
    assertEquals(2, world.trade.effects.size());
  }

  @Test
  void whatWaitsAndIsLateIsNeverBegun() {
    world.ask(Letter.call("1", new Start(A)));
    world.ask(Letter.cast("2", new Suspend(A)).within(SECOND.multipliedBy(20)));
    world.kill();
    world.time.pass(Duration.ofMinutes(1));

    world.start();
    world.time.pass(SECOND.multipliedBy(5));

    assertEquals(1, world.trade.effects.size());
    assertEquals(Reason.NOT_TRIED, ((Outcome.Failed) world.outcomes("2").getFirst()).reason());
  }

  @Test
  void workThatDoesNotComeBackIsLookedAt() {
    world.trade.silent = true;
    world.ask(Letter.call("1", new Start(A)));
    world.time.pass(SECOND.multipliedBy(3));

    assertEquals(List.of(DONE), world.outcomes("1"));
  }

  @Test
  void whereNothingCanBeSeenItIsLookedAgain() {
    world.trade.silent = true;
    world.trade.blindLooks = 4;
    world.ask(Letter.call("1", new Start(A)));
    world.time.pass(SECOND.multipliedBy(5));
    assertEquals(List.of(), world.outcomes("1"), "nobody has seen whether it happened");
    world.time.pass(SECOND.multipliedBy(10));
    assertEquals(List.of(DONE), world.outcomes("1"));

    world.trade.blindLooks = Integer.MAX_VALUE;
    world.ask(Letter.call("2", new Suspend(A)));
    world.time.pass(Duration.ofMinutes(11));

    assertEquals(
        List.of(
            new Outcome.Unknown(
                "it was begun, and it can't be seen whether it happened: it hangs")),
        world.outcomes("2"));
  }

  @Test
  void whatWasBegunGoesFirstAfterARestartWhateverWaitedForItWhen() {
    Future<? extends Reply> first = world.send(Letter.call("1", new Start(A)));
    world.time.pass(Duration.ofMillis(30));
    world.send(Letter.cast("2", new Suspend(A)));
    world.time.pass(Duration.ofMillis(200));
    assertTrue(first.succeeded());
    world.kill();

    world.start();
    world.time.pass(SECOND.multipliedBy(5));

    assertEquals(List.of(), world.trade.overlaps);
    assertEquals(List.of("1", "2"), world.trade.effects.stream().map(OperationId::value).toList());
  }

  @Test
  void aSchedulerThatNoLongerLeadsBeginsNothingMore() {
    world.send(Letter.call("1", new Start(B)), OptionalLong.of(8), Optional.empty());
    world.time.pass(Duration.ofMillis(5));
    world.send(Letter.call("2", new Start(A)), OptionalLong.of(7), Optional.empty());
    world.time.pass(SECOND.multipliedBy(5));

    assertEquals(List.of(DONE), world.outcomes("1"));
    assertEquals(Reason.STALE_EPOCH, ((Outcome.Failed) world.outcomes("2").getFirst()).reason());
    assertEquals(List.of(new OperationId("1")), world.trade.effects);

    world.send(Letter.call("3", new Reboot(A)), OptionalLong.of(8), Optional.empty());
    world.time.pass(Duration.ofMillis(200));
    world.send(
        Letter.call("4", new Cancel(new OperationId("3"), Optional.empty())),
        OptionalLong.of(9),
        Optional.empty());
    world.time.pass(SECOND);
    assertEquals(Reason.STALE_EPOCH, led("5", new Start(A), 8), "a cancel leads too");
  }

  @Test
  void endsAreToldUntilTheBusHasThemAndStandInTheMeantimeInWhatIsKnown() {
    world.untakenEvents = 3;
    world.ask(Letter.call("1", new Start(A)));
    world.time.pass(SECOND.multipliedBy(2));
    assertEquals(List.of(), world.outcomes("1"));
    world.kill();
    world.untakenEvents = 1;

    world.start();
    world.time.pass(SECOND.multipliedBy(3));

    assertEquals(List.of(DONE), world.outcomes("1"));
  }

  @Test
  void itCanBeAskedLaterHowItStands() {
    world.ask(Letter.call("1", new Start(A)));
    assertEquals(Stage.RUNNING, inspect("1").stage());
    world.ask(Letter.cast("2", new Start(A)));
    assertEquals(Stage.WAITING, inspect("2").stage());
    world.ask(Letter.call("3", new Start(A)));
    assertEquals(Reason.BUSY, inspect("3").refusal().orElseThrow().reason());
    world.time.pass(SECOND.multipliedBy(5));
    world.kill();
    world.start();
    world.time.pass(SECOND);

    OperationInspected ended = inspect("1");

    assertEquals(Stage.ENDED, ended.stage());
    assertEquals(Optional.of(DONE), ended.outcome());
    assertEquals("host.start", ended.kind());
    assertEquals(A.toString(), ended.object());
    assertEquals("test", ended.sender());
    assertEquals(
        Reason.UNKNOWN_OPERATION,
        ((Reply.Refused) world.ask(Letter.call("x", new InspectOperation(new OperationId("none")))))
            .reason());
  }

  private OperationInspected inspect(String id) {
    return (OperationInspected)
        world.ask(Letter.call("ask-" + id, new InspectOperation(new OperationId(id))));
  }

  @Test
  void aFullDiskRefusesAndTheAgentBeatsOn() {
    world.agent().beatFrom(Future.succeededFuture());
    world.ask(Letter.call("1", new Start(B)));
    world.disk.full = true;
    int told = world.beats.size();

    Reply.Refused refused = (Reply.Refused) world.ask(Letter.call("2", new Start(A)));
    world.time.pass(SECOND.multipliedBy(30));

    assertEquals(Reason.NO_JOURNAL, refused.reason());
    assertEquals(List.of(DONE), world.outcomes("1"), "an end is true whatever the disk says");
    assertTrue(world.beats.size() >= told + 3);

    world.disk.full = false;
    world.time.pass(SECOND.multipliedBy(2));
    assertEquals(
        new Reply.Accepted(new OperationId("2")), world.ask(Letter.call("2", new Start(A))));
    world.kill();
    world.start();
    world.time.pass(SECOND.multipliedBy(3));
    assertEquals(List.of(DONE), world.outcomes("1"), "it was written down after all");
  }

  @Test
  void anEpochIsFollowedOverRestartsAndOnlyFromWhatIsAccepted() {
    world.trade.unwilling.put(B.toString(), new RefusedException(Reason.WRONG_STATE, "no"));
    assertEquals(Reason.WRONG_STATE, led("0", new Start(B), 9));
    assertEquals(null, led("1", new Start(A), 7));
    world.kill();
    world.start();
    world.time.pass(SECOND.multipliedBy(3));

    assertEquals(Reason.STALE_EPOCH, led("2", new Start(A), 6));
    assertEquals(Reason.NOT_ALLOWED, led("3", new Start(A), 7 + Fencing.LARGEST_STEP + 1));
    assertEquals(Reason.NOT_ALLOWED, led("4", new Start(A), Long.MAX_VALUE));
    assertEquals(Reason.STALE_EPOCH, led("5", new Start(A), -1));
    assertEquals(null, led("6", new Start(A), 8));
  }

  @Test
  void aDeedLeadsToo() {
    assertEquals(null, led("1", new SettleDisks(new OperationId("m"), true), 7));

    assertEquals(Reason.STALE_EPOCH, led("2", new Start(A), 6));
    assertEquals(Reason.STALE_EPOCH, led("3", new SettleDisks(new OperationId("m"), true), 6));
  }

  private @org.jspecify.annotations.Nullable Reason led(
      String id, io.ballast.messages.Command<?> command, long epoch) {
    Future<? extends Reply> answer =
        world.send(Letter.call(id, command), OptionalLong.of(epoch), Optional.empty());
    world.time.pass(SECOND.multipliedBy(3));
    return AgentWorld.answer(answer) instanceof Reply.Refused refused ? refused.reason() : null;
  }

  @Test
  void whoIsNotNamedNeedsAnEpoch() {
    for (Optional<String> user : List.of(Optional.<String>empty(), Optional.of("mallory"))) {
      Future<? extends Reply> answer =
          world.send(
              Letter.call("by-" + user.orElse("nobody"), new Start(A)), OptionalLong.empty(), user);
      world.time.pass(SECOND);

      assertEquals(Reason.NOT_ALLOWED, ((Reply.Refused) AgentWorld.answer(answer)).reason());
    }
    assertEquals(List.of(), world.trade.effects);
  }

  @Test
  void aCommandThatIsLateOrGoesIsRefused() {
    Letter late = Letter.call("1", new Start(A)).within(Duration.ofMillis(1));
    Future<? extends Reply> answer = world.send(late);
    world.time.pass(SECOND);

    assertEquals(Reason.DEADLINE_PASSED, ((Reply.Refused) AgentWorld.answer(answer)).reason());
    assertEquals(List.of(), world.trade.effects);
  }

  @Test
  void whatWaitsOrCanEndEarlyCanBeCancelled() {
    world.ask(Letter.call("1", new Reboot(A)));
    world.ask(Letter.cast("2", new Start(A)));

    assertEquals(
        new Reply.Accepted(new OperationId("2")),
        world.ask(Letter.call("c2", new Cancel(new OperationId("2"), Optional.empty()))));
    Letter cancel = Letter.call("c1", new Cancel(new OperationId("1"), Optional.empty()));
    assertEquals(new Reply.Accepted(new OperationId("1")), world.ask(cancel));
    assertEquals(new Reply.Accepted(new OperationId("1")), world.ask(cancel), "the same again");
    world.time.pass(SECOND.multipliedBy(3));

    assertEquals(List.of(), world.trade.effects);
    assertEquals(
        List.of(new Outcome.Failed(Reason.CANCELLED, "it was cancelled")), world.outcomes("1"));
    assertEquals(
        List.of(new Outcome.Failed(Reason.CANCELLED, "it was cancelled before it was begun")),
        world.outcomes("2"));
    assertEquals(
        Reason.UNKNOWN_OPERATION,
        ((Reply.Refused)
                world.ask(Letter.call("c3", new Cancel(new OperationId("1"), Optional.empty()))))
            .reason());
  }

  @Test
  void eachLifeHasTheNextNumber() {
    long first = incarnation();
    world.kill();
    world.start();
    world.time.pass(SECOND);

    assertEquals(1, first);
    assertEquals(2, incarnation());
  }

  private long incarnation() {
    return world.agent().next().result().pulse().incarnation();
  }

  @Test
  void theJournalIsMadeShorterAndLosesNothing() {
    world.trade.unwilling.put(B.toString(), new RefusedException(Reason.WRONG_STATE, "no"));
    world.ask(Letter.call("kept", new Start(A)).within(Duration.ofHours(1)));
    for (int i = 0; i < 15_000; i++) {
      world.send(Letter.call("r" + i, new Start(B)));
      if (i % 50 == 0) {
        world.time.pass(Duration.ofMillis(200));
      }
    }
    world.time.pass(SECOND);

    assertTrue(world.disk.rewritten > 0);
    assertTrue(world.disk.entries().size() < 12_000, () -> "" + world.disk.entries().size());
    world.kill();
    world.start();
    world.time.pass(SECOND);
    assertEquals(Stage.ENDED, inspect("kept").stage());
    world.trade.unwilling.clear();
    assertInstanceOf(Reply.Refused.class, world.ask(Letter.call("r14999", new Start(B))));
  }
}
