package io.ballast.storage.libvirt;

import io.ballast.agent.FileStamp;
import io.ballast.agent.tool.FileSystem;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * What is done in file systems, which may keep their callers waiting for ever: on a few threads,
 * each time within a limit. A call that does not come back costs its thread.
 */
final class Disk implements AutoCloseable {
  private static final int THREADS = 4;
  private static final int WAITING = 256;

  private final Duration within;
  private final ScheduledExecutorService clock;
  private final ThreadPoolExecutor threads;
  private final Contents contents;
  private final Flushes flushes = new Flushes();

  Disk(Duration within, ScheduledExecutorService clock) {
    this(within, clock, THREADS);
  }

  /** With as many threads, each of which a file system may keep. */
  Disk(Duration within, ScheduledExecutorService clock, int many) {
    this.within = within;
    this.clock = clock;
    threads =
        new ThreadPoolExecutor(
            many,
            many,
            10,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING),
            Thread.ofPlatform().daemon().name("storage files ", 0).factory());
    threads.allowCoreThreadTimeOut(true);
    contents = new Contents(clock);
  }

  /** A call of the file system. */
  interface Call<T> {
    T run() throws IOException;
  }

  /** On which a file lies; completes on any thread. */
  Future<FileSystem> fileSystem(String path) {
    return call("the look at " + path, () -> FileSystem.of(Path.of(path)));
  }

  /** What a file holds; completes on any thread. */
  Future<Volume.Content> content(VolumeId volume, Shelf.Item item) {
    return call("the look at " + item.path(), () -> FileStamp.of(Path.of(item.path())))
        .compose(stamp -> contents.of(Path.of(item.path()), stamp))
        .map(digest -> new Volume.Content(volume, item.path(), item.format(), digest));
  }

  /** As {@link Flushes#of}. */
  Future<Void> lasting(String path) {
    return flushes.of(Path.of(path));
  }

  /**
   * Has it done; completes on any thread.
   *
   * @param what it is, for people: "the removal of /images/web1"
   */
  <T> Future<T> call(String what, Call<T> call) {
    Promise<T> done = Promise.promise();
    ScheduledFuture<?> limit =
        clock.schedule(() -> done.tryFail(late(what)), within.toMillis(), TimeUnit.MILLISECONDS);
    try {
      threads.execute(() -> run(what, call, done));
    } catch (RejectedExecutionException e) {
      done.tryFail(
          new RefusedException(
              Reason.TRADE_REFUSED,
              what + " was not tried: too much waits for this host's file systems"));
    }
    return done.future().onComplete(end -> limit.cancel(false));
  }

  private static <T> void run(String what, Call<T> call, Promise<T> done) {
    if (done.future().isComplete()) {
      return;
    }
    try {
      done.tryComplete(call.run());
    } catch (RefusedException e) {
      done.tryFail(e);
    } catch (IOException e) {
      String words = e.getClass().getSimpleName() + ": " + e.getMessage();
      Reason reason = words.contains("No space left") ? Reason.NO_ROOM : Reason.TRADE_REFUSED;
      done.tryFail(new RefusedException(reason, what + " failed: " + words));
    } catch (RuntimeException | Error e) {
      done.tryFail(e);
      throw e;
    }
  }

  private RefusedException late(String what) {
    return new RefusedException(
        Reason.MAY_YET_HAPPEN,
        "%s did not come back within %d s; look whether the file system hangs"
            .formatted(what, within.toSeconds()));
  }

  @Override
  public void close() {
    threads.shutdown();
    contents.close();
    flushes.close();
  }
}
