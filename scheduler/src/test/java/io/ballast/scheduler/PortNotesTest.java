package io.ballast.scheduler;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.ballast.agent.Book;
import io.ballast.agent.FileBook;
import io.ballast.messages.HostId;
import io.ballast.messages.Mac;
import io.ballast.messages.Port;
import io.ballast.messages.VmId;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PortNotesTest {
  private static final HostId H1 = new HostId("h1");
  private static final List<Port> PORTS =
      List.of(Port.of(new Mac("52:54:00:00:00:01"), new VmId(new UUID(1, 2)), "br0"));
  private static final Map<HostId, List<Port>> SOME = Map.of(H1, PORTS);
  private static final Map<HostId, List<Port>> NONE = Map.of();

  @TempDir Path folder;

  private final Vertx vertx = Vertx.vertx();
  private final Loop loop = new Loop(vertx.getOrCreateContext());

  /** A fake: a book that takes its time. */
  private static final class SlowBook implements Book<HostPorts> {
    final List<List<HostPorts>> begun = new CopyOnWriteArrayList<>();
    final List<Promise<Void>> ends = new CopyOnWriteArrayList<>();

    @Override
    public Future<List<HostPorts>> open() {
      return Future.succeededFuture(List.of());
    }

    @Override
    public Future<Void> keep(List<HostPorts> all) {
      Promise<Void> end = Promise.promise();
      ends.add(end);
      begun.add(all);
      return end.future();
    }
  }

  @AfterEach
  void close() {
    done(vertx.close());
  }

  @Test
  void whatWasKeptIsKnownInTheNextLife() {
    PortNotes notes = open(book());
    assertEquals(NONE, notes.before());

    keep(notes, SOME);
    await().until(() -> open(book()).before().equals(SOME));

    keep(notes, NONE);
    await().until(() -> open(book()).before().equals(NONE));
  }

  @Test
  void whileOneIsWrittenOnlyTheLastOfThoseThatComeWaits() {
    SlowBook book = new SlowBook();
    PortNotes notes = open(book);

    keep(notes, SOME);
    keep(notes, NONE);
    keep(notes, NONE);
    keep(notes, SOME);
    assertEquals(1, book.begun.size());

    book.ends.getFirst().complete();
    await().until(() -> book.begun.size() == 2);
    assertEquals(List.of(new HostPorts(H1, PORTS)), book.begun.getLast());

    book.ends.getLast().complete();
  }

  @Test
  void whatCouldNotBeWrittenIsWrittenAgain() {
    SlowBook book = new SlowBook();
    PortNotes notes = open(book);
    keep(notes, SOME);

    book.ends.getFirst().fail("the disk is full");

    await().atMost(60, SECONDS).until(() -> book.begun.size() == 2);
    assertEquals(List.of(new HostPorts(H1, PORTS)), book.begun.getLast());
  }

  @Test
  void itEndsOnceTheLastIsWritten() {
    SlowBook book = new SlowBook();
    PortNotes notes = open(book);
    keep(notes, SOME);
    keep(notes, NONE);
    Promise<Void> closed = Promise.promise();
    loop.run(() -> notes.close().onComplete(closed));

    book.ends.getFirst().complete();
    await().until(() -> book.begun.size() == 2);
    assertFalse(closed.future().isComplete());
    book.ends.getLast().complete();

    done(closed.future());
  }

  private Book<HostPorts> book() {
    return new FileBook<>(vertx, folder.resolve("scheduler.ports"), HostPorts.class);
  }

  private PortNotes open(Book<HostPorts> book) {
    return done(PortNotes.open(book, loop));
  }

  private void keep(PortNotes notes, Map<HostId, List<Port>> all) {
    Promise<Void> told = Promise.promise();
    loop.run(
        () -> {
          notes.keep(all);
          told.complete();
        });
    done(told.future());
  }

  private static <T> T done(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().orTimeout(60, SECONDS).join();
  }
}
