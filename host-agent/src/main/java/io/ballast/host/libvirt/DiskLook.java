package io.ballast.host.libvirt;

import static java.util.Objects.requireNonNull;

import io.ballast.agent.tool.FileSystem;
import io.ballast.bus.RefusedException;
import io.ballast.host.trade.SharedFiles.Seen;
import io.ballast.messages.Reason;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is seen of the files of disks, at which a look may never come back where their server is
 * gone: on a few threads, each time within a limit. A look that does not come back costs its
 * thread; in the folder at which it hangs nothing more is looked at until it does.
 */
final class DiskLook implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DiskLook.class);

  private static final int THREADS = 2;
  private static final int WAITING = 64;

  private final Duration within;
  private final ScheduledExecutorService clock;
  private final Function<String, Optional<Seen>> eye;
  private final ThreadPoolExecutor threads;

  /** Those whose threads are at it now. */
  private final Set<Look> underWay = ConcurrentHashMap.newKeySet();

  /**
   * Looks for so long at most.
   *
   * @param clock runs the limits
   */
  DiskLook(Duration within, ScheduledExecutorService clock) {
    this(within, clock, DiskLook::see);
  }

  /**
   * Looks by another eye.
   *
   * @param eye what is seen of a file by its path, empty if there is none; may block
   */
  DiskLook(Duration within, ScheduledExecutorService clock, Function<String, Optional<Seen>> eye) {
    this.within = within;
    this.clock = clock;
    this.eye = eye;
    threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            10,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING),
            Thread.ofPlatform().daemon().name("disk files ", 0).factory());
    threads.allowCoreThreadTimeOut(true);
  }

  /**
   * Looks at files, all within one limit: what is seen of those that are there, by their paths.
   * Completes on any thread.
   *
   * @param what it is, for people: "the look at the disks of VM x"
   */
  Future<Map<String, Seen>> at(String what, List<String> paths) {
    if (paths.isEmpty()) {
      return Future.succeededFuture(Map.of());
    }
    Optional<String> hanging = paths.stream().map(DiskLook::folder).filter(this::hangs).findFirst();
    if (hanging.isPresent()) {
      return refused(
          what
              + " was not tried: an earlier one does not come back from "
              + hanging.get()
              + "; look whether its file system hangs");
    }
    Look look = new Look(paths);
    ScheduledFuture<?> limit;
    try {
      limit =
          clock.schedule(
              () -> look.seen.tryFail(late(what)), within.toMillis(), TimeUnit.MILLISECONDS);
      threads.execute(look);
    } catch (RejectedExecutionException e) {
      return refused(what + " was not tried: too much waits for this host's file systems");
    }
    return look.seen.future().onComplete(end -> limit.cancel(false));
  }

  private boolean hangs(String folder) {
    return underWay.stream()
        .anyMatch(look -> look.seen.future().isComplete() && look.folder.equals(folder));
  }

  private static String folder(String path) {
    return path.substring(0, path.lastIndexOf('/') + 1);
  }

  private RefusedException late(String what) {
    return new RefusedException(
        Reason.TRADE_REFUSED,
        "%s did not come back within %d s; look whether its file system hangs"
            .formatted(what, within.toSeconds()));
  }

  private static <T> Future<T> refused(String message) {
    return Future.failedFuture(new RefusedException(Reason.TRADE_REFUSED, message));
  }

  private static Optional<Seen> see(String path) {
    try {
      Path file = Path.of(path);
      if (!file.isAbsolute()) {
        return Optional.empty();
      }
      String kind = FileSystem.of(file).kind();
      Object inode = requireNonNull(Files.readAttributes(file, "unix:ino").get("ino"));
      return Optional.of(new Seen(kind, Long.toUnsignedString((Long) inode)));
    } catch (NoSuchFileException | InvalidPathException e) {
      return Optional.empty();
    } catch (IOException e) {
      LOG.info("What {} is can't be seen: {}", path, e.toString());
      return Optional.of(Seen.NOTHING);
    }
  }

  /** Takes no more; does not wait for looks that are under way. */
  @Override
  public void close() {
    threads.shutdown();
  }

  /** One look at some files. */
  private final class Look implements Runnable {
    private final List<String> paths;
    private final Promise<Map<String, Seen>> seen = Promise.promise();

    /** In which it looks now. */
    private volatile String folder = "";

    Look(List<String> paths) {
      this.paths = paths;
    }

    @Override
    public void run() {
      if (seen.future().isComplete()) {
        return;
      }
      try {
        seen.tryComplete(look());
      } catch (RuntimeException | Error e) {
        seen.tryFail(e);
        throw e;
      }
    }

    private Map<String, Seen> look() {
      Map<String, Seen> found = new HashMap<>();
      underWay.add(this);
      try {
        for (String path : paths) {
          folder = folder(path);
          eye.apply(path).ifPresent(it -> found.put(path, it));
        }
      } finally {
        underWay.remove(this);
      }
      return found;
    }
  }
}
