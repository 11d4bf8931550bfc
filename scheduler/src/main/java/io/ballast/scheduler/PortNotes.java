package io.ballast.scheduler;

import io.ballast.agent.Book;
import io.ballast.messages.HostId;
import io.ballast.messages.Port;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
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

  private final Book<HostPorts> book;
  private final Loop loop;
  private final Map<HostId, List<Port>> before;
  private Optional<List<HostPorts>> next = Optional.empty();
  private boolean writing;
  private boolean failed;

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

  private void write() {
    if (writing || next.isEmpty()) {
      return;
    }
    writing = true;
    List<HostPorts> all = next.get();
    next = Optional.empty();
    loop.bring(book.keep(all))
        .onComplete(
            kept -> {
              writing = false;
              tell(kept);
              write();
            });
  }

  /** Once for a disk that is full, not at each port. */
  private void tell(AsyncResult<Void> kept) {
    if (kept.failed() && !failed) {
      log.warn(
          "ports of VMs are not written down; those of a host that dies are lost with the next"
              + " start of the scheduler: {}",
          kept.cause().getMessage());
    }
    failed = kept.failed();
  }
}
