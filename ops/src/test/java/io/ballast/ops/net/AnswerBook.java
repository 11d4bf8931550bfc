package io.ballast.ops.net;

import io.ballast.ops.net.Pinger.Result;
import java.time.Duration;
import java.util.BitSet;

/** Which of the requests that were sent have been answered; an answer that comes twice is one. */
final class AnswerBook {
  private static final int MOST = 1 << 16; // numbers of pings have 16 bits

  private final BitSet answers = new BitSet();
  private int sent;
  private long last;
  private long silence;

  /** The number of the next request, from 0. */
  synchronized int send() {
    if (sent == MOST) {
      throw new IllegalStateException("the numbers of pings are used up");
    }
    return sent++;
  }

  synchronized void answer(int number) {
    if (number >= sent || answers.get(number)) {
      return;
    }
    long now = System.nanoTime();
    if (!answers.isEmpty()) {
      silence = Math.max(silence, now - last);
    }
    last = now;
    answers.set(number);
  }

  synchronized int answered() {
    return answers.cardinality();
  }

  synchronized Result result() {
    return new Result(sent, sent - answers.cardinality(), Duration.ofNanos(silence));
  }
}
