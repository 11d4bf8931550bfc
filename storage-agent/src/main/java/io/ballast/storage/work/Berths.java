package io.ballast.storage.work;

import io.ballast.agent.Book;
import io.ballast.agent.Loop;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Berth;
import io.ballast.messages.Bytes;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.VolumeId;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The volumes that this host keeps for moves, written down; nothing else works on them. Lives on
 * one loop.
 *
 * <p>All that changes them goes in one line, one after the other, so that what one deed has looked
 * at is still so when it changes something.
 */
public final class Berths {
  /** For so many moves volumes are kept at most. */
  public static final int MOST = 256;

  private static final Logger LOG = LoggerFactory.getLogger(Berths.class);

  /** How much may wait in line. */
  private static final int MOST_WAITING = 256;

  private final Loop loop;
  private final Book<Berth> book;
  private final Holds holds;
  private final Map<OperationId, Berth> kept = new TreeMap<>();
  private Future<Void> opened = Future.failedFuture("not opened");
  private Future<?> line = Future.succeededFuture();
  private int waiting;

  /** None are known yet. */
  public Berths(Loop loop, Book<Berth> book, Holds holds) {
    this.loop = loop;
    this.book = book;
    this.holds = holds;
  }

  /** Reads the book, and holds what an earlier life has kept. Once. */
  public void open() {
    opened = loop.here(book.open()).map(this::taken);
    opened.onFailure(
        e -> LOG.error("No volume is worked on until the agent is restarted: {}", e.getMessage()));
    line = opened;
  }

  private Void taken(Collection<Berth> all) {
    all.forEach(
        berth -> {
          kept.put(berth.move(), berth);
          hold(berth);
        });
    return null;
  }

  /** Completes on the loop once it is known what is kept; fails as {@code NO_JOURNAL}. */
  public Future<Void> opened() {
    return opened;
  }

  /** All that is kept, sorted by move; refuses as {@code NOT_READY} while that is not known. */
  public List<Berth> all() {
    if (!opened.succeeded()) {
      throw new RefusedException(
          Reason.NOT_READY,
          "which volumes this host keeps for moves is not read yet; see its agent's log");
    }
    return List.copyOf(kept.values());
  }

  /** What is kept for a move. */
  public Optional<Berth> find(OperationId move) {
    return Optional.ofNullable(kept.get(move));
  }

  /** Room that what is kept for other moves may yet take up, by pool. */
  public Map<String, Bytes> promised(OperationId move) {
    Map<String, Bytes> promised = new TreeMap<>();
    for (Berth berth : kept.values()) {
      if (!berth.move().equals(move)) {
        pools(berth).forEach(pool -> promised.merge(pool, berth.needed(), Bytes::plus));
      }
    }
    return promised;
  }

  private static Set<String> pools(Berth berth) {
    return berth.volumes().stream().map(VolumeId::pool).collect(Collectors.toSet());
  }

  /**
   * Whether this is kept already.
   *
   * @throws RefusedException as {@code DUPLICATE_ID} where something else is kept for that move, or
   *     as {@code BUSY} where there is no room for one more
   */
  public boolean has(Berth berth) {
    Berth there = kept.get(berth.move());
    if (there != null && !there.isSame(berth)) {
      throw new RefusedException(
          Reason.DUPLICATE_ID,
          "other volumes are kept for move %s: %s; settle those first, or give the move another id"
              .formatted(berth.move(), words(there.volumes())));
    }
    if (there == null && kept.size() >= MOST) {
      throw new RefusedException(
          Reason.BUSY,
          "this host keeps volumes for %d moves already; wait for the end of one".formatted(MOST));
    }
    return there != null;
  }

  private static String words(List<VolumeId> volumes) {
    return volumes.stream().map(VolumeId::toString).collect(Collectors.joining(", "));
  }

  /**
   * Keeps volumes for a move, in place of what was kept for it before. They are held at once, and
   * given free again where that can't be written down.
   */
  public Future<Void> keep(Berth berth) {
    loop.check();
    Map<OperationId, Berth> all = new TreeMap<>(kept);
    all.put(berth.move(), berth);
    hold(berth);
    return write(all).onFailure(e -> restore(berth.move()));
  }

  private void restore(OperationId move) {
    holds.release(move);
    if (kept.containsKey(move)) {
      hold(kept.get(move));
    }
  }

  /** Keeps nothing for a move from now on. */
  public Future<Void> forget(OperationId move) {
    loop.check();
    Map<OperationId, Berth> all = new TreeMap<>(kept);
    all.remove(move);
    return write(all).onSuccess(written -> holds.release(move));
  }

  private Future<Void> write(Map<OperationId, Berth> all) {
    return loop.here(book.keep(List.copyOf(all.values())))
        .onSuccess(
            written -> {
              kept.clear();
              kept.putAll(all);
            });
  }

  private void hold(Berth berth) {
    holds.take(berth.move(), Set.copyOf(berth.volumes()));
    holds.hold(berth.move(), berth.layers());
    holds.workIn(
        berth.move(),
        Stream.of(berth.volumes(), berth.layers())
            .flatMap(List::stream)
            .map(VolumeId::pool)
            .collect(Collectors.toSet()));
  }

  /**
   * Does something once the book is read and all before it in line has ended, whatever became of
   * that. Fails as {@code BUSY} where too much waits, or as {@link #opened} does.
   */
  public <T> Future<T> inLine(Supplier<Future<T>> deed) {
    loop.check();
    if (waiting >= MOST_WAITING) {
      return Future.failedFuture(
          new RefusedException(
              Reason.BUSY, waiting + " wait for the volumes of moves already; try again later"));
    }
    waiting++;
    Promise<T> done = Promise.promise();
    Promise<Void> over = Promise.promise(); // whatever its listeners do with the result
    Future<?> before = line;
    line = over.future();
    loop.here(before)
        .onComplete(
            ended -> {
              waiting--;
              loop.here(opened.compose(read -> deed.get()))
                  .onComplete(
                      (result, failure) -> {
                        over.complete();
                        done.complete(result, failure);
                      });
            });
    return done.future();
  }
}
