package io.ballast.net.rig;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A frame that is sent again and again, some two thousand times a second, until it is closed. */
final class Stress implements AutoCloseable {
  private final AtomicLong sent = new AtomicLong();
  private final Thread sender;

  Stress(Tap from, Frame frame) {
    sender = Thread.ofPlatform().daemon().name("stress").start(() -> send(from, frame));
  }

  private void send(Tap from, Frame frame) {
    try {
      while (true) {
        for (int i = 0; i < 10; i++) {
          from.send(frame);
          sent.incrementAndGet();
        }
        TimeUnit.MILLISECONDS.sleep(5);
      }
    } catch (InterruptedException e) {
      // It is closed.
    }
  }

  /** How often it was sent so far. */
  long sent() {
    return sent.get();
  }

  @Override
  public void close() {
    sender.interrupt();
    try {
      sender.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
