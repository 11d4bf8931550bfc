package io.ballast.agent.tool;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real programs of every Linux. */
final class WatchTest {
  private final Vertx vertx = Vertx.vertx();
  private final ScheduledThreadPoolExecutor clock = new ScheduledThreadPoolExecutor(1);
  private final Runner runner = new Runner(Runner.Limits.DEFAULT, clock);
  private final Semaphore heard = new Semaphore(0);

  @AfterEach
  void close() {
    runner.close();
    clock.shutdownNow();
    vertx.close().await();
  }

  @Test
  void eachLineIsHeardUntilItIsClosed(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("changes"), "first\n");
    Watch watch = watch(Duration.ofHours(1), "tail", "-n", "+1", "-f", file.toString());

    await().until(heard::tryAcquire);
    Files.writeString(file, "second\n", StandardOpenOption.APPEND);
    await().until(heard::tryAcquire);

    watch.close();
  }

  @Test
  void nothingIsRunWhileThereIsNothingToListenTo(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("changes");
    Watch watch =
        new Watch(
            vertx,
            runner,
            List.of("cat", file.toString()),
            () -> Files.exists(file),
            Duration.ofMillis(20));
    watch.tell(heard::release);
    vertx.timer(200, TimeUnit.MILLISECONDS).await();
    assertEquals(0, heard.availablePermits()); // a complaint would be heard, too

    Files.writeString(file, "now\n");
    await().until(heard::tryAcquire);
    watch.close();
  }

  @Test
  void aToolThatEndedIsBegunAnew() {
    Watch watch = watch(Duration.ofMillis(20), "echo", "again");

    await().until(() -> heard.tryAcquire(3));

    watch.close();
  }

  private Watch watch(Duration pause, String... words) {
    Watch watch = new Watch(vertx, runner, List.of(words), () -> true, pause);
    watch.tell(heard::release);
    return watch;
  }
}
