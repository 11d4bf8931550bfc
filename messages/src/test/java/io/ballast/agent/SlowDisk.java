package io.ballast.agent;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import io.ballast.testing.VirtualTime;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A fake disk in virtual time: what is written lies on it after 10 ms, and is confirmed after 10
 * more. What was under way when its agent was killed may or may not lie on it.
 */
final class SlowDisk {
  private static final Duration HALF = Duration.ofMillis(10);

  private final VirtualTime time;
  private List<Entry> entries = List.of();
  private int owner;

  /** Whether it has no room for anything. */
  boolean full;

  /** How often everything was replaced. */
  int rewritten;

  SlowDisk(VirtualTime time) {
    this.time = time;
  }

  List<Entry> entries() {
    return entries;
  }

  /** What is under way now is lost, unless it lies there already. */
  void lose() {
    owner++;
  }

  /** The journal of one more life. */
  Journal journal() {
    int mine = ++owner;
    return new Journal() {
      @Override
      public Future<Void> open(Consumer<Entry> before) {
        entries.forEach(before);
        return Future.succeededFuture();
      }

      @Override
      public Future<Void> write(List<Entry> added) {
        return put(() -> joined(entries, added));
      }

      @Override
      public Future<Void> rewrite(List<Entry> all) {
        rewritten++;
        return put(() -> List.copyOf(all));
      }

      private Future<Void> put(java.util.function.Supplier<List<Entry>> after) {
        Promise<Void> done = Promise.promise();
        time.after(
            HALF,
            () -> {
              if (mine != owner) {
                return;
              }
              if (full) {
                done.fail(new RefusedException(Reason.NO_JOURNAL, "no room on the disk"));
                return;
              }
              entries = after.get();
              time.after(HALF, done::complete);
            });
        return done.future();
      }

      @Override
      public Future<Void> close() {
        return Future.succeededFuture();
      }
    };
  }

  private static List<Entry> joined(List<Entry> first, List<Entry> second) {
    List<Entry> all = new ArrayList<>(first);
    all.addAll(second);
    return List.copyOf(all);
  }
}
