package io.ballast.net.work;

import io.ballast.agent.Book;
import io.ballast.agent.Loop;
import io.ballast.messages.NetBeat.Bridge;
import io.ballast.messages.NetOrder.CreateBridge;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bridges that were made here, written down, and made again where they are gone, as those of
 * the kernel are after each start of the host. Lives on one loop, one at a time.
 */
final class Bridges {
  /** So long one that can't be made again is let alone. */
  static final Duration PAUSE = Duration.ofMinutes(1);

  private static final Logger LOG = LoggerFactory.getLogger(Bridges.class);

  private final Loop loop;
  private final Book<CreateBridge> book;
  private final Round round;
  private final Map<String, CreateBridge> wanted = new TreeMap<>();

  /** Those that could not be made again, and when that is tried next. */
  private final Map<String, Duration> failed = new HashMap<>();

  Bridges(Loop loop, Book<CreateBridge> book, Round round) {
    this.loop = loop;
    this.book = book;
    this.round = round;
  }

  /** Reads what an earlier life made. */
  Future<Void> open() {
    return loop.here(book.open())
        .onSuccess(all -> all.forEach(order -> wanted.put(order.bridge(), order)))
        .mapEmpty();
  }

  boolean isEmpty() {
    return wanted.isEmpty();
  }

  /** Makes one, and has it from now on. */
  Future<Void> create(CreateBridge order) {
    return round
        .create(order)
        .compose(
            made -> {
              Map<String, CreateBridge> all = new TreeMap<>(wanted);
              all.put(order.bridge(), order);
              return keep(all);
            });
  }

  /** Removes one, and has it no longer. */
  Future<Void> delete(String bridge, Bridge.Kind kind) {
    return round.delete(bridge, kind).compose(gone -> forget(bridge));
  }

  /** Has one no longer; what there is of it stays. */
  Future<Void> forget(String bridge) {
    Map<String, CreateBridge> all = new TreeMap<>(wanted);
    all.remove(bridge);
    return keep(all);
  }

  private Future<Void> keep(Map<String, CreateBridge> all) {
    if (all.equals(wanted)) {
      return Future.succeededFuture();
    }
    return loop.here(book.keep(List.copyOf(all.values())))
        .onSuccess(
            kept -> {
              wanted.clear();
              wanted.putAll(all);
            });
  }

  /**
   * Makes those again that are gone; one that can't be made is tried again after {@link #PAUSE}.
   * Where not all bridges could be seen nothing is made.
   *
   * @return whether any was made
   */
  Future<Boolean> rebuild(Scene scene) {
    List<CreateBridge> gone =
        scene.problem().isPresent()
            ? List.of()
            : wanted.values().stream()
                .filter(order -> scene.bridge(order.bridge()).isEmpty())
                .filter(order -> isDue(order.bridge()))
                .toList();
    Future<Boolean> any = Future.succeededFuture(false);
    for (CreateBridge order : gone) {
      any =
          any.compose(
              before ->
                  round
                      .create(order)
                      .map(true)
                      .onSuccess(made -> LOG.warn("Bridge {} was gone; made again", order.bridge()))
                      .recover(
                          e -> {
                            failed.put(order.bridge(), loop.now().plus(PAUSE));
                            LOG.warn(
                                "Bridge {} is gone and can't be made again: {}",
                                order.bridge(),
                                e.getMessage());
                            return Future.succeededFuture(before);
                          }));
    }
    return any;
  }

  private boolean isDue(String bridge) {
    Duration due = failed.get(bridge);
    return due == null || loop.now().compareTo(due) >= 0;
  }
}
