package io.ballast.agent;

import io.vertx.core.Future;
import java.util.List;
import java.util.function.Consumer;

/**
 * The entries that an agent wrote down, in their order. It belongs to one agent at a time, which
 * opens it before all else. What is handed to it is written in that order.
 */
public interface Journal {
  /**
   * Takes possession, and hands over what was written before, oldest first, before it completes, on
   * any thread but one at a time. Fails with a {@link io.ballast.bus.RefusedException} of {@code
   * NO_JOURNAL} that says what to do if another agent has it, or if what was written can't be read.
   */
  Future<Void> open(Consumer<Entry> before);

  /**
   * Writes entries, all or none of them; completes once they outlast a loss of power, on any
   * thread. Fails with a {@link io.ballast.bus.RefusedException} of {@code NO_JOURNAL}.
   */
  Future<Void> write(List<Entry> entries);

  /** Replaces everything that was handed over so far by those entries; fails like a write. */
  Future<Void> rewrite(List<Entry> entries);

  /** Lets go, after everything that was handed over is written. */
  Future<Void> close();
}
