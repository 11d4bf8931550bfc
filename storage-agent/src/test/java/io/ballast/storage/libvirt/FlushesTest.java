package io.ballast.storage.libvirt;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FlushesTest {
  @TempDir Path folder;

  private final CountDownLatch ready = new CountDownLatch(1);
  private final AtomicInteger forced = new AtomicInteger();
  private final AtomicInteger errors = new AtomicInteger();
  private final Flushes flushes = new Flushes(this::force);
  private Path file = Path.of("");

  @BeforeEach
  void write() throws IOException {
    file = Files.writeString(folder.resolve("disk"), "abc");
  }

  @AfterEach
  void close() {
    ready.countDown();
    flushes.close();
  }

  /** As a kernel, which tells of an error once. */
  private void force(FileChannel channel) throws IOException {
    forced.incrementAndGet();
    await().until(() -> ready.getCount() == 0);
    if (errors.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      throw new IOException("Input/output error");
    }
    channel.force(true);
  }

  private static Reason reason(Future<?> failed) {
    await().until(failed::isComplete);
    return ((RefusedException) failed.cause()).reason();
  }

  @Test
  void whatWasWrittenLastsUnlessItsFileIsGone() throws IOException {
    ready.countDown();
    flushes.of(file).await();
    assertEquals(2, forced.get(), "it and its folder");
    Files.delete(file);

    assertEquals(Reason.TRADE_REFUSED, reason(flushes.of(file)));
  }

  @Test
  void whoAsksAgainMeanwhileJoins() {
    Future<Void> first = flushes.of(file);
    await().until(() -> forced.get() == 1);
    Future<Void> second = flushes.of(file);
    ready.countDown();
    await().until(() -> first.succeeded() && second.succeeded());

    assertEquals(2, forced.get(), "once");
  }

  @Test
  void whatWasLostStaysSoUntilItIsAnotherFile() throws IOException {
    errors.set(1);
    Future<Void> first = flushes.of(file);
    ready.countDown();
    assertEquals(Reason.INVALID_IMAGE, reason(first));
    assertTrue(first.cause().toString().contains("Input/output error"));

    assertEquals(Reason.INVALID_IMAGE, reason(flushes.of(file)));
    Path other = Files.writeString(folder.resolve("other"), "abc");
    Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
    flushes.of(file).await();
  }
}
