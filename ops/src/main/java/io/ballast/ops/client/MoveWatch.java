package io.ballast.ops.client;

import io.ballast.messages.Event;
import io.ballast.messages.Move;
import io.ballast.messages.OperationId;
import io.ballast.ops.screen.EventLine;
import io.ballast.ops.screen.MoveLine;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Follows one move by its events. When none comes for a while it asks for the whole picture, so
 * that a lost event costs seconds and not the end.
 */
final class MoveWatch {
  private static final long TICK_MILLIS = 150;

  /** How late the measures of a move that is done may be. */
  private static final Duration LATE = Duration.ofSeconds(3);

  private static final Duration QUIET = Duration.ofSeconds(10);

  private final FleetConnection connection;
  private final Console console;
  private final BlockingQueue<Event.MoveChanged> heard = new LinkedBlockingQueue<>();

  /** Listens from now on, so that nothing of a move that begins later is missed. */
  MoveWatch(FleetConnection connection, Console console) {
    this.connection = connection;
    this.console = console;
    connection.listen(Event.MoveChanged.class, heard);
  }

  /** Waits for the end and gives a line about it; anything but success is a failure. */
  String untilEnd(OperationId id, String name) {
    return ended(follow(id, name));
  }

  private Move follow(OperationId id, String name) {
    try (Progress progress = new Progress(console)) {
      Instant asked = console.clock().instant();
      Move.@Nullable State told = null;
      String line = "moving " + name;
      while (true) {
        Move move = next(id);
        Instant now = console.clock().instant();
        if (move == null && Duration.between(asked, now).compareTo(QUIET) > 0) {
          move = ask(id);
        }
        if (move != null) {
          asked = now;
          if (!move.state().open()) {
            return measured(move);
          }
          line = new MoveLine(console.ink()).of(move);
          if (!console.isTerminal() && move.state() != told) {
            console.print(new EventLine(console.ink()).move(move));
            told = move.state();
          }
        }
        progress.show(line);
      }
    }
  }

  /** Where beats prove the arrival first, the agent that made the move tells its measures after. */
  private Move measured(Move done) {
    long end = System.nanoTime() + LATE.toNanos();
    Move last = done;
    while (isUnmeasured(last) && System.nanoTime() < end) {
      Move later = next(done.id());
      last = later == null || later.state().open() ? last : later;
    }
    return last;
  }

  private static boolean isUnmeasured(Move move) {
    return move.state() == Move.State.DONE && move.measures().isEmpty();
  }

  private String ended(Move move) {
    String way = move.name() + " from " + move.from() + " to " + move.to();
    if (move.state() == Move.State.FAILED) {
      throw new CommandFailure(
          ExitCode.REFUSED, way + " failed, it did not arrive: " + move.note());
    }
    return move.measures()
        .map(measures -> way + ": " + EventLine.measures(measures))
        .orElse("moved " + way);
  }

  private Move ask(OperationId id) {
    return connection.fleet().moves().stream()
        .filter(move -> move.id().equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new CommandFailure(
                    ExitCode.NO_ANSWER,
                    "the scheduler knows nothing of move "
                        + id
                        + " any more; look where the VM is with 'ballast vms'"));
  }

  private @Nullable Move next(OperationId id) {
    try {
      Event.MoveChanged changed = heard.poll(TICK_MILLIS, TimeUnit.MILLISECONDS);
      return changed == null || !changed.move().id().equals(id) ? null : changed.move();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailure(ExitCode.NO_ANSWER, "interrupted", e);
    }
  }
}
