package io.ballast.agent.tool;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import io.vertx.core.Future;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real programs of every Linux. */
final class RunnerTest {
  private static final Duration LONG = Duration.ofMinutes(2);

  private final ScheduledThreadPoolExecutor clock = new ScheduledThreadPoolExecutor(1);
  private final Runner runner = new Runner(new Runner.Limits(1, 2), clock);

  @AfterEach
  void close() {
    runner.close();
    clock.shutdownNow();
  }

  @Test
  void whatAToolPrintsIsItsAnswer() {
    assertEquals("a b $HOME *\n", answer(run("echo", "a b", "$HOME", "*")));
  }

  @Test
  void aToolInheritsNothingButItsSearchPath() {
    assertEquals(
        List.of("LC_ALL=C", "TOLD=yes"),
        answer(
                runner
                    .run(
                        new Tool(
                            List.of("env"), Map.of("TOLD", "yes"), LONG, Set.of(0), piece -> {}))
                    .output())
            .lines()
            .filter(line -> !line.startsWith("PATH="))
            .sorted()
            .toList());
  }

  @Test
  void aToolCanTakeEightGiBOfMemory() {
    assertEquals((8 << 20) + "\n", answer(run("sh", "-c", "ulimit -v")));
  }

  @Test
  void briskToolsAreBoundByTimeAlone() {
    try (Runner brisk = new Runner(new Runner.Limits(1, 2), Runner.Manner.BRISK, clock)) {
      assertEquals(
          "unlimited\n", answer(brisk.run(Tool.of(LONG, "sh", "-c", "ulimit -v")).output()));
      assertEquals(
          "no-such-tool is not installed on this host; install it",
          refusal(brisk.run(Tool.of(LONG, "no-such-tool")).output()).getMessage());
    }
  }

  @Test
  void aRunThatFailsInTheAgentHasAnEndTooAndLeavesItsPlace() {
    Map<String, String> impossible = Map.of("TOLD", "y\0es");

    RefusedException refusal =
        refusal(
            runner
                .run(new Tool(List.of("env"), impossible, LONG, Set.of(0), piece -> {}))
                .output());

    assertEquals(Reason.TRADE_REFUSED, refusal.reason());
    assertEquals("env was not run to its end; see the agent's log", refusal.getMessage());
    assertEquals("a\n", answer(run("echo", "a")));
  }

  @Test
  void aToolThatReadsFindsNothing() {
    assertEquals("", answer(run("cat")));
  }

  @Test
  void aToolThatFailsIsRefusedInItsWords() {
    RefusedException refused = refusal(run("ls", "/no/such/file"));

    assertEquals(Reason.TRADE_REFUSED, refused.reason());
    assertTrue(
        String.valueOf(refused.getMessage()).contains("No such file or directory"),
        refused::toString);
    assertEquals("false ended with 1", refusal(run("false")).getMessage());
  }

  @Test
  void aToolMaySayByItsExitCodeWhatItFound() {
    Tool tool =
        new Tool(List.of("sh", "-c", "echo it; exit 3"), Map.of(), LONG, Set.of(0, 3), p -> {});

    assertEquals("it\n", answer(runner.run(tool).output()));
  }

  @Test
  void aDiskThatIsFullIsNoRoom() {
    assertEquals(
        Reason.NO_ROOM,
        refusal(run("sh", "-c", "echo 'write error: No space left on device' >&2; exit 1"))
            .reason());
  }

  @Test
  void aToolThatIsMissingIsNamed() {
    assertEquals(
        "no-such-tool is not installed on this host; install it",
        refusal(run("no-such-tool")).getMessage());
  }

  @Test
  void aToolThatTakesTooLongIsEnded() {
    RefusedException late =
        refusal(runner.run(Tool.of(Duration.ofMillis(300), "sleep", "600")).output());

    assertEquals(Reason.TRADE_REFUSED, late.reason());
    assertTrue(String.valueOf(late.getMessage()).contains("was ended"), late::toString);
    assertEquals("next\n", answer(run("echo", "next")), "its place is free again");
  }

  @Test
  void aToolThatWontEndIsKilled() {
    RefusedException late =
        refusal(
            runner
                .run(
                    Tool.of(
                        Duration.ofMillis(500),
                        "sh",
                        "-c",
                        "trap '' TERM; while :; do sleep 1; done"))
                .output());

    assertEquals(Reason.TRADE_REFUSED, late.reason());
  }

  @Test
  void aToolThatPrintsWithoutEndIsEnded() {
    RefusedException loud = refusal(run("yes"));

    assertTrue(String.valueOf(loud.getMessage()).contains("printed more than"), loud::toString);
  }

