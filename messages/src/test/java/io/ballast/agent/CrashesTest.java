package io.ballast.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.agent.AgentWorld.Letter;
import io.ballast.messages.HostCommand.Reboot;
import io.ballast.messages.HostCommand.Start;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.VmId;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Whatever the order in which commands come, come again, and their agent is killed and started:
 * each is done once at most, has one outcome that is true, and is answered the same each time.
 */
final class CrashesTest {
  private static final List<VmId> OBJECTS =
      List.of(
          VmId.of("aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"),
          VmId.of("bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb"));
  private static final int COMMANDS = 6;

  /** Something that happens. */
  sealed interface Step {
    record Send(int command) implements Step {}

    record Pass(int millis) implements Step {}

    record Crash() implements Step {}
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<Step> send = Arbitraries.integers().between(0, COMMANDS - 1).map(Step.Send::new);
    Arbitrary<Step> pass = Arbitraries.integers().between(1, 1_200).map(Step.Pass::new);
    Arbitrary<Step> moment = Arbitraries.integers().between(1, 80).map(Step.Pass::new);
    Arbitrary<Step> crash = Arbitraries.just(new Step.Crash());
    return Arbitraries.oneOf(send, send, pass, moment, moment, crash).list().ofMaxSize(60);
  }

  @Property(tries = 1_000)
  void everythingIsDoneOnceAndTold(@ForAll("steps") List<Step> steps) {
    Run run = new Run();

    steps.forEach(run::step);

    run.end();
  }

  /** A run of steps and what was answered in it. */
  private static final class Run {
    private final AgentWorld world = new AgentWorld().start();
    private final Map<String, List<Future<? extends Reply>>> answers = new LinkedHashMap<>();

    void step(Step step) {
      switch (step) {
        case Step.Pass pass -> world.time.pass(Duration.ofMillis(pass.millis()));
        case Step.Crash crash -> {
          world.kill();
          world.start();
        }
        case Step.Send send -> {
          if (world.serves()) {
            Letter letter = letter(send.command());
            answers
                .computeIfAbsent(letter.id().value(), none -> new ArrayList<>())
                .add(world.send(letter));
          }
        }
      }
    }

    private static Letter letter(int i) {
      VmId vm = OBJECTS.get(i % 2);
      return i < 3
          ? Letter.cast("cast" + i, new Start(vm))
          : Letter.call("call" + i, new Reboot(vm));
    }

    void end() {
      world.time.pass(Duration.ofMinutes(3));
      for (Map.Entry<String, List<Future<? extends Reply>>> sent : answers.entrySet()) {
        check(sent.getKey(), sent.getValue());
      }
      assertEquals(List.of(), world.disk.entries().stream().filter(this::open).toList());
      assertEquals(List.of(), world.trade.overlaps, "commands for one object at the same time");
    }

    private void check(String id, List<Future<? extends Reply>> futures) {
      List<Reply> given =
          futures.stream().filter(Future::isComplete).map(AgentWorld::answer).distinct().toList();
      assertTrue(given.size() <= 1, () -> id + " was answered " + given);
      List<Outcome> outcomes = world.outcomes(id).stream().distinct().toList();
      assertTrue(outcomes.size() <= 1, () -> id + " ended as " + outcomes);
      int done = Collections.frequency(world.trade.effects, new OperationId(id));
      boolean accepted = given.stream().anyMatch(Reply.Accepted.class::isInstance);
      boolean refused = given.stream().anyMatch(Reply.Refused.class::isInstance);
      if (accepted) {
        assertEquals(1, outcomes.size(), () -> id + " was accepted and has no end");
      }
      if (refused) {
        assertEquals(List.of(), outcomes, () -> id + " was refused");
        assertEquals(0, done, () -> id + " was refused");
      }
      if (!outcomes.isEmpty()) {
        assertEquals(
            outcomes.getFirst() instanceof Outcome.Done ? 1 : 0,
            done,
            () -> id + " ended as " + outcomes);
      }
      assertTrue(done <= 1, () -> id + " was done " + done + " times");
      boolean laidAside = world.buried.stream().anyMatch(one -> one.cast().id().value().equals(id));
      boolean notTried =
          outcomes.stream()
              .anyMatch(
                  end ->
                      end instanceof Outcome.Failed failed && failed.reason() == Reason.NOT_TRIED);
      assertEquals(id.startsWith("cast") && notTried, laidAside, () -> id + ": " + outcomes);
    }

    /** Whether an entry takes on what no later entry ends. */
    private boolean open(Entry entry) {
      return entry instanceof Entry.Taken taken
          && IntStream.range(0, world.disk.entries().size())
              .mapToObj(world.disk.entries()::get)
              .noneMatch(
                  other ->
                      other instanceof Entry.Told told && told.id().equals(taken.order().id()));
    }
  }
}
