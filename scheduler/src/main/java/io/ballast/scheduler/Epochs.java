package io.ballast.scheduler;

import io.ballast.agent.Entry;
import io.ballast.agent.Journal;
import io.vertx.core.Future;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The numbers under which the schedulers of one place commanded: each start takes the next one, and
 * writes it down before it is used. Only on the scheduler's loop.
 */
final class Epochs {
  private static final Logger log = LoggerFactory.getLogger(Epochs.class);

  private final Journal journal;
  private final Clock clock;
  private long own;

  private Epochs(Journal journal, Clock clock, long own) {
    this.journal = journal;
    this.clock = clock;
    this.own = own;
  }

  /** Takes the next number, once it is written down; fails if that can't be done. */
  static Future<Epochs> next(Journal journal, Clock clock) {
    AtomicLong highest = new AtomicLong();
    return journal
        .open(entry -> highest.accumulateAndGet(number(entry), Math::max))
        .compose(
            read -> {
              long next = 1 + highest.get();
              return journal
                  .rewrite(List.of(new Entry.Began(next, clock.instant())))
                  .map(new Epochs(journal, clock, next));
            });
  }

  private static long number(Entry entry) {
    return entry instanceof Entry.Began began ? began.incarnation() : 0;
  }

  /** The one that was taken, or kept since. */
  long own() {
    return own;
  }

  /** Notes a larger one, so that the next start goes beyond it. */
  void keep(long epoch) {
    if (epoch > own) {
      own = epoch;
      journal
          .write(List.of(new Entry.Began(epoch, clock.instant())))
          .onFailure(e -> log.warn("Epoch {} was not kept: {}", epoch, e.getMessage()));
    }
  }
}
