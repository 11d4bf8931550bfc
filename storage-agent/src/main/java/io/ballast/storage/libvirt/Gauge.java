package io.ballast.storage.libvirt;

import io.ballast.agent.tool.Runner;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.Reason;
import io.ballast.storage.libvirt.Rooms.Measurement;
import io.ballast.storage.tool.Lvm;
import io.ballast.storage.tool.Rbd;
import io.ballast.storage.tool.Room;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Measures the room of pools: of a folder by its file system, of a volume group by LVM, of a pool
 * of Ceph by Ceph. Its threads and tools are its own, so that what hangs here keeps no work from
 * being done.
 */
final class Gauge implements Rooms.Meter, AutoCloseable {
  /** How long a file system may take to tell its room. */
  private static final Duration WITHIN = Duration.ofSeconds(30);

  /** So many file systems may hang before others go unmeasured. */
  private static final int THREADS = 16;

  private static final Runner.Limits TOOLS = new Runner.Limits(2, 256);
  private static final Path MOUNTS = Path.of("/proc/self/mounts");

  /** The kinds of pools that libvirt mounts. */
  private static final Set<String> MOUNTED = Set.of("fs", "netfs");

  private final Disk disk;
  private final Runner runner;
  private final Sources sources;

  /**
   * @param ceph the configuration of Ceph's clients
   */
  Gauge(Path ceph, ScheduledExecutorService clock) {
    disk = new Disk(WITHIN, clock, THREADS);
    runner = new Runner(TOOLS, clock);
    sources = new Sources(disk, ceph);
  }

  @Override
  public Measurement measure(Shelf shelf) {
    return switch (shelf.kind()) {
      case FOLDER ->
          onDisk(disk, "the look at the room of " + shelf.place(), () -> folder(shelf, MOUNTS));
      case GROUP -> byTool(shelf, one -> new Lvm(runner, one.place()).room());
      case RBD -> byTool(shelf, one -> new Rbd(runner, sources.login(one)).room(one.place()));
      case OTHER -> byTool(shelf, one -> Future.failedFuture(one.unfit()));
    };
  }

  private interface Question {
    Future<Room> of(Shelf shelf);
  }

  /** A tool is over when it has told, or was ended; its question may be refused. */
  private static Measurement byTool(Shelf shelf, Question question) {
    Future<Room> room = Future.succeededFuture(shelf).compose(question::of);
    return new Measurement(room, room);
  }

  /** A call is over when it has come back; or when its time is, and it had not begun. */
  static Measurement onDisk(Disk disk, String what, Disk.Call<Room> call) {
    AtomicBoolean settled = new AtomicBoolean();
    Promise<Void> over = Promise.promise();
    Future<Room> room =
        disk.call(
            what,
            () -> {
              if (!settled.compareAndSet(false, true)) {
                throw new IOException("its time is over");
              }
              try {
                return call.run();
              } finally {
                over.complete();
              }
            });
    return new Measurement(
        room.onComplete(
            end -> {
              if (settled.compareAndSet(false, true)) {
                over.complete();
              }
            }),
        over.future());
  }

  /**
   * The room of the file system in which a folder lies; blocks. What is kept back for root is not
   * left for disks.
   *
   * @param mounts what is mounted, as the kernel tells it
   */
  static Room folder(Shelf shelf, Path mounts) throws IOException {
    Path folder = Path.of(shelf.place());
    if (!folder.isAbsolute() || !Files.isDirectory(folder)) {
      throw new RefusedException(
          Reason.TRADE_REFUSED,
          "there is no folder '%s', or it can't be looked at; bring it back, or stop the pool"
              .formatted(folder));
    }
    if (MOUNTED.contains(shelf.pool().type()) && !isMounted(folder, mounts)) {
      throw new RefusedException(
          Reason.TRADE_REFUSED,
          "nothing is mounted at %s any more; stop the pool, and start it again".formatted(folder));
    }
    FileStore store = Files.getFileStore(folder);
    Bytes capacity = new Bytes(store.getTotalSpace());
    return new Room(
        capacity,
        capacity.minusOrZero(new Bytes(store.getUnallocatedSpace())),
        new Bytes(store.getUsableSpace()));
  }

  private static boolean isMounted(Path folder, Path mounts) throws IOException {
    String real = folder.toRealPath().toString();
    return new String(Files.readAllBytes(mounts), StandardCharsets.UTF_8)
        .lines()
        .map(line -> line.split(" ", -1))
        .anyMatch(words -> words.length > 1 && plain(words[1]).equals(real));
  }

  /** A path without the signs that stand for what would end a word. */
  private static String plain(String word) {
    return word.replace("\\040", " ")
        .replace("\\011", "\t")
        .replace("\\012", "\n")
        .replace("\\134", "\\");
  }

  @Override
  public void close() {
    runner.close();
    disk.close();
  }
}
