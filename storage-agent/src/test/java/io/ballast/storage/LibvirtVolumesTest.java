package io.ballast.storage;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import io.ballast.messages.StorageBeat.Pool;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import javax.xml.stream.XMLStreamException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
final class LibvirtVolumesTest {
  @Test
  void aQuestionThatHangsEndsAtItsDeadlineAndHoldsBackTheNext(Vertx vertx) {
    LibvirtVolumes volumes = new LibvirtVolumes(vertx, "test:///default", Duration.ofMillis(100));
    CountDownLatch frozen = new CountDownLatch(1);

    RefusedException late =
        refused(
            volumes.ask(
                () -> {
                  frozen.await();
                  return List.of();
                }));
    RefusedException next = refused(volumes.ask(List::of));

    assertEquals(Reason.TRADE_REFUSED, late.reason());
    assertEquals(Reason.TRADE_REFUSED, next.reason());
    assertTrue(String.valueOf(late.getMessage()).contains("look whether libvirtd hangs"));

    frozen.countDown();
    await().until(() -> answered(volumes));
    volumes.close();
  }

  @Test
  void aQuestionThatFailsIsRefusedInItsWords(Vertx vertx) {
    LibvirtVolumes volumes = new LibvirtVolumes(vertx, "qemu:///system", Duration.ofSeconds(20));

    RefusedException failed =
        refused(
            volumes.ask(
                () -> {
                  throw new IllegalStateException("Connection refused");
                }));

    assertEquals(
        "the pools of qemu:///system can't be listed: Connection refused", failed.getMessage());
    volumes.close();
  }

  @Test
  void theTypeOfAPoolStandsInItsDescription() throws XMLStreamException {
    assertEquals("dir", LibvirtVolumes.type("<pool type='dir'><name>images</name></pool>"));
    assertEquals("unknown", LibvirtVolumes.type("<pool/>"));
  }

  private static boolean answered(LibvirtVolumes volumes) {
    Future<List<Pool>> answer = volumes.ask(List::of);
    await().until(answer::isComplete);
    return answer.succeeded();
  }

  private static RefusedException refused(Future<?> future) {
    CompletionException failure =
        assertThrows(
            CompletionException.class,
            () -> future.toCompletionStage().toCompletableFuture().orTimeout(60, SECONDS).join());
    return assertInstanceOf(RefusedException.class, failure.getCause());
  }
}
