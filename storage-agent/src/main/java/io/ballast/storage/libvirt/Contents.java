package io.ballast.storage.libvirt;

import io.ballast.agent.FileStamp;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.Reason;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What files hold, by their SHA-256. Each is read once, one after the other, and known until it is
 * changed. Who asks for one that takes longer is told how far it is, and may ask again.
 */
final class Contents implements AutoCloseable {
  /** So many are known at most; those that were not asked for the longest are forgotten. */
  private static final int MOST = 256;

  private static final int WAITING = 64;
  private static final int PIECE = 1 << 20;
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final ScheduledExecutorService clock;
  private final Duration patience;
  private final ThreadPoolExecutor reader =
      new ThreadPoolExecutor(
          1,
          1,
          10,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(WAITING),
          Thread.ofPlatform().daemon().name("storage contents").factory());

  // Guarded by this.
  private final Map<Path, Reading> readings =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Path, Reading> eldest) {
          return size() > MOST;
        }
      };

  Contents(ScheduledExecutorService clock) {
    this(clock, PATIENCE);
  }

  /**
   * @param patience how long somebody waits who asks
   */
  Contents(ScheduledExecutorService clock, Duration patience) {
    this.clock = clock;
    this.patience = patience;
    reader.allowCoreThreadTimeOut(true);
  }

  /** A file that is read, or was. */
  private record Reading(Path file, FileStamp stamp, AtomicLong done, Promise<String> digest) {}

  /**
   * The SHA-256 of a file in 64 digits; completes on any thread. Fails as {@code NOT_READY} where
   * it is not read in time, as {@code WRONG_STATE} where it was changed meanwhile, and as {@code
   * TRADE_REFUSED} where it can't be read.
   *
   * @param now how it is
   */
  Future<String> of(Path file, FileStamp now) {
    Reading reading = reading(file, now);
    Promise<String> told = Promise.promise();
    reading.digest().future().onSuccess(told::tryComplete).onFailure(told::tryFail);
    if (!told.future().isComplete()) {
      var unused =
          clock.schedule(
              () -> told.tryFail(later(reading)), patience.toMillis(), TimeUnit.MILLISECONDS);
    }
    return told.future();
  }

  private static RefusedException full(Path file) {
    return new RefusedException(
        Reason.BUSY, "%d files are to be read before %s".formatted(WAITING, file));
  }

  private synchronized Reading reading(Path file, FileStamp now) {
    Reading before = readings.get(file);
    if (before != null && before.stamp().equals(now) && !before.digest().future().failed()) {
      return before;
    }
    Reading reading = new Reading(file, now, new AtomicLong(), Promise.promise());
    readings.put(file, reading);
    try {
      reader.execute(() -> read(reading));
    } catch (RejectedExecutionException e) {
      reading.digest().fail(full(file));
    }
    return reading;
  }

  private static RefusedException later(Reading reading) {
    Bytes done = new Bytes(reading.done().get());
    Bytes all = new Bytes(reading.stamp().size());
    return new RefusedException(
        Reason.NOT_READY,
        "what %s holds is being read, %s of %s so far; try again when it may be done"
            .formatted(reading.file(), done, all));
  }

  private static void read(Reading reading) {
    try {
      String digest = digest(reading);
      if (FileStamp.of(reading.file()).equals(reading.stamp())) {
        reading.digest().complete(digest);
      } else {
        reading
            .digest()
            .fail(
                new RefusedException(
                    Reason.WRONG_STATE,
                    reading.file() + " was changed while it was read; look who writes to it"));
      }
    } catch (IOException | RuntimeException e) {
      reading
          .digest()
          .fail(
              new RefusedException(
                  Reason.TRADE_REFUSED, "%s can't be read: %s".formatted(reading.file(), e)));
    }
  }

  private static String digest(Reading reading) throws IOException {
    MessageDigest digest = sha256();
    ByteBuffer piece = ByteBuffer.allocateDirect(PIECE);
    try (FileChannel file = FileChannel.open(reading.file())) {
      while (file.read(piece.clear()) >= 0) {
        reading.done().addAndGet(piece.position());
        digest.update(piece.flip());
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  @Override
  public void close() {
    reader.shutdownNow();
  }
}
