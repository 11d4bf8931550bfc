package io.ballast.ops.client;

import io.ballast.messages.Fleet;
import io.ballast.messages.HostId;
import io.ballast.messages.Vm;
import io.ballast.messages.VmId;
import io.ballast.ops.config.Similar;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds hosts and virtual machines by what a person calls them. What is not found, or found twice,
 * is refused with what may have been meant.
 */
final class Directory {
  private final Fleet fleet;

  Directory(Fleet fleet) {
    this.fleet = fleet;
  }

  /** A virtual machine and where it was last seen. */
  record Place(Fleet.Host host, Vm vm) {
    HostId on() {
      return host.id();
    }
  }

  /** All virtual machines, by host and name. */
  static Stream<Place> places(Fleet fleet) {
    return fleet.hosts().stream()
        .flatMap(
            host ->
                host.beat().vms().stream()
                    .sorted((one, other) -> one.name().compareTo(other.name()))
                    .map(vm -> new Place(host, vm)));
  }

  HostId host(String name) {
    List<String> names = fleet.hosts().stream().map(host -> host.id().value()).toList();
    if (names.contains(name)) {
      return new HostId(name);
    }
    String known =
        names.isEmpty()
            ? "; no host has been heard of yet"
            : " (hosts: " + String.join(", ", names) + ")";
    throw refused("the fleet has no host '" + name + "'" + Similar.hint(name, names) + known);
  }

  /** The virtual machine of a name or UUID, where it is in memory if it is anywhere. */
  Place vm(String nameOrId) {
    List<Place> found =
        places(fleet)
            .filter(
                place ->
                    place.vm().name().equals(nameOrId)
                        || place.vm().id().toString().equals(nameOrId.toLowerCase(Locale.ROOT)))
            .toList();
    if (found.isEmpty()) {
      List<String> names = places(fleet).map(place -> place.vm().name()).distinct().toList();
      throw refused(
          "the fleet has no VM '"
              + nameOrId
              + "'"
              + Similar.hint(nameOrId, names)
              + " ('ballast vms' lists them)");
    }
    List<VmId> ids = found.stream().map(place -> place.vm().id()).distinct().toList();
    if (ids.size() > 1) {
      throw refused(
          ids.size() + " VMs are called '" + nameOrId + "'; name one by its UUID: " + list(found));
    }
    List<Place> active = found.stream().filter(place -> place.vm().state().active()).toList();
    List<Place> heard =
        (active.isEmpty() ? found : active)
            .stream().filter(place -> place.host().status() != Fleet.Status.SILENT).toList();
    if (heard.size() > 1) {
      throw refused(
          "VM '"
              + nameOrId
              + "' is on several hosts, and you must say which one is right: "
              + list(heard));
    }
    return heard.isEmpty() ? found.getFirst() : heard.getFirst();
  }

  private static String list(List<Place> places) {
    return places.stream()
        .map(
            place ->
                "%s (%s, %s)".formatted(place.vm().id(), place.on(), Words.of(place.vm().state())))
        .collect(Collectors.joining(", "));
  }

  private static CommandFailure refused(String message) {
    return new CommandFailure(ExitCode.REFUSED, message);
  }
}
