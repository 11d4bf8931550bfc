package io.ballast.ops.client;

import io.ballast.messages.Fleet;
import io.ballast.messages.HostCommand;
import io.ballast.messages.HostId;
import io.ballast.messages.Obstacle;
import io.ballast.messages.Reply;
import io.ballast.messages.Vm;
import io.ballast.messages.VmId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A move of a running virtual machine that is shut down for it, and started where it is then: at
 * its target, or where it was if it did not move. Nothing is shut down that could not be started
 * again, by what both hosts say before.
 */
final class ColdMove {
  /** How long a start may take, and how long a beat may be away that tells of the shutdown. */
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private static final long TICK_MILLIS = 500;

  private final FleetConnection connection;
  private final Console console;
  private final Directory.Place place;
  private final HostId to;

  ColdMove(FleetConnection connection, Console console, Directory.Place place, HostId to) {
    this.connection = connection;
    this.console = console;
    this.place = place;
    this.to = to;
  }

  /**
   * Makes it. Anything but success is a {@link CommandFailure}, which says where the machine is.
   *
   * @param guest how long the guest may take to shut down
   * @param copying whether disks go along that its host alone has
   * @param move asks for the move, waits for its end and gives a line about it
   */
  String make(Fleet fleet, Duration guest, boolean copying, Supplier<String> move) {
    new Caution(connection, fleet).work(place);
    checkItIsDefined();
    checkItStartsThere(copying);
    VmId vm = place.vm().id();
    try {
      carryOut(
          place.on(),
          new HostCommand.ShutDown(vm, guest, Optional.of(true)),
          "shutting down",
          guest.plus(PATIENCE));
    } catch (CommandFailure e) {
      throw located(e);
    }
    String moved;
    try {
      awaitShutdown();
      moved = move.get();
    } catch (CommandFailure e) {
      throw e.code() == ExitCode.REFUSED ? startedAgain(e) : located(e);
    }
    try {
      carryOut(to, new HostCommand.Start(vm), "starting", PATIENCE);
    } catch (CommandFailure e) {
      throw located(new CommandFailure(e.code(), "%s; but %s".formatted(moved, e.getMessage()), e));
    }
    return moved;
  }

  /** One that is only in memory would be gone. */
  private void checkItIsDefined() {
    Optional<Boolean> defined =
        connection.askHost(place.on(), new HostCommand.InspectVm(place.vm().id())).defined();
    if (!defined.equals(Optional.of(true))) {
      throw new CommandFailure(
          ExitCode.REFUSED,
          (defined.isEmpty()
                  ? "the agent of %2$s does not say whether it defines %1$s, which else is gone"
                      + " once it is shut down; update the agent first"
                  : "%s is only in memory of %s, and gone once it is shut down; have that host"
                      + " define it first")
              .formatted(name(), place.on()));
    }
  }

  private void checkItStartsThere(boolean copying) {
    VmId vm = place.vm().id();
    DiskPlan plan =
        copying
            ? DiskPlan.resting(connection, vm, place.on())
            : DiskPlan.ofNone(connection, vm, place.on());
    DiskPlan.Way way = plan.to(to, false);
    List<String> obstacles =
        Stream.concat(
                connection.askHost(place.on(), new HostCommand.Examine(vm, to)).obstacles().stream()
                    .filter(obstacle -> concernsAStart(obstacle.kind()))
                    .filter(obstacle -> !plan.takesAway(obstacle))
                    .map(Obstacle::message),
                way.free() ? Stream.empty() : way.why().stream())
            .toList();
    if (!obstacles.isEmpty()) {
      throw new CommandFailure(
          ExitCode.REFUSED,
          "%s was not shut down: %s".formatted(name(), String.join("; ", obstacles)));
    }
  }

  /** What only a running machine needs to move is none; nor is a processor that it starts with. */
  private static boolean concernsAStart(Obstacle.Kind kind) {
    return switch (kind) {
      case STATE,
          CLUSTER,
          NAME,
          PROMISE,
          ROOM,
          MACHINE,
          DEVICE,
          DISK,
          DRIVE,
          BRIDGE,
          POOL,
          ANSWER ->
          true;
      case CPU, VERSION, CACHE, REACH -> false;
    };
  }

  /** The scheduler moves what does not run by what it has heard. */
  private void awaitShutdown() {
    try (Progress progress = new Progress(console)) {
      while (isActive()) {
        if (progress.elapsed().compareTo(PATIENCE) > 0) {
          throw new CommandFailure(
              ExitCode.NO_ANSWER,
              "%s is shut down, and its host did not say so within %d s"
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
      return located(
          new CommandFailure(
              why.code(), "%s; %s".formatted(why.getMessage(), e.getMessage()), why));
    }
    return new CommandFailure(
        why.code(), "%s; it was started again on %s".formatted(why.getMessage(), place.on()), why);
  }

  /** The failure, with where the machine is now, and how to have it run where that is sure. */
  private CommandFailure located(CommandFailure why) {
    List<String> told = new ArrayList<>();
    List<HostId> off = new ArrayList<>();
    boolean sure = true;
    for (HostId host : List.of(place.on(), to)) {
      try {
        Optional<Vm> vm = connection.askHost(host, new HostCommand.InspectVm(place.vm().id())).vm();
        vm.ifPresent(it -> told.add("%s on %s".formatted(Words.of(it.state()), host)));
        vm.filter(it -> !it.state().active()).ifPresent(it -> off.add(host));
      } catch (CommandFailure e) {
        sure = false;
        told.add("not known on %s (%s)".formatted(host, e.getMessage()));
      }
    }
    boolean startable = sure && off.size() == 1 && told.size() == 1;
    return new CommandFailure(
        why.code(),
        "%s; %s is %s now%s"
            .formatted(
                why.getMessage(),
                name(),
                told.isEmpty() ? "on neither host" : String.join(", and ", told),
                startable
                    ? "; 'ballast vm start %s --host %s' starts it"
                        .formatted(name(), off.getFirst())
                    : ""),
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
