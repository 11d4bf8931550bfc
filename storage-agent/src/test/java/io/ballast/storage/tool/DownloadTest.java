package io.ballast.storage.tool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.Reason;
import io.vertx.core.Future;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DownloadTest {
  private static final byte[] CONTENT = "what an image holds".getBytes(UTF_8);
  private static final String DIGEST =
      "e2439407abe3ddb1dd6a0504eccc6900270445313a21f8857c4a9f5a24f5bfef";

  @TempDir private Path folder;
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final Downloads downloads = new Downloads(clock, this::check);
  private final CountDownLatch over = new CountDownLatch(1);
  private volatile Bytes room = Bytes.ofMiB(100);
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newCachedThreadPool());
    server.createContext("/image", exchange -> answer(exchange, CONTENT.length));
    server.createContext("/short", exchange -> answer(exchange, CONTENT.length + 1));
    server.createContext(
        "/moved",
        exchange -> {
          exchange.getResponseHeaders().add("Location", "/image");
          exchange.sendResponseHeaders(302, -1);
          exchange.close();
        });
    server.createContext("/silent", this::hang);
    server.createContext("/endless", DownloadTest::goOn);
    server.start();
  }

  @AfterEach
  void stop() {
    over.countDown();
    downloads.close();
    server.stop(0);
    clock.shutdown();
  }

  private void check(Path where, Bytes more) throws IOException {
    Path file = where.resolve("file");
    Bytes taken = new Bytes(Files.exists(file) ? Files.size(file) : 0);
    Headroom.check(where, Bytes.ZERO, room.minusOrZero(taken), more);
    if (taken.compareTo(room) > 0) {
      throw new RefusedException(Reason.NO_ROOM, "it is full");
    }
  }

  private static void goOn(HttpExchange exchange) throws IOException {
    exchange.sendResponseHeaders(200, 0);
    byte[] zeros = new byte[1 << 20];
    while (true) {
      exchange.getResponseBody().write(zeros);
    }
  }

  private static void answer(HttpExchange exchange, int length) throws IOException {
    exchange.sendResponseHeaders(200, length);
    exchange.getResponseBody().write(CONTENT);
    exchange.close();
  }

  private void hang(HttpExchange exchange) throws IOException {
    exchange.sendResponseHeaders(200, 1_000);
    exchange.getResponseBody().write(CONTENT);
    exchange.getResponseBody().flush();
    try {
      over.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    exchange.close();
  }

  private Download fetch(String path, Optional<String> sha256, Download.Heard heard) {
    URI source = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    return downloads.fetch(new Download.What(source, sha256), folder.resolve("file"), heard);
  }

  private Download fetch(String path, Optional<String> sha256) {
    return fetch(path, sha256, (done, total) -> {});
  }

  private static <T> T answer(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().orTimeout(240, SECONDS).join();
  }

  private static RefusedException refusal(Download download) {
    CompletionException failure =
        assertThrows(CompletionException.class, () -> answer(download.end()));
    return assertInstanceOf(RefusedException.class, failure.getCause());
  }

  @Test
  void whatAServerOffersIsStored() throws IOException {
    List<String> heard = Collections.synchronizedList(new ArrayList<>());

    Path file =
        answer(
            fetch("/image", Optional.of(DIGEST), (done, total) -> heard.add(done + " of " + total))
                .end());

    assertArrayEquals(CONTENT, Files.readAllBytes(file));
    assertEquals("19 of Optional[19]", heard.getLast());
  }

  @Test
  void aServerMaySendOnToAnotherPlace() throws IOException {
    assertArrayEquals(
        CONTENT, Files.readAllBytes(answer(fetch("/moved", Optional.of(DIGEST)).end())));
  }

  @Test
  void anotherContentThanWasAskedForIsRefused() {
    RefusedException refused = refusal(fetch("/image", Optional.of("0".repeat(64))));

    assertEquals(Reason.INVALID_IMAGE, refused.reason());
    assertTrue(String.valueOf(refused.getMessage()).contains(DIGEST), refused.getMessage());
  }

  @Test
  void whatHasNoRoomIsNotStored() {
    room = new Bytes(CONTENT.length - 1);
    assertEquals(Reason.NO_ROOM, refusal(fetch("/image", Optional.empty())).reason());
    assertFalse(Files.exists(folder.resolve("file")));
  }

  @Test
  void whatDoesNotSayHowMuchItIsEndsWhereTheRoomDoes() {
    RefusedException refused = refusal(fetch("/endless", Optional.empty()));

    assertEquals(Reason.NO_ROOM, refused.reason());
    assertTrue(folder.resolve("file").toFile().length() < 256 << 20);
  }

  @Test
  void whatIsNotThereIsNamed() {
    RefusedException refused = refusal(fetch("/nothing", Optional.empty()));

    assertEquals(Reason.UNKNOWN_VOLUME, refused.reason());
    assertTrue(String.valueOf(refused.getMessage()).contains("404"), refused.getMessage());
  }

  @Test
  void whatEndsEarlyIsNoFile() {
    assertEquals(Reason.TRADE_REFUSED, refusal(fetch("/short", Optional.empty())).reason());
  }

  @Test
  void aServerThatSaysNothingMoreCanBeGivenUp() {
    CountDownLatch begun = new CountDownLatch(1);
    Download download = fetch("/silent", Optional.empty(), (done, total) -> begun.countDown());
    await(begun);
    download.cancel();

    assertEquals(Reason.CANCELLED, refusal(download).reason());
  }

  @Test
  void aServerThatSaysNothingForTooLongIsGivenUp() {
    CountDownLatch begun = new CountDownLatch(1);
    Download download = fetch("/silent", Optional.empty(), (done, total) -> begun.countDown());
    await(begun);
    download.late();

    RefusedException refused = refusal(download);

    assertEquals(Reason.TRADE_REFUSED, refused.reason());
    assertTrue(String.valueOf(refused.getMessage()).contains("said nothing for 60 s"));
  }

  @Test
  void thereIsNoMoreThanSoManyAtATime() {
    List<Download> all = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      Path file = folder.resolve("file" + i);
      URI source = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/silent");
      all.add(
          downloads.fetch(new Download.What(source, Optional.empty()), file, (done, total) -> {}));
    }

    assertEquals(
        Reason.BUSY,
        assertThrows(RefusedException.class, () -> fetch("/image", Optional.empty())).reason());
    all.forEach(Download::cancel);
    all.forEach(DownloadTest::refusal); // nobody writes into the folder any more
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(60, SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
