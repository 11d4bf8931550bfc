package io.ballast.host.libvirt;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ballast.bus.RefusedException;
import io.ballast.host.trade.SharedFiles.Seen;
import io.ballast.messages.Reason;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DiskLookTest {
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final Seen FILE = new Seen("nfs4", "4711");

  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final CountDownLatch server = new CountDownLatch(1);

  @AfterEach
  void close() {
    server.countDown();
    clock.shutdownNow();
  }

  @Test
  void whatIsThereIsSeenWithItsNumber(@TempDir Path folder) throws IOException {
    Path file = Files.createFile(folder.resolve("web"));
    String kind = Files.getFileStore(file).type();
    String inode = String.valueOf(Files.getAttribute(file, "unix:ino"));

    try (DiskLook look = new DiskLook(LONG, clock)) {
      List<String> paths =
          List.of(file.toString(), folder.resolve("none").toString(), "web", "/no\u0000path");

      assertEquals(
          Map.of(file.toString(), new Seen(kind, inode)),
          ended(look.at("the look", paths)).result());
    }
  }

  @Test
  void whereNothingIsToBeSeenNobodyLooks() {
    try (DiskLook look = new DiskLook(LONG, clock, this::see)) {
      assertEquals(Map.of(), look.at("the look", List.of()).result());
    }
  }

  @Test
  void whereALookHangsNothingMoreIsLookedAtUntilItComesBack() {
    try (DiskLook look = new DiskLook(Duration.ofSeconds(1), clock, this::see)) {
      assertRefused(
          "the look did not come back within 1 s; look whether its file system hangs",
          look.at("the look", List.of("/there/a", "/gone/a")));
      assertRefused(
          "the look was not tried: an earlier one does not come back from /gone/; look whether its"
              + " file system hangs",
          look.at("the look", List.of("/there/a", "/gone/b")));
      assertEquals(
          Map.of("/there/a", FILE), ended(look.at("the look", List.of("/there/a"))).result());

      server.countDown();

      await().until(() -> ended(look.at("the look", List.of("/gone/b"))).succeeded());
    }
  }

  private Optional<Seen> see(String path) {
    if (path.startsWith("/gone/")) {
      try {
        server.await();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
    return Optional.of(FILE);
  }

  private static void assertRefused(String message, Future<?> look) {
    RefusedException refused = (RefusedException) ended(look).cause();
    assertEquals(message, refused.getMessage());
    assertEquals(Reason.TRADE_REFUSED, refused.reason());
  }

  private static <T> Future<T> ended(Future<T> look) {
    await().until(look::isComplete);
    return look;
  }
}
