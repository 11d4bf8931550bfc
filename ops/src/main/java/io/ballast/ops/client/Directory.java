package io.ballast.ops.client;

import io.ballast.messages.Fleet;
import io.ballast.messages.HostId;
import io.ballast.messages.Vm;
import io.ballast.messages.VmId;
import io.ballast.ops.config.Similar;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
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
    List<Place> found = known(nameOrId);
    return where(found).getFirst();
  }

  /**
   * The virtual machine of a name or UUID on the one host that knows it, or on the one that is
   * meant.
   */
  Place vm(String nameOrId, Optional<String> on) {
    if (on.isPresent()) {
      HostId host = host(on.get());
      return places(fleet)
          .filter(place -> place.on().equals(host) && isCalled(place.vm(), nameOrId))
          .findFirst()
          .orElseThrow(() -> refused("host " + host + " has no VM '" + nameOrId + "'"));
    }
    List<Place> where = where(known(nameOrId));
    if (where.size() > 1) {
      throw refused(
          "several hosts know VM '" + nameOrId + "'; name one with --host: " + list(where));
    }
    return where.getFirst();
  }

  /** The hosts that know one virtual machine; a name that several bear is refused. */
  private List<Place> known(String nameOrId) {
    List<Place> found = places(fleet).filter(place -> isCalled(place.vm(), nameOrId)).toList();
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
    return found;
  }

  private static boolean isCalled(Vm vm, String nameOrId) {
    return vm.name().equals(nameOrId)
        || vm.id().toString().equals(nameOrId.toLowerCase(Locale.ROOT));
  }

  /** Where a virtual machine counts: in memory rather than defined, heard rather than silent. */
  private static List<Place> where(List<Place> known) {
    List<Place> active = known.stream().filter(place -> place.vm().state().active()).toList();
    List<Place> here = active.isEmpty() ? known : active;
    List<Place> heard =
        here.stream().filter(place -> place.host().status() != Fleet.Status.SILENT).toList();
    return heard.isEmpty() ? here : heard;
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
