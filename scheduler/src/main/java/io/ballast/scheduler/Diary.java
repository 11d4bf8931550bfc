package io.ballast.scheduler;

import io.ballast.agent.Book;
import io.ballast.agent.Journal;
import io.vertx.core.Future;
import java.time.Clock;

/** What a scheduler writes down for its next life. */
record Diary(Epochs epochs, PortNotes ports) {
  /** The next life's; fails if anything can't be read, or the new epoch not be written. */
  static Future<Diary> open(Journal journal, Book<HostPorts> ports, Clock clock, Loop loop) {
    return PortNotes.open(ports, loop)
        .compose(notes -> Epochs.next(journal, clock).map(epochs -> new Diary(epochs, notes)));
  }
}
