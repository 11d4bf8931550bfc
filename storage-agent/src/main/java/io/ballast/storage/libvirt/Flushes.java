package io.ballast.storage.libvirt;

import io.ballast.agent.FileStamp;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What brings files to their devices. Who asks for one that is on its way joins; and one of which
 * something was lost stays so: a kernel tells that once, and afterwards that all is well.
 */
final class Flushes implements AutoCloseable {
  /** Brings what was written into a file to its device. */
  interface Device {
    /** Blocks until it is there; fails if some of it was lost. */
    void force(FileChannel file) throws IOException;
  }

  private static final int THREADS = 2;
  private static final int WAITING = 64;

  /** Of so many it is remembered at most that they were lost. */
  private static final int MOST = 256;

  private final Device device;
  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          THREADS,
          THREADS,
          10,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(WAITING),
          Thread.ofPlatform().daemon().name("storage flushes ", 0).factory());

  // Guarded by this.
  private final Map<Path, Promise<Void>> onTheirWay = new HashMap<>();
  private final Map<Path, Lost> lost =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Path, Lost> eldest) {
          return size() > MOST;
        }
      };

  private record Lost(Object inode, RefusedException why) {}

  Flushes() {
    this(file -> file.force(true));
  }

  Flushes(Device device) {
    this.device = device;
    threads.allowCoreThreadTimeOut(true);
  }

  /**
   * Completes, on any thread, once what was written into a file lies on its device, and its name in
   * its folder. Fails as {@code INVALID_IMAGE} where some of it was lost, be it earlier; as {@code
   * BUSY}; and as {@code TRADE_REFUSED} where the file can't be looked at.
   */
  Future<Void> of(Path file) {
    Promise<Void> mine = Promise.promise();
    synchronized (this) {
      Promise<Void> before = onTheirWay.putIfAbsent(file, mine);
      if (before != null) {
        return before.future();
      }
    }
    try {
      threads.execute(() -> end(file, flushed(file)));
    } catch (RejectedExecutionException e) {
      end(file, new RefusedException(Reason.BUSY, WAITING + " files are to be written before it"));
    }
    return mine.future();
  }

  private void end(Path file, @Nullable RefusedException failure) {
    Promise<Void> waiting;
    synchronized (this) {
      waiting = onTheirWay.remove(file);
    }
    if (waiting != null) {
      waiting.complete(null, failure);
    }
  }

  private @Nullable RefusedException flushed(Path file) {
    try (FileChannel channel = FileChannel.open(file);
        FileChannel folder = FileChannel.open(file.toAbsolutePath().getParent())) {
      Object inode = FileStamp.of(file).inode();
      RefusedException before = lost(file, inode);
      return before != null ? before : forced(file, inode, channel, folder);
    } catch (RefusedException e) {
      return e;
    } catch (IOException | RuntimeException e) {
      return unseen(file, e);
    }
  }

  private static RefusedException unseen(Path file, Exception failure) {
    return new RefusedException(
        Reason.TRADE_REFUSED,
        "whether what was written into %s lasts can't be seen: %s".formatted(file, failure));
  }

  private @Nullable RefusedException forced(
      Path file, Object inode, FileChannel channel, FileChannel folder) {
    try {
      device.force(channel);
    } catch (ClosedChannelException e) {
      return unseen(file, e);
    } catch (IOException e) {
      RefusedException why =
          new RefusedException(
              Reason.INVALID_IMAGE,
              "some of what was written into %s was lost on its way to the device (%s); look for errors of that in the host's log"
                  .formatted(file, e.getMessage()));
      synchronized (this) {
        lost.put(file, new Lost(inode, why));
      }
      return why;
    }
    try {
      device.force(folder);
      return null;
    } catch (IOException e) {
      return unseen(file, e);
    }
  }

  private synchronized @Nullable RefusedException lost(Path file, Object inode) {
    Lost known = lost.get(file);
    return known != null && known.inode().equals(inode) ? known.why() : null;
  }

  @Override
  public void close() {
    threads.shutdown(); // an interrupt would look like something lost
  }
}
