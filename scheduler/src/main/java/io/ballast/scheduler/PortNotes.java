package io.ballast.scheduler;

import io.ballast.agent.Book;
import io.ballast.messages.HostId;
import io.ballast.messages.Port;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a scheduler writes down of the ports of hosts, so that it knows them in its next life though
 * a host died meanwhile. What comes while it writes waits, and only the last of that is written.
 * Only on the scheduler's loop.
 */
final class PortNotes {
  private static final Logger log = LoggerFactory.getLogger(PortNotes.class);

  /** So long after a failure all is written again. */
  private static final Duration AGAIN = Duration.ofSeconds(10);

  private final Book<HostPorts> book;
  private final Loop loop;
  private final Map<HostId, List<Port>> before;
  private Optional<List<HostPorts>> next = Optional.empty();
  private Future<Void> written = Future.succeededFuture();
  private boolean writing;
  private boolean failed;
  private boolean closed;

  private PortNotes(Book<HostPorts> book, Loop loop, Map<HostId, List<Port>> before) {
    this.book = book;
    this.loop = loop;
    this.before = before;
  }

  /** Those of a book; fails if that can't be read. */
  static Future<PortNotes> open(Book<HostPorts> book, Loop loop) {
    return book.open().map(all -> new PortNotes(book, loop, byHost(all)));
  }

  private static Map<HostId, List<Port>> byHost(List<HostPorts> all) {
    Map<HostId, List<Port>> byHost = new TreeMap<>();
    all.forEach(each -> byHost.put(each.host(), each.ports()));
    return byHost;
  }

  /** What the life before wrote. */
  Map<HostId, List<Port>> before() {
    return before;
  }

  /** Writes down all that there are by now. */
  void keep(Map<HostId, List<Port>> all) {
    loop.check();
    next =
        Optional.of(
            all.entrySet().stream()
                .map(each -> new HostPorts(each.getKey(), each.getValue()))
                .toList());
    write();
  }

  /** Ends once all that there is to write was written, or once could not be. */
  Future<Void> close() {
    loop.check();
    closed = true;
    return written.transform((done, why) -> writing ? close() : Future.succeededFuture());
  }

  private void write() {
    if (writing || next.isEmpty()) {
      return;
    }
    writing = true;
    List<HostPorts> all = next.get();
    next = Optional.empty();
    written =
        loop.bring(book.keep(all))
            .onComplete(
                kept -> {
                  writing = false;
                  if (kept.failed()) {
                    again(all, kept.cause());
                  } else {
                    failed = false;
                    write();
                  }
                });
  }

  /** Told once for a disk that is full, not each time. */
  private void again(List<HostPorts> all, Throwable why) {
    if (!failed) {
      log.warn(
          "ports of VMs can't be written down, which is tried again every {} s; those of a host"
              + " that dies are lost with the next start of the scheduler: {}",
          AGAIN.toSeconds(),
          why.getMessage());
    }
    failed = true;
    if (next.isEmpty()) {
      next = Optional.of(all);
    }
    if (!closed) {
      loop.vertx().setTimer(AGAIN.toMillis(), fired -> loop.run(this::write));
    }
  }
}
