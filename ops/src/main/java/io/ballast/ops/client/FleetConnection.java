package io.ballast.ops.client;

import io.ballast.bus.Address;
import io.ballast.bus.Bus;
import io.ballast.bus.DeadLetters;
import io.ballast.bus.RefusedException;
import io.ballast.bus.Request;
import io.ballast.bus.Role;
import io.ballast.bus.json.Kinds;
import io.ballast.messages.Command;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostId;
import io.ballast.messages.Notice;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.SchedulerCommand;
import io.ballast.ops.screen.Figures;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One command's connection to the fleet. Its methods wait on the caller's thread and fail with a
 * {@link CommandFailure}.
 */
public final class FleetConnection implements AutoCloseable {
  private static final Duration GOODBYE = Duration.ofSeconds(3);
  private static final long TICK_MILLIS = 150;

  private final Vertx vertx;
  private final Bus bus;
  private final FleetOptions options;
  private final Console console;

  private FleetConnection(Vertx vertx, Bus bus, FleetOptions options, Console console) {
    this.vertx = vertx;
    this.bus = bus;
    this.options = options;
    this.console = console;
  }

  /** Connects as the options and the configuration say. */
  public static FleetConnection open(Shell shell, FleetOptions options) {
    Vertx vertx =
        Vertx.vertx(
            new VertxOptions()
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(4)
                .setFileSystemOptions(
                    new FileSystemOptions()
                        .setClassPathResolvingEnabled(false)
                        .setFileCachingEnabled(false)));
    try {
      Bus bus =
          await(
              shell
                  .connector()
                  .connect(
                      vertx, options.configuration(shell.environment()).bus(), options.timeout()));
      return new FleetConnection(vertx, bus, options, shell.console());
    } catch (RuntimeException e) {
      vertx.close();
      throw e;
    }
  }

  /** The whole picture, from the scheduler. */
  Fleet fleet() {
    return askScheduler(new SchedulerCommand.InspectFleet()).fleet();
  }

  /** Asks any scheduler. */
  <R extends Reply> R askScheduler(SchedulerCommand<R> command) {
    try {
      return ask(Address.any(Role.SCHEDULER), command);
    } catch (CommandFailure failure) {
      if (failure.getCause() instanceof RefusedException refused
          && refused.reason() == Reason.NO_RECEIVER) {
        throw new CommandFailure(
            ExitCode.NO_ANSWER,
            "no scheduler is on the bus; start one with 'ballast scheduler'",
            refused);
      }
      throw failure;
    }
  }

  /** Asks a host's agent for its virtual machines. */
  <R extends Reply> R askHost(HostId host, Command<R> command) {
    return askAgent(Role.HOST, host, command);
  }

  /** Asks one of a host's agents what it knows. */
  <R extends Reply> R askAgent(Role role, HostId host, Command<R> command) {
    try {
      return ask(Address.at(role, host), command);
    } catch (CommandFailure failure) {
      throw missed(role, host, failure);
    }
  }

  /**
   * Asks a host's agent for something for which it looks at its storage or network first; that may
   * take a while, and is shown.
   */
  <R extends Reply> R askLooking(HostId host, Command<R> command) {
    return askLooking(host, toAgent(host, command));
  }

  /** What {@link #askLooking(HostId, Request)} asks; its id is that of the work it begins. */
  <R extends Reply> Request<R> toAgent(HostId host, Command<R> command) {
    return Request.of(Address.at(Kinds.role(command), host), command)
        .within(options.lookingTimeout());
  }

  /** The same, for a request that is known by its id before it is answered. */
  <R extends Reply> R askLooking(HostId host, Request<R> request) {
    Role role = request.to().role();
    try (Progress progress = new Progress(console)) {
      CompletableFuture<R> answer = bus.call(request).toCompletionStage().toCompletableFuture();
      while (!isThere(answer)) {
        progress.show(
            "waiting for the %s agent of %s, %s"
                .formatted(role.word(), host, Figures.age(progress.elapsed())));
      }
      return joined(answer);
    } catch (CommandFailure failure) {
      throw missed(role, host, failure);
    }
  }

  private static boolean isThere(CompletableFuture<?> answer) {
    try {
      answer.get(TICK_MILLIS, TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailure(ExitCode.NO_ANSWER, "interrupted", e);
    }
  }

  /** The failure, with what to do where there is no such agent. */
  private static CommandFailure missed(Role role, HostId host, CommandFailure failure) {
    return failure.getCause() instanceof RefusedException refused
            && refused.reason() == Reason.NO_RECEIVER
        ? new CommandFailure(
            ExitCode.NO_ANSWER,
            (role == Role.HOST ? "no" : "no " + role.word())
                + " agent is on the bus for host "
                + host
                + "; look whether the host is up and 'ballast agent' runs there",
            refused)
        : failure;
  }

  private <R extends Reply> R ask(Address to, Command<R> command) {
    return await(bus.call(Request.of(to, command).within(options.timeout())));
  }

  /** The oldest dead letters; all stay where they are. */
  DeadLetters.Found deadLetters() {
    return await(bus.deadLetters().list());
  }

  /** Sends dead letters again. */
  List<DeadLetters.Replayed> replay(List<String> ids, Duration within) {
    return await(bus.deadLetters().replay(ids, within));
  }

  /** Removes dead letters, and gives the ids of those that were there. */
  List<String> discard(List<String> ids) {
    return await(bus.deadLetters().discard(ids));
  }

  /** Puts everything of a type that is told from now on into a queue. */
  <N extends Notice> void listen(Class<N> type, BlockingQueue<? super N> queue) {
    await(bus.serve(type, queue::add));
  }

  private static <T> T await(Future<T> future) {
    return joined(future.toCompletionStage().toCompletableFuture());
  }

  private static <T> T joined(CompletableFuture<T> future) {
    try {
      return future.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RefusedException refused) {
        throw CommandFailure.of(refused);
      }
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  @Override
  public void close() {
    try {
      bus.close()
          .eventually(vertx::close)
          .toCompletionStage()
          .toCompletableFuture()
          .get(GOODBYE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      // The answer is there; how the connection ended changes nothing.
    }
  }
}