  @Test
  void aToolCanBeCancelledAlsoWhileItWaits() {
    Run first = runner.run(Tool.of(LONG, "sleep", "600"));
    Run second = runner.run(Tool.of(LONG, "echo", "never"));

    second.cancel();
    first.cancel();

    assertEquals(Reason.CANCELLED, refusal(first.output()).reason());
    assertEquals(Reason.CANCELLED, refusal(second.output()).reason());
    assertEquals("next\n", answer(run("echo", "next")));
  }

  @Test
  void whatIsTooMuchIsRefusedAtOnce() {
    Run first = runner.run(Tool.of(LONG, "sleep", "600"));
    await().until(() -> !first.output().isComplete());
    runner.run(Tool.of(LONG, "true"));
    runner.run(Tool.of(LONG, "true"));
    Run fourth = runner.run(Tool.of(LONG, "true"));

    assertEquals(Reason.BUSY, refusal(fourth.output()).reason());
    assertFalse(first.output().isComplete());
  }

  @Test
  void aToolIsHeardWhileItRuns(@TempDir Path folder) {
    List<String> heard = new CopyOnWriteArrayList<>();
    Path on = folder.resolve("on");
    Run run =
        runner.run(
            new Tool(
                List.of(
                    "sh",
                    "-c",
                    "printf '(1.00/100%%)\\r'; until [ -e " + on + " ]; do sleep 0.1; done"),
                Map.of(),
                LONG,
                Set.of(0),
                heard::add));

    await().until(() -> heard.contains("(1.00/100%)"));
    assertFalse(run.output().isComplete());
    await().until(() -> Files.exists(Files.createFile(on)));
    answer(run.output());
  }

  @Test
  void whatRunsIsEndedWithTheRunner() {
    Run run = runner.run(Tool.of(LONG, "sleep", "600"));

    runner.close();

    assertEquals(Reason.NOT_READY, refusal(run.output()).reason());
    assertEquals(Reason.NOT_READY, refusal(run("true")).reason());
  }

  @Test
  void whatIsQuickWaitsForNothingThatTakesLong() {
    Run slow = runner.run(Tool.of(Runner.QUICK.plusSeconds(1), "sleep", "600"));
    Run next = runner.run(Tool.of(Runner.QUICK.plusSeconds(1), "true"));

    assertEquals("quick\n", answer(run("echo", "quick")));

    assertFalse(slow.output().isComplete() || next.output().isComplete());
  }

  @Test
  void aToolThatMustNotBeCutOffGoesOnWithoutWhoAskedForIt(@TempDir Path folder) {
    Path begun = folder.resolve("begun");
    Path end = folder.resolve("end");
    String script =
        "touch %s; until [ -e %s ]; do sleep 0.1; done; rm %s".formatted(begun, end, begun);
    Run run =
        runner.run(
            new Tool(
                List.of("sh", "-c", script),
                Map.of(),
                LONG,
                Set.of(0),
                piece -> {},
                Map.of(),
                Tool.Cut.NEVER));
    await().until(() -> Files.exists(begun));

    runner.close();

    assertEquals(Reason.MAY_YET_HAPPEN, refusal(run.output()).reason());
    await().until(() -> Files.exists(Files.createFile(end)));
    await().until(() -> !Files.exists(begun));
  }

  @Test
  void whatIsAskedOfAServerMayYetHappenWhenItsTimeIsOver() {
    Tool asking =
        new Tool(
            List.of("sleep", "600"),
            Map.of(),
            Duration.ofMillis(100),
            Set.of(0),
            piece -> {},
            Map.of(),
            Tool.Cut.OPEN);

    assertEquals(Reason.MAY_YET_HAPPEN, refusal(runner.run(asking).output()).reason());
    assertEquals(
        Reason.TRADE_REFUSED,
        refusal(runner.run(Tool.of(Duration.ofMillis(100), "sleep", "600")).output()).reason());
  }

  @Test
  void aToolReadsWhatItIsGivenHoweverLong() {
    String text = "0123456789abcde\n".repeat(20_000);

    assertEquals(text, answer(runner.run(Tool.of(LONG, "cat").reading(text)).output()));
    assertEquals(
        "done", answer(runner.run(Tool.of(LONG, "printf", "done").reading(text)).output()));
  }

  private Future<String> run(String... words) {
    return runner.run(Tool.of(LONG, words)).output();
  }

  private static <T> T answer(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().orTimeout(60, SECONDS).join();
  }

  private static RefusedException refusal(Future<?> future) {
    CompletionException failure = assertThrows(CompletionException.class, () -> answer(future));
    return assertInstanceOf(RefusedException.class, failure.getCause());
  }
}
