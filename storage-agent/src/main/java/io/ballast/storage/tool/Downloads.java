package io.ballast.storage.tool;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Fetches files side by side, so many at a time, and gives up servers that go silent. */
public final class Downloads implements AutoCloseable {
  private static final int MOST = 8;

  private final ScheduledExecutorService clock;
  private final Headroom headroom;

  // Guarded by these downloads.
  private final Set<Download> running = new HashSet<>();
  private boolean closed;

  /** None yet; the clock's tasks never block. */
  public Downloads(ScheduledExecutorService clock) {
    this(clock, Headroom.OF_DISK);
  }

  Downloads(ScheduledExecutorService clock, Headroom headroom) {
    this.clock = clock;
    this.headroom = headroom;
  }

  /**
   * Begins to fetch a file.
   *
   * @throws RefusedException as {@code BUSY} where too many are under way
   */
  public Download fetch(Download.What what, Path file, Download.Heard heard) {
    Download download = new Download(what, file, headroom, heard);
    synchronized (this) {
      if (closed) {
        throw new RefusedException(Reason.NOT_READY, "the agent is stopping; try again later");
      }
      if (running.size() >= MOST) {
        throw new RefusedException(
            Reason.BUSY, MOST + " files are being fetched already; try again later");
      }
      running.add(download);
    }
    ScheduledFuture<?> watch = watch(download);
    Thread.ofPlatform()
        .daemon()
        .name("storage download")
        .start(
            () -> {
              try {
                download.run();
              } finally {
                watch.cancel(false);
                ended(download);
              }
            });
    return download;
  }

  private synchronized void ended(Download download) {
    running.remove(download);
  }

  private ScheduledFuture<?> watch(Download download) {
    long every = Download.PATIENCE.toMillis();
    long[] before = {-1};
    return clock.scheduleAtFixedRate(
        () -> {
          long now = download.done();
          if (now == before[0]) {
            download.late();
          }
          before[0] = now;
        },
        every,
        every,
        TimeUnit.MILLISECONDS);
  }

  /** Ends all that runs, and begins nothing more. Does not wait. */
  @Override
  public void close() {
    List<Download> all;
    synchronized (this) {
      closed = true;
      all = List.copyOf(running);
    }
    all.forEach(
        download ->
            download.end(new RefusedException(Reason.NOT_READY, "the agent of this host stopped")));
  }
}
