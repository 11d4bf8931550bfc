package io.ballast.host.libvirt;

import com.sun.jna.Memory;
import io.ballast.agent.FileStamp;
import io.ballast.bus.RefusedException;
import io.ballast.host.libvirt.LibvirtRefusal.Attempt;
import io.ballast.messages.Bytes;
import io.ballast.messages.MigrationProgress;
import io.ballast.messages.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Copies the files of disks that nothing writes to into volumes of the same paths at a peer's
 * hypervisor, over the connection to it: byte by byte, and without the holes. Blocks; to be used by
 * one thread, once.
 */
final class DiskCopy {
  /**
   * A volume that was just made holds something at its begin, where a hole would leave it as it is;
   * 64 TiB of qcow2 take not much more than 1 MiB of it.
   */
  private static final long MAY_BE_WRITTEN = Bytes.ofMiB(16).value();

  private static final Duration BETWEEN_REPORTS = Duration.ofSeconds(1);
  private static final double NANOS = TimeUnit.SECONDS.toNanos(1);

  private final LibvirtConnection here;
  private final LibvirtConnection there;
  private final Optional<Bytes> bandwidth;
  private final Runnable check;
  private final Consumer<MigrationProgress> progress;
  private final long begun = System.nanoTime();
  private final Memory piece = new Memory(VolumeStream.PIECE);
  private long total;
  private long sent;
  private long passed;
  private long reported = begun;

  /**
   * @param bandwidth most that is sent, or read back, in a second
   * @param check throws if it is to end
   * @param progress told once a second
   */
  DiskCopy(
      LibvirtConnection here,
      LibvirtConnection there,
      Optional<Bytes> bandwidth,
      Runnable check,
      Consumer<MigrationProgress> progress) {
    this.here = here;
    this.there = there;
    this.bandwidth = bandwidth;
    this.check = check;
    this.progress = progress;
  }

  /**
   * Copies all, and reads back what arrived: libvirt says that all was taken also where the last of
   * it could not be written. Fails as {@code WRONG_STATE} where one was changed meanwhile.
   *
   * @return what was sent
   */
  Bytes copy(List<String> files) {
    List<FileStamp> before = stamps(files);
    try (piece) {
      for (String file : files) {
        total += VolumeStream.allocated(here, file).value();
      }
      for (int i = 0; i < files.size(); i++) {
        copy(files.get(i), before.get(i).size());
      }
    } catch (LibvirtFailure e) {
      throw e.refusal().refused(Attempt.MIGRATE, "the copy of " + String.join(", ", files));
    }
    if (!stamps(files).equals(before)) {
      throw new RefusedException(
          Reason.WRONG_STATE,
          "%s changed while it was copied; look who uses it, and try again"
              .formatted(String.join(" or ", files)));
    }
    return new Bytes(sent);
  }

  private static List<FileStamp> stamps(List<String> files) {
    List<FileStamp> stamps = new ArrayList<>();
    for (String file : files) {
      try {
        stamps.add(FileStamp.of(Path.of(file)));
      } catch (IOException e) {
        throw new RefusedException(
            Reason.HYPERVISOR_REFUSED, "disk %s can't be looked at: %s".formatted(file, e));
      }
    }
    return stamps;
  }

  private void copy(String file, long size) throws LibvirtFailure {
    DiskSum ours = new DiskSum();
    try (VolumeStream from = VolumeStream.from(here, file, 0);
        VolumeStream into = VolumeStream.into(there, file)) {
      check.run(); // what is opened later may be another one of that path
      for (int got = from.receive(piece); got != 0; got = from.receive(piece)) {
        if (got == LibvirtNative.AT_HOLE) {
          long hole = from.receiveHole();
          leaveOut(hole, ours.size(), into);
          ours.addHole(hole);
        } else {
          send(into, got);
          ours.add(piece, got);
        }
      }
      from.finish();
      into.finish();
    }
    checkAll(ours, size, "what libvirt reads of %s is not all of it".formatted(file));
    DiskSum theirs = arrived(file, size);
    checkAll(theirs, size, "not all of %s arrived".formatted(file));
    if (!theirs.end().equals(ours.end())) {
      throw new RefusedException(
          Reason.HYPERVISOR_REFUSED,
          "what arrived of %s is not what was sent; look for errors of the disks on both hosts"
              .formatted(file));
    }
  }

  private static void checkAll(DiskSum sum, long size, String otherwise) {
    if (sum.size() != size) {
      throw new RefusedException(
          Reason.HYPERVISOR_REFUSED,
          "%s, %s of %s; look at the room there, and for errors of its disks"
              .formatted(otherwise, new Bytes(sum.size()), new Bytes(size)));
    }
  }

  /** What the peer has at the begin of a file. */
  private DiskSum arrived(String file, long size) throws LibvirtFailure {
    DiskSum sum = new DiskSum();
    try (VolumeStream back = VolumeStream.from(there, file, size)) {
      for (int got = back.receive(piece); got != 0; got = back.receive(piece)) {
        if (got == LibvirtNative.AT_HOLE) {
          check.run();
          sum.addHole(back.receiveHole());
        } else {
          sum.add(piece, got);
          passed(got);
        }
      }
      back.finish();
    }
    return sum;
  }

  /** Sends a hole, and zeroes for as much of it as may be written at the other side. */
  private void leaveOut(long hole, long at, VolumeStream into) throws LibvirtFailure {
    long zeroes = Math.min(hole, Math.max(0, MAY_BE_WRITTEN - at));
    piece.clear();
    for (long left = zeroes; left > 0; left -= VolumeStream.PIECE) {
      send(into, (int) Math.min(left, VolumeStream.PIECE));
    }
    if (hole > zeroes) {
      check.run();
      into.sendHole(hole - zeroes);
    }
  }

  private void send(VolumeStream into, int size) throws LibvirtFailure {
    check.run();
    into.send(piece, size);
    sent += size;
    passed(size);
  }

  /** That so much went over the line, in either direction. */
  private void passed(int size) {
    passed += size;
    check.run();
    keepToBandwidth();
    long now = System.nanoTime();
    if (now - reported >= BETWEEN_REPORTS.toNanos()) {
      reported = now;
      progress.accept(progress(Duration.ofNanos(now - begun)));
    }
  }

  private void keepToBandwidth() {
    if (bandwidth.isEmpty()) {
      return;
    }
    long due = begun + (long) (passed * NANOS / bandwidth.get().value());
    for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
      try {
        TimeUnit.NANOSECONDS.sleep(Math.min(left, BETWEEN_REPORTS.toNanos()));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
      check.run();
    }
  }

  private MigrationProgress progress(Duration elapsed) {
    return new MigrationProgress(
        elapsed,
        new Bytes(Math.max(total, sent)),
        new Bytes(sent),
        new Bytes(Math.max(0, total - sent)),
        new Bytes((long) (sent * NANOS / elapsed.toNanos())),
        Bytes.ZERO,
        0,
        Optional.empty());
  }
}
