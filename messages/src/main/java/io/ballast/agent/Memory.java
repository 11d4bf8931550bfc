package io.ballast.agent;

import io.ballast.agent.Agent.Retention;
import io.ballast.messages.OperationId;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an agent remembers, on the disk and at hand. Nothing is at hand that is not on the disk,
 * apart from ends, which are true whether the disk takes them or not. Lives on one loop.
 */
final class Memory {
  private static final Logger LOG = LoggerFactory.getLogger(Memory.class);
  private static final Duration WRITE_AGAIN = Duration.ofSeconds(1);

  /** So many entries may the journal have beyond those that it needs. */
  private static final int SLACK = 10_000;

  /** So many characters of commands may it have beyond twice those that have not ended. */
  private static final long BODY_SLACK = 16L << 20;

  private final Journal journal;
  private final Ledger ledger;
  private final Loop loop;
  private final Clock clock;
  private final Deque<Runnable> held = new ArrayDeque<>();
  private int writing;
  private int written;
  private long bodies;
  private boolean rewriting;
  private boolean closed;

  Memory(Journal journal, Retention retention, Loop loop, Clock clock) {
    this.journal = journal;
    this.ledger = new Ledger(retention);
    this.loop = loop;
    this.clock = clock;
  }

  /** Remembers what was, and that a new life begins. */
  Future<Void> wake() {
    return loop.here(journal.open(this::recall))
        .compose(read -> keep(new Entry.Began(ledger.incarnation() + 1, clock.instant())));
  }

  /** Nobody else remembers anything yet, so that it may be done on any thread. */
  private void recall(Entry entry) {
    add(entry);
    written++;
  }

  private void add(Entry entry) {
    bodies += entry.said();
    ledger.add(entry);
  }

  Optional<Item> find(OperationId id) {
    return ledger.find(id);
  }

  List<Item> open() {
    return ledger.open();
  }

  List<Item> untold() {
    return ledger.untold();
  }

  long incarnation() {
    return ledger.incarnation();
  }

  Optional<Long> epoch(String cluster) {
    return ledger.epoch(cluster);
  }

  /** Writes entries down; they hold once that is done, and not at all if it fails. */
  Future<Void> keep(Entry... entries) {
    List<Entry> all = List.of(entries);
    Promise<Void> kept = Promise.promise();
    Runnable write = () -> write(all, kept);
    if (rewriting) {
      held.add(write);
    } else {
      write.run();
    }
    return kept.future();
  }

  private void write(List<Entry> entries, Promise<Void> kept) {
    writing++;
    loop.here(journal.write(entries))
        .onComplete(
            done -> {
              writing--;
              if (done.succeeded()) {
                written += entries.size();
                entries.forEach(this::add);
                kept.complete();
              } else {
                kept.fail(done.cause());
              }
              tidy();
            });
  }

  /**
   * Notes what is so from now on, and writes it down as soon as the disk lets it; completes after
   * the first attempt.
   */
  Future<Void> note(Entry entry) {
    ledger.add(entry);
    return writeOnce(entry);
  }

  /**
   * Notes that a command was not begun after all, of which it was written that it might be; one
   * that has ended is left as it is.
   */
  Future<Void> noteNotBegun(OperationId id) {
    return find(id)
        .filter(item -> item.fate() instanceof Item.Fate.Open)
        .map(item -> note(item.taken((Item.Fate.Open) item.fate(), false)))
        .orElseGet(Future::succeededFuture);
  }

  private Future<Void> writeOnce(Entry entry) {
    return keep(entry)
        .onFailure(
            e -> {
              LOG.warn("{}", e.getMessage());
              if (!closed) {
                loop.after(WRITE_AGAIN, () -> writeOnce(entry));
              }
            })
        .otherwiseEmpty();
  }

  /**
   * Forgets, and has the journal made shorter where that is worth it. In between nothing is
   * written, so that what is at hand is all that there is.
   */
  private void tidy() {
    ledger.forget(clock.instant());
    if (!due() && !rewriting) {
      return;
    }
    rewriting = true;
    if (writing > 0) {
      return;
    }
    List<Entry> all = ledger.entries();
    writing++;
    loop.here(journal.rewrite(all))
        .onComplete(
            done -> {
              writing--;
              rewriting = false;
              // After a failure the next attempt waits for as many entries again.
              written = done.succeeded() ? all.size() : 0;
              bodies = done.succeeded() ? ledger.bodies() : 0;
              if (done.failed()) {
                LOG.warn("The journal was not made shorter: {}", done.cause().getMessage());
              }
              List<Runnable> now = List.copyOf(held);
              held.clear();
              now.forEach(Runnable::run);
            });
  }

  /** Asked with every entry: what is open is only counted where that can matter. */
  private boolean due() {
    return written > SLACK + 4 * ledger.size()
        || (bodies > BODY_SLACK && bodies > BODY_SLACK + 2 * ledger.bodies());
  }

  /** Lets go of the journal, after what is being written. */
  Future<Void> close() {
    closed = true;
    return journal.close();
  }
}
