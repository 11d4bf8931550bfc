package io.ballast.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.agent.AgentWorld.Letter;
import io.ballast.bus.RefusedException;
import io.ballast.messages.HostCommand.Cancel;
import io.ballast.messages.HostCommand.InspectOperation;
import io.ballast.messages.HostCommand.Start;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.VmId;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What an agent that stops in order leaves to its next life. */
final class AgentEndTest {
  private static final VmId A = VmId.of("aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa");
  private static final VmId B = VmId.of("bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb");
  private static final Outcome DONE = new Outcome.Done(Optional.empty());
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final AgentWorld world = new AgentWorld().start();

  AgentEndTest() {
    world.time.pass(SECOND);
  }

  @Test
  void aBeatThatCantBeMadeKeepsNoneOfTheNextAway() {
    world.time.pass(SECOND);
    world.defects = 2;

    world.agent().beat();
    world.agent().beatFrom(Future.succeededFuture());
    world.time.pass(Duration.ofSeconds(15));

    assertEquals(1, world.beats.size());
  }

  @Test
  void anAgentThatStopsTellsWhatThereIsAndLeavesTheRest() {
    world.ask(Letter.call("1", new Start(A)));
    world.time.pass(Duration.ofMillis(950));
    world.ask(Letter.call("2", new Start(B)));
    Future<Void> stopped = world.stop();
    Reply.Refused refused = (Reply.Refused) world.ask(Letter.call("3", new Start(B)));
    world.time.pass(SECOND.multipliedBy(5));

    assertTrue(stopped.succeeded());
    assertEquals(Reason.NOT_READY, refused.reason());
    assertEquals(List.of(), world.outcomes("2"), "it goes on without the agent");
    world.kill();
    world.start();
    world.time.pass(SECOND.multipliedBy(3));
    assertEquals(List.of(DONE), world.outcomes("1"));
    assertEquals(List.of(DONE), world.outcomes("2"));
  }

  @Test
  void whatWasWrittenDownAsBegunWhenItStopsIsDoneByTheNextLife() {
    castThatIsAboutToBeTriedAgain();
    Future<? extends Reply> call =
        world.send(Letter.call("1", new Start(A)).within(SECOND.multipliedBy(30)));
    world.time.pass(Duration.ofMillis(60));
    Future<Void> stopped = world.stop();
    Instant answered = answered("2");
    world.time.pass(SECOND.multipliedBy(2));

    assertTrue(stopped.succeeded());
    assertTrue(call.succeeded(), "it was taken on");
    assertEquals(List.of(), world.trade.effects, "nothing is begun by an agent that stops");
    world.kill();
    world.start();
    world.time.pass(SECOND.multipliedBy(5));
    assertEquals(List.of(DONE), world.outcomes("1"));
    assertEquals(List.of(DONE), world.outcomes("2"));
    assertEquals(2, world.trade.effects.size());
    assertEquals(answered, answered("2"), "when it was answered stays");
  }

  private Instant answered(String id) {
    return ((Reply.OperationInspected)
            world.ask(Letter.call("asks", new InspectOperation(new OperationId(id)))))
        .at();
  }

  @Test
  void whatWasCancelledWhenItWasAboutToBeBegunStaysCancelled() {
    castThatIsAboutToBeTriedAgain();
    world.time.pass(Duration.ofMillis(60));
    Future<? extends Reply> cancel =
        world.send(Letter.call("c", new Cancel(new OperationId("2"), Optional.empty())));
    world.stop();
    world.time.pass(SECOND.multipliedBy(2));
    world.kill();
    world.start();
    world.time.pass(SECOND.multipliedBy(5));

    assertTrue(cancel.succeeded());
    assertEquals(
        List.of(new Outcome.Failed(Reason.CANCELLED, "it was cancelled before it was begun")),
        world.outcomes("2"));
    assertEquals(List.of(), world.trade.effects);
  }

  /** It is looked at in 5 ms, and written down as begun 50 ms later, which takes 20 ms. */
  private void castThatIsAboutToBeTriedAgain() {
    world.trade.unwilling.put(
        B.toString(), new RefusedException(Reason.HYPERVISOR_STUCK, "it hangs"));
    world.ask(Letter.cast("2", new Start(B)));
    world.trade.unwilling.clear();
    world.time.pass(Duration.ofMillis(465));
  }
}
