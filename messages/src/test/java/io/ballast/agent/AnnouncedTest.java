package io.ballast.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.ballast.agent.AgentWorld.Letter;
import io.ballast.bus.RefusedException;
import io.ballast.messages.HostCommand.Announce;
import io.ballast.messages.HostCommand.InspectOperation;
import io.ballast.messages.HostCommand.Start;
import io.ballast.messages.HostCommand.Suspend;
import io.ballast.messages.HostCommand.Withdraw;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.Reply.OperationInspected;
import io.ballast.messages.Reply.OperationInspected.Stage;
import io.ballast.messages.VmId;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What an agent says of a command of which it was told that it may come. */
final class AnnouncedTest {
  private static final VmId A = VmId.of("aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa");
  private static final OperationId OP = new OperationId("op");
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final AgentWorld world = new AgentWorld().start();
  private int letters;

  AnnouncedTest() {
    world.time.pass(SECOND);
  }

  private Reply announce() {
    return world.ask(Letter.call("a" + letters++, new Announce(OP)));
  }

  private Letter withdrawal() {
    return Letter.call("w" + letters++, new Withdraw(OP));
  }

  private OperationInspected withdraw() {
    return assertInstanceOf(OperationInspected.class, world.ask(withdrawal()));
  }

  private static Letter coming() {
    return Letter.call("op", new Start(A));
  }

  private static Optional<Reason> reason(Future<?> answer) {
    return answer.cause() instanceof RefusedException refused
        ? Optional.of(refused.reason())
        : Optional.empty();
  }

  private void lives() {
    world.kill();
    world.start();
    world.time.pass(SECOND);
  }

  @Test
  void whatCameIsCarriedOutAndTold() {
    assertEquals(new Reply.Accepted(OP), announce());
    assertEquals(new Reply.Accepted(OP), announce(), "once more");
    assertEquals(new Reply.Accepted(OP), world.ask(coming()));
    assertEquals(Stage.RUNNING, withdraw().stage());
    world.time.pass(SECOND.multipliedBy(2));

    assertEquals(new Reply.Accepted(OP), announce(), "also after its end");
    assertEquals(Optional.of(new Outcome.Done(Optional.empty())), withdraw().outcome());
    lives();
    assertEquals(Optional.of(new Outcome.Done(Optional.empty())), withdraw().outcome());
    assertEquals(List.of(OP), world.trade.effects);
  }

  @Test
  void whatHasNotComeIsRefusedFromThenOnAlsoByTheNextLife() {
    announce();
    lives();

    Reply.Refused refusal = withdraw().refusal().orElseThrow();
    assertEquals(Reason.NOT_TRIED, refusal.reason());
    assertEquals(refusal, world.ask(coming()));
    lives();
    assertEquals(refusal, withdraw().refusal().orElseThrow());
    assertEquals(refusal, world.ask(coming()));
    assertEquals(List.of(), world.trade.effects);
  }

  @Test
  void whatComesInTheMiddleOfItsWithdrawalIsRefused() {
    announce();

    Future<? extends Reply> withdrawn = world.send(withdrawal());
    Future<? extends Reply> came = world.send(coming());
    world.time.pass(SECOND);

    assertEquals(
        Stage.REFUSED, assertInstanceOf(OperationInspected.class, withdrawn.result()).stage());
    assertEquals(Optional.of(Reason.NOT_TRIED), reason(came));
    world.time.pass(SECOND.multipliedBy(3));
    assertEquals(List.of(), world.trade.effects);
  }

  @Test
  void whatIsBeingCheckedIsNotWithdrawn() {
    announce();

    Future<? extends Reply> came = world.send(coming());
    Future<? extends Reply> withdrawn = world.send(withdrawal());
    world.time.pass(SECOND.multipliedBy(3));

    assertEquals(Optional.of(Reason.BUSY), reason(withdrawn));
    assertEquals(new Reply.Accepted(OP), came.result());
    assertEquals(List.of(OP), world.trade.effects);
  }

  @Test
  void whatWasNeverAnnouncedIsUnknown() {
    assertEquals(
        Reason.UNKNOWN_OPERATION,
        assertInstanceOf(Reply.Refused.class, world.ask(withdrawal())).reason());
    assertEquals(new Reply.Accepted(OP), world.ask(coming()), "and may come yet");
  }

  @Test
  void whatIsOnlyAnnouncedIsNoOperation() {
    announce();

    Reply asked = world.ask(Letter.call("i", new InspectOperation(OP)));

    assertEquals(Reason.UNKNOWN_OPERATION, assertInstanceOf(Reply.Refused.class, asked).reason());
  }

  @Test
  void anotherCommandUnderTheIdOfOneThatCameIsRefused() {
    announce();
    world.ask(coming());

    Reply other = world.ask(Letter.call("op", new Suspend(A)));

    assertEquals(Reason.DUPLICATE_ID, assertInstanceOf(Reply.Refused.class, other).reason());
  }
}
