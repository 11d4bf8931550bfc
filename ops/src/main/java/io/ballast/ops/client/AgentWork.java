package io.ballast.ops.client;

import io.ballast.bus.Request;
import io.ballast.messages.Command;
import io.ballast.messages.Event;
import io.ballast.messages.HostId;
import io.ballast.messages.NetOrder;
import io.ballast.messages.Notice;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.PoolOrder;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.StorageCommand;
import io.ballast.ops.screen.Figures;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Work of a host's storage or network agent from the command to its end. The end is told by an
 * event; should that be lost, the agent is asked how it stands.
 */
final class AgentWork {
  private static final long TICK_MILLIS = 150;
  private static final Duration ASKED_EVERY = Duration.ofSeconds(5);

  /** From when on work is long enough to be named where the line of progress does not name it. */
  private static final Duration LONG = Duration.ofSeconds(3);

  private final FleetConnection connection;
  private final Console console;
  private final BlockingQueue<Notice> heard = new LinkedBlockingQueue<>();

  AgentWork(FleetConnection connection, Console console) {
    this.connection = connection;
    this.console = console;
  }

  /** A host that has carried out an order, and what it found out. */
  record Carried(HostId host, Optional<String> report) {
    /** For a person, behind what was done: where, and what was found out. */
    String words() {
      return report.map(text -> " on " + host + ": " + text).orElse(" on " + host);
    }
  }

  /**
   * Has an order carried out by the host that is meant, as at a prompt.
   *
   * @param pool that it is about, or in which its volume lies
   * @param doing what is done, for a person: "creating images/web1"
   */
  static Carried carryOut(
      Shell shell,
      WorkOptions options,
      String pool,
      Supplier<? extends StorageCommand<Reply.Accepted>> order,
      String doing) {
    StorageCommand<Reply.Accepted> asked;
    try {
      asked = order.get();
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()));
    }
    try (FleetConnection connection = FleetConnection.open(shell, options.fleet)) {
      HostId host = PoolPlace.of(connection.fleet(), pool, Optional.ofNullable(options.host));
      return new Carried(
          host,
          new AgentWork(connection, shell.console())
              .run(host, asked, doing + " on " + host, options.patience)
              .report());
    }
  }

  /**
   * Has work done and waits for its end. Anything but success is a {@link CommandFailure}.
   *
   * @param what it is, for a person: "creating images/web1 on h1"
   */
  Outcome.Done run(HostId host, Command<Reply.Accepted> command, String what, Duration patience) {
    connection.listen(Event.WorkFinished.class, heard);
    connection.listen(Event.WorkProgressed.class, heard);
    try (Progress progress = new Progress(console)) {
      Request<Reply.Accepted> request = begun(host, command, what, patience, progress);
      OperationId operation = request.id();
      String named = named(command, operation);
      Duration begun = progress.elapsed();
      progress.atParting("ballast: " + what + " was not waited for; " + named);
      Duration ask = begun.plus(ASKED_EVERY);
      String far = "";
      boolean told = false;
      while (progress.elapsed().minus(begun).compareTo(patience) < 0) {
        Optional<Outcome> end = Optional.empty();
        Notice notice = next(what + " was not waited for; " + named);
        if (notice instanceof Event.WorkFinished finished
            && finished.operation().equals(operation)) {
          end = Optional.of(finished.outcome());
        } else if (notice instanceof Event.WorkProgressed made
            && made.operation().equals(operation)) {
          far = ", " + Figures.percent(made.done().shareOf(made.total()));
        } else if (progress.elapsed().compareTo(ask) > 0) {
          ask = progress.elapsed().plus(ASKED_EVERY);
          end = ended(host, request);
        }
        if (end.isPresent()) {
          return succeeded(end.get(), what);
        }
        String now = what + far + ", " + Figures.age(progress.elapsed());
        String whole = now + "; operation " + operation;
        boolean fits = progress.fits(whole);
        if (!fits && !told && progress.elapsed().compareTo(LONG) > 0) {
          told = true;
          progress.tell(what + " takes a while; " + named);
        }
        progress.show(fits ? whole : now);
      }
      throw new CommandFailure(
          ExitCode.NO_ANSWER,
          "%s was accepted and has not ended within %s; %s, or wait longer with --wait"
              .formatted(what, Figures.duration(patience), named));
    }
  }

  /**
   * Waits until the agent has taken it on. Changes of one port follow each other; of a disk, which
   * take long, the second is refused.
   */
  private Request<Reply.Accepted> begun(
      HostId host,
      Command<Reply.Accepted> command,
      String what,
      Duration patience,
      Progress progress) {
    while (true) {
      Request<Reply.Accepted> request = connection.toAgent(host, command);
      String named = named(command, request.id());
      progress.atParting("ballast: " + what + " was not waited for; if it was begun, " + named);
      boolean patient = command instanceof NetOrder && progress.elapsed().compareTo(patience) < 0;
      if (accepted(host, request, what, named, patient)) {
        return request;
      }
      progress.show(what + " waits for what else is done with it");
      pause(what);
    }
  }

  private static void pause(String what) {
    try {
      Thread.sleep(TICK_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailure(ExitCode.NO_ANSWER, what + " was interrupted", e);
    }
  }

  /**
   * Asks the agent to take it on. Where it may have, but did not say so, both is said.
   *
   * @param patient whether it is no failure that something else works on the same; then that is
   *     false
   */
  private boolean accepted(
      HostId host, Request<Reply.Accepted> request, String what, String named, boolean patient) {
    try {
      connection.askLooking(host, request);
      return true;
    } catch (CommandFailure failure) {
      if (patient && failure.reason().equals(Optional.of(Reason.BUSY))) {
        return false;
      }
      boolean open =
          failure.code() == ExitCode.NO_ANSWER
              && !failure.reason().equals(Optional.of(Reason.NO_RECEIVER));
      throw open
          ? new CommandFailure(
              failure.code(), what + ": " + failure.line() + "; if it was begun, " + named, failure)
          : failure;
    }
  }

  private static String named(Command<?> command, OperationId operation) {
    return "it goes on as operation " + operation + "; " + ways(command, operation);
  }

  /** How a person looks at work that goes on, and ends it where that can be. */
  private static String ways(Command<?> command, OperationId operation) {
    String look = "look with 'ballast operation " + operation + "'";
    return command instanceof PoolOrder || command instanceof NetOrder
        ? look
        : look + ", give it up where that can be with 'ballast volume cancel " + operation + "'";
  }

  /** How it ended, if the agent says that it did. */
  private Optional<Outcome> ended(HostId host, Request<?> request) {
    try {
      return FoundOperation.ask(connection, request.to().role(), host, request.id()).outcome();
    } catch (CommandFailure unanswered) {
      return Optional.empty();
    }
  }

  private static Outcome.Done succeeded(Outcome outcome, String what) {
    return switch (outcome) {
      case Outcome.Done done -> done;
      case Outcome.Failed failed ->
          throw new CommandFailure(ExitCode.REFUSED, what + " failed: " + failed.message());
      case Outcome.Unknown unknown ->
          throw new CommandFailure(
              ExitCode.NO_ANSWER, what + " ended unclear: " + unknown.message());
    };
  }

  private @Nullable Notice next(String interrupted) {
    try {
      return heard.poll(TICK_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailure(ExitCode.NO_ANSWER, interrupted, e);
    }
  }
}
