package io.ballast.storage.libvirt;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.agent.FileStamp;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ContentsTest {
  /** The test vector for "abc" of FIPS 180-2. */
  private static final String ABC =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  @TempDir Path folder;

  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final Contents contents = new Contents(clock);
  private Path file = Path.of("");

  @BeforeEach
  void write() throws IOException {
    file = folder.resolve("base");
    Files.writeString(file, "abc");
  }

  @AfterEach
  void close() {
    contents.close();
    clock.shutdownNow();
  }

  private Future<String> asked(Contents by) throws IOException {
    return by.of(file, FileStamp.of(file));
  }

  @Test
  void whatAFileHoldsIsKnownUntilItIsChanged() throws IOException {
    assertEquals(ABC, asked(contents).await());
    FileStamp before = FileStamp.of(file);
    assertTrue(contents.of(file, before).isComplete(), "known");

    Files.writeString(file, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq");

    assertEquals(
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
        asked(contents).await());
  }

  @Test
  void whatIsChangedWhileItIsReadIsNotTold() throws IOException {
    FileStamp before = FileStamp.of(file);
    Files.writeString(file, "abcd");

    assertEquals(Reason.WRONG_STATE, reason(contents.of(file, before)));
    Files.delete(file);
    assertEquals(Reason.TRADE_REFUSED, reason(contents.of(file, before)));
  }

  @Test
  void whoAsksForWhatIsBeingReadIsToldSo() throws IOException {
    Path slow = folder.resolve("slow");
    new ProcessBuilder("mkfifo", slow.toString()).start().onExit().join();
    try (Contents impatient = new Contents(clock, Duration.ofMillis(50))) {
      Future<String> first = impatient.of(slow, FileStamp.of(file));

      assertEquals(Reason.NOT_READY, reason(first));
      Future<String> behind = asked(impatient);
      assertEquals(Reason.NOT_READY, reason(behind));
      Files.write(slow, "x".getBytes(StandardCharsets.UTF_8));
      await()
          .until(
              () ->
                  asked(impatient).transform(it -> Future.succeededFuture(it.succeeded())).await());
      assertEquals(ABC, asked(impatient).await());
    }
  }

  private static Reason reason(Future<?> answer) {
    await().until(answer::isComplete);
    return ((RefusedException) answer.cause()).reason();
  }
}
