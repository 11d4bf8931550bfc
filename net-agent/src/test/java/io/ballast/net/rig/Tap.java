package io.ballast.net.rig;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import com.sun.jna.LastErrorException;
import com.sun.jna.NativeLong;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/**
 * A link of a namespace whose other end is the test: what it sends comes out of the link, and what
 * is sent to the link it hears. It is a guest's card, or a neighbour's.
 */
public final class Tap implements AutoCloseable {
  private static final int LARGEST = 65_536;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final String name;
  private final int file;
  private final Thread ear;
  private final AtomicLong bytes = new AtomicLong();
  private volatile boolean counts;
  private volatile boolean closed;

  // Guarded by this tap.
  private final List<Frame> heard = new ArrayList<>();

  Tap(String name, int file) {
    this.name = name;
    this.file = file;
    this.ear = Thread.ofPlatform().daemon().name(name).start(this::listen);
  }

  /** The name of the link. */
  public String name() {
    return name;
  }

  /** Sends a frame. */
  public void send(Frame frame) {
    byte[] all = frame.bytes();
    while (true) {
      try {
        Libc.CALLS.write(file, all, new NativeLong(all.length));
        return;
      } catch (LastErrorException e) {
        if (e.getErrorCode() != 11) { // EAGAIN
          throw e;
        }
        Thread.onSpinWait();
      }
    }
  }

  private void listen() {
    byte[] buffer = new byte[LARGEST];
    while (!closed) {
      try {
        byte[] asked =
            ByteBuffer.allocate(8)
                .order(ByteOrder.nativeOrder())
                .putInt(file)
                .putShort(Libc.POLLIN)
                .array();
        if (Libc.CALLS.poll(asked, new NativeLong(1), 20) == 0) {
          continue;
        }
        int length = Libc.CALLS.read(file, buffer, new NativeLong(LARGEST)).intValue();
        bytes.addAndGet(length);
        if (!counts) {
          hear(Frame.of(Arrays.copyOf(buffer, length)));
        }
      } catch (LastErrorException e) {
        if (e.getErrorCode() != 11 && e.getErrorCode() != 4) { // EAGAIN, EINTR
          return; // the link is gone
        }
      }
    }
  }

  private synchronized void hear(Frame frame) {
    heard.add(frame);
    notifyAll();
  }

  /** All that it heard and that nobody has taken yet. */
  public synchronized List<Frame> take() {
    List<Frame> all = List.copyOf(heard);
    heard.clear();
    return all;
  }

  /**
   * Waits for a frame, and takes it with all that were heard before it.
   *
   * @return all of them, that frame last
   */
  public synchronized List<Frame> until(String what, Predicate<Frame> wanted) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    int next = 0;
    while (true) {
      while (next < heard.size()) {
        if (wanted.test(heard.get(next++))) {
          List<Frame> all = List.copyOf(heard.subList(0, next));
          heard.subList(0, next).clear();
          return all;
        }
      }
      long left = NANOSECONDS.toMillis(end - System.nanoTime());
      if (left <= 0) {
        throw new AssertionError(name + " did not hear " + what + " but " + heard);
      }
      try {
        wait(left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
  }

  /** Bytes that it heard since it is there. */
  public long heardBytes() {
    return bytes.get();
  }

  /** Whether it only counts what it hears from now on, and keeps nothing. */
  public void countsOnly(boolean only) {
    counts = only;
  }

  /** Takes the link away, as the end of a guest does. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      ear.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Libc.CALLS.close(file);
  }
}
