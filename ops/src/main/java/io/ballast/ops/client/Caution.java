package io.ballast.ops.client;

import io.ballast.messages.Fleet;
import io.ballast.messages.HostCommand;
import io.ballast.messages.HostId;
import io.ballast.messages.Vm;
import io.ballast.messages.VmState;
import io.ballast.ops.screen.Figures;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/**
 * What speaks against work on a host that its own agent can't see: another agent of the same name,
 * another copy of the virtual machine. It refuses before the work is sent.
 *
 * <p>Hosts that are heard are asked what they have now, for beats are seconds old; of the others
 * counts what they said last.
 */
final class Caution {
  private final FleetConnection connection;
  private final Fleet fleet;

  Caution(FleetConnection connection, Fleet fleet) {
    this.connection = connection;
    this.fleet = fleet;
  }

  /** Refuses any work on a host whose name two agents use. */
  void work(HostId host) {
    refuse(
        fleet.hosts().stream()
            .filter(each -> each.id().equals(host) && each.status() == Fleet.Status.DOUBLED)
            .findFirst()
            .map(
                doubled ->
                    ("two agents call themselves %s, and either might do it; nothing was sent;"
                            + " 'ballast alerts' tells them apart: give one of the hosts a name of"
                            + " its own (agent.host) and restart its agent")
                        .formatted(host)));
  }

  /** Refuses any work on a virtual machine where two agents use its host's name. */
  void work(Directory.Place here) {
    work(here.on());
  }

  /** Refuses to start a virtual machine that is active on another host, or was when last heard. */
  void start(Directory.Place here) {
    work(here);
    refuse(first(others(here), (other, vm) -> startedTwice(here, other, vm)));
  }

  /** Refuses to resume a virtual machine that runs on another host. */
  void resume(Directory.Place here) {
    work(here);
    refuse(first(others(here), (other, vm) -> resumedTwice(here, other, vm)));
  }

  /**
   * Refuses only what nobody can know better: which of two agents that use one name would do it.
   */
  void waive(Directory.Place here) {
    work(here);
  }

  private static void refuse(Optional<String> why) {
    why.ifPresent(
        message -> {
          throw new CommandFailure(ExitCode.REFUSED, message);
        });
  }

  /** Where else the virtual machine is known, hosts that are heard first. */
  private Stream<Directory.Place> others(Directory.Place here) {
    return Directory.places(fleet)
        .filter(place -> place.vm().id().equals(here.vm().id()) && !place.on().equals(here.on()))
        .sorted(Comparator.comparing(place -> place.host().status() == Fleet.Status.SILENT));
  }

  private Optional<String> first(
      Stream<Directory.Place> places, BiFunction<Directory.Place, Vm, Optional<String>> objection) {
    return places
        .flatMap(place -> now(place).flatMap(vm -> objection.apply(place, vm)).stream())
        .findFirst();
  }

  private Optional<Vm> now(Directory.Place place) {
    return switch (place.host().status()) {
      case UP, SUSPECT -> {
        try {
          yield connection.askHost(place.on(), new HostCommand.InspectVm(place.vm().id())).vm();
        } catch (CommandFailure unanswered) {
          yield Optional.of(place.vm());
        }
      }
      case SILENT, DOUBLED -> Optional.of(place.vm());
    };
  }

  private Optional<String> startedTwice(Directory.Place here, Directory.Place other, Vm vm) {
    if (!vm.state().active()) {
      return Optional.empty();
    }
    String name = here.vm().name();
    if (!vm.name().equals(name)) {
      return Optional.of(
          ("%s %s on %s and has the UUID of %s; give one of them another UUID; if %s shall start"
                  + " all the same, --force")
              .formatted(vm.name(), does(vm.state()), other.on(), name, name));
    }
    if (other.host().status() == Fleet.Status.SILENT) {
      return Optional.of(
          ("%s ran on %s, which was last heard %s ago; make sure that %s is off (power, fencing),"
                  + " then start it with --force")
              .formatted(name, other.on(), silence(other), other.on()));
    }
    return Optional.of(
        ("%s %s on %s; starting it on %s too would destroy its disks; %s; if you know that it is"
                + " not on %s, start it with --force")
            .formatted(
                name,
                does(vm.state()),
                other.on(),
                here.on(),
                instead(vm, other.on(), here.on()),
                other.on()));
  }

  private Optional<String> resumedTwice(Directory.Place here, Directory.Place other, Vm vm) {
    if (vm.state() != VmState.RUNNING) {
      return Optional.empty();
    }
    String name = here.vm().name();
    if (other.host().status() == Fleet.Status.SILENT) {
      return Optional.of(
          ("%s ran on %s, which was last heard %s ago; make sure that %s is off (power, fencing),"
                  + " then resume it with --force")
              .formatted(name, other.on(), silence(other), other.on()));
    }
    return Optional.of(
        ("%s runs on %s; resuming it on %s too would destroy its disks; cut the power of one of the"
                + " two with 'ballast vm stop %s --force --host HOST'; if you know that it does not"
                + " run on %s, resume it with --force")
            .formatted(name, other.on(), here.on(), name, other.on()));
  }

  private String silence(Directory.Place place) {
    return Figures.age(Duration.between(place.host().heardAt(), fleet.at()));
  }

  private static String does(VmState state) {
    return switch (state) {
      case RUNNING -> "runs";
      case PAUSED, SHUTTING_DOWN, SHUT_OFF, CRASHED, SLEEPING -> "is " + Words.of(state);
    };
  }

  private static String instead(Vm vm, HostId there, HostId here) {
    return switch (vm.state()) {
      case RUNNING -> "move it with 'ballast migrate %s %s'".formatted(vm.name(), here);
      case SHUTTING_DOWN -> "wait until it is off";
      case PAUSED, SLEEPING, SHUT_OFF, CRASHED ->
          "cut its power there first with 'ballast vm stop %s --force --host %s'"
              .formatted(vm.name(), there);
    };
  }
}
