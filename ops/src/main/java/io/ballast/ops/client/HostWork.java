package io.ballast.ops.client;

import io.ballast.messages.Event;
import io.ballast.messages.HostBeat;
import io.ballast.messages.HostCommand;
import io.ballast.messages.HostId;
import io.ballast.messages.Notice;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reply;
import io.ballast.ops.screen.Figures;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Work of a host's agent from the command to its end. The end is told by an event; should that be
 * lost, the host's beats show that the work is no longer open.
 */
final class HostWork {
  private static final long TICK_MILLIS = 150;

  /**
   * For how long beats must say that the work is over before the event of its end counts as lost.
   */
  private static final Duration GRACE = Duration.ofSeconds(5);

  private final FleetConnection connection;
  private final Console console;
  private final BlockingQueue<Notice> heard = new LinkedBlockingQueue<>();

  HostWork(FleetConnection connection, Console console) {
    this.connection = connection;
    this.console = console;
  }

  /**
   * Has work done and waits for its end. Anything but success is a {@link CommandFailure}.
   *
   * @param what it is, for a person: "starting web1 on h1"
   */
  Event.OperationFinished run(
      HostId host, HostCommand<Reply.Accepted> command, String what, Duration patience) {
    connection.listen(Event.OperationFinished.class, heard);
    connection.listen(HostBeat.class, heard);
    OperationId operation = connection.askHost(host, command).operation();
    heard.removeIf(notice -> notice instanceof HostBeat);
    try (Progress progress = new Progress(console)) {
      @Nullable Duration overSince = null;
      while (progress.elapsed().compareTo(patience) < 0) {
        Notice notice = next();
        if (notice instanceof Event.OperationFinished finished
            && finished.operation().equals(operation)) {
          return succeeded(finished, what);
        }
        if (notice instanceof HostBeat beat && beat.pulse().host().equals(host)) {
          if (beat.operations().contains(operation)) {
            overSince = null;
          } else if (overSince == null) {
            overSince = progress.elapsed();
          } else if (progress.elapsed().minus(overSince).compareTo(GRACE) > 0) {
            throw new CommandFailure(
                ExitCode.NO_ANSWER,
                what + " has ended, but word of how was lost; look with 'ballast vms'");
          }
        }
        progress.show(what + ", " + Figures.age(progress.elapsed()));
      }
      throw new CommandFailure(
          ExitCode.NO_ANSWER,
          what
              + " was accepted and has not ended within "
              + Figures.duration(patience)
              + "; it goes on as operation "
              + operation
              + "; look with 'ballast vms', or wait longer with --wait");
    }
  }

  private static Event.OperationFinished succeeded(Event.OperationFinished finished, String what) {
    return switch (finished.outcome()) {
      case Outcome.Done done -> finished;
      case Outcome.Failed failed ->
          throw new CommandFailure(ExitCode.REFUSED, what + " failed: " + failed.message());
      case Outcome.Unknown unknown ->
          throw new CommandFailure(
              ExitCode.NO_ANSWER, what + " ended unclear: " + unknown.message());
    };
  }

  private @Nullable Notice next() {
    try {
      return heard.poll(TICK_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailure(ExitCode.NO_ANSWER, "interrupted", e);
    }
  }
}
