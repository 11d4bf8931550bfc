package io.ballast.ops.client;

import io.ballast.messages.Fleet;
import io.ballast.messages.HostCommand;
import io.ballast.messages.HostId;
import io.ballast.messages.Reply;
import io.ballast.messages.VmId;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * A move of a running virtual machine that is shut down for it, and started where it is then: at
 * its target, or where it was if it did not move.
 */
final class ColdMove {
  /** How long a start may take, and how long a beat may be away that tells of the shutdown. */
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private static final long TICK_MILLIS = 500;

  private final FleetConnection connection;
  private final Console console;
  private final Directory.Place place;

  ColdMove(FleetConnection connection, Console console, Directory.Place place) {
    this.connection = connection;
    this.console = console;
    this.place = place;
  }

  /**
   * Makes it. Anything but success is a {@link CommandFailure}, which says where the machine is.
   *
   * @param guest how long the guest may take to shut down
   * @param move asks for the move, waits for its end and gives a line about it
   */
  String make(Fleet fleet, HostId to, Duration guest, Supplier<String> move) {
    new Caution(connection, fleet).work(place);
    VmId vm = place.vm().id();
    carryOut(
        place.on(),
        new HostCommand.ShutDown(vm, guest, Optional.of(true)),
        "shutting down",
        guest.plus(PATIENCE));
    awaitShutdown();
    String moved;
    try {
      moved = move.get();
    } catch (CommandFailure e) {
      throw e.code() == ExitCode.REFUSED ? startedAgain(e) : isOff(e);
    }
    carryOut(to, new HostCommand.Start(vm), "starting", PATIENCE);
    return moved;
  }

  /** The scheduler moves what does not run by what it has heard. */
  private void awaitShutdown() {
    try (Progress progress = new Progress(console)) {
      while (isActive()) {
        if (progress.elapsed().compareTo(PATIENCE) > 0) {
          throw new CommandFailure(
              ExitCode.NO_ANSWER,
              "%s is shut down, and its host did not say so within %d s; look with 'ballast vms'"
                  .formatted(name(), PATIENCE.toSeconds()));
        }
        progress.show("waiting for " + place.on() + " to say that " + name() + " is off");
        TimeUnit.MILLISECONDS.sleep(TICK_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailure(ExitCode.NO_ANSWER, "interrupted", e);
    }
  }

  private boolean isActive() {
    return Directory.places(connection.fleet())
        .filter(seen -> seen.on().equals(place.on()))
        .anyMatch(seen -> seen.vm().id().equals(place.vm().id()) && seen.vm().state().active());
  }

  private CommandFailure startedAgain(CommandFailure why) {
    try {
      carryOut(place.on(), new HostCommand.Start(place.vm().id()), "starting", PATIENCE);
    } catch (CommandFailure e) {
      return new CommandFailure(
          why.code(),
          "%s; it is off on %s: %s".formatted(why.getMessage(), place.on(), e.getMessage()),
          why);
    }
    return new CommandFailure(
        why.code(), "%s; it was started again on %s".formatted(why.getMessage(), place.on()), why);
  }

  private CommandFailure isOff(CommandFailure why) {
    return new CommandFailure(
        why.code(),
        "%s; it is shut down: start it with 'ballast vm start %s' where it is"
            .formatted(why.getMessage(), name()),
        why);
  }

  private void carryOut(
      HostId host, HostCommand<Reply.Accepted> command, String doing, Duration patience) {
    var unused =
        new HostWork(connection, console)
            .run(host, command, "%s %s on %s".formatted(doing, name(), host), patience);
  }

  private String name() {
    return place.vm().name();
  }
}
