package io.ballast.agent;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A journal in one file, see {@link JournalFile} for its form. A thread of its own writes it: what
 * came while it waited for the disk goes down together, with one flush.
 *
 * <p>A disk that is full refuses, and takes entries again once it has room. After a flush that
 * failed nobody knows what the disk has; then everything is refused until the agent is restarted.
 */
public final class FileJournal implements Journal {
  private static final Logger LOG = LoggerFactory.getLogger(FileJournal.class);

  /** How many writes may wait for the disk; more are refused. */
  private static final int MOST_WAITING = 10_000;

  /** How many writes go down with one flush. */
  private static final int MOST_TOGETHER = 256;

  /** How many characters of commands go down with one flush, by one write more at most. */
  private static final long MOST_SAID = 4L << 20;

  private final Path path;
  private final Entry.Belongs owner;
  private final BlockingQueue<Task> tasks = new LinkedBlockingQueue<>(MOST_WAITING);
  private volatile boolean closed;

  /** Something for the thread to do, and who waits for it. */
  private sealed interface Task {
    record Open(Consumer<Entry> before, Promise<Void> done) implements Task {}

    record Write(List<Entry> entries, Promise<Void> done) implements Task {}

    record Rewrite(List<Entry> entries, Promise<Void> done) implements Task {}

    record Close(Promise<Void> done) implements Task {}
  }

  /**
   * The journal of an agent; nothing is read or made before it is opened.
   *
   * @param agent whose it is, such as {@code host.h1}
   */
  public FileJournal(Path path, String agent) {
    this.path = path;
    this.owner = new Entry.Belongs(agent, JournalFile.FORM);
  }

  @Override
  public Future<Void> open(Consumer<Entry> before) {
    Promise<Void> done = Promise.promise();
    Thread.ofPlatform().daemon().name("journal " + owner.agent()).start(this::serve);
    return hand(new Task.Open(before, done), done);
  }

  @Override
  public Future<Void> write(List<Entry> entries) {
    Promise<Void> done = Promise.promise();
    return hand(new Task.Write(List.copyOf(entries), done), done);
  }

  @Override
  public Future<Void> rewrite(List<Entry> entries) {
    Promise<Void> done = Promise.promise();
    return hand(new Task.Rewrite(List.copyOf(entries), done), done);
  }

  @Override
  public Future<Void> close() {
    Promise<Void> done = Promise.promise();
    Future<Void> handed = hand(new Task.Close(done), done);
    closed = true;
    return handed;
  }

  private <T> Future<T> hand(Task task, Promise<T> done) {
    if (closed) {
      done.fail(refusal("the agent is stopping"));
    } else if (!tasks.offer(task)) {
      done.fail(refusal("the disk does not keep up; look what else writes to it"));
    }
    return done.future();
  }

  private void serve() {
    try (JournalFile file = new JournalFile(path, owner)) {
      while (serve(file, tasks.take())) {
        // what there is to do next is in the queue
      }
    } catch (InterruptedException e) {
      LOG.warn("{}: the thread was asked to end", path);
    }
  }

  /** Does one task, or several writes together; false after the last one. */
  private boolean serve(JournalFile file, Task first) throws InterruptedException {
    switch (first) {
      case Task.Open open -> settle(open.done(), () -> file.open(open.before()));
      case Task.Rewrite all -> settle(all.done(), () -> file.rewrite(all.entries()));
      case Task.Close close -> {
        file.close();
        close.done().complete();
        return false;
      }
      case Task.Write write -> {
        List<Task.Write> together = new ArrayList<>(List.of(write));
        long said = said(write);
        while (together.size() < MOST_TOGETHER
            && said < MOST_SAID
            && tasks.peek() instanceof Task.Write next) {
          tasks.remove();
          together.add(next);
          said += said(next);
        }
        write(file, together);
      }
    }
    return true;
  }

  private static long said(Task.Write write) {
    return write.entries().stream().mapToLong(Entry::said).sum();
  }

  private void write(JournalFile file, List<Task.Write> together) {
    Promise<Void> all = Promise.promise();
    settle(
        all,
        () -> file.append(together.stream().flatMap(write -> write.entries().stream()).toList()));
    together.forEach(write -> all.future().onComplete(write.done()));
  }

  /** Work on the file; may block. */
  private interface Work {
    void run() throws IOException;
  }

  private void settle(Promise<Void> done, Work work) {
    try {
      work.run();
      done.complete();
    } catch (IOException | RuntimeException e) {
      done.fail(refusal(e));
    }
  }

  private RefusedException refusal(Exception failure) {
    if (failure instanceof JournalFile.Unusable unusable) {
      return new RefusedException(Reason.NO_JOURNAL, String.valueOf(unusable.getMessage()));
    }
    if (failure instanceof IOException) {
      LOG.warn("{} can't be written: {}", path, failure.toString());
      return refusal(
          failure.getMessage() + "; make room on its disk, or look whether it is broken");
    }
    LOG.error("{} can't be written for a defect of the agent", path, failure);
    return refusal("a defect of the agent, its log has the details");
  }

  private RefusedException refusal(String why) {
    return new RefusedException(
        Reason.NO_JOURNAL, "the agent can't write to its journal " + path + ": " + why);
  }
}
