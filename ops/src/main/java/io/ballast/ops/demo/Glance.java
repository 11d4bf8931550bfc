package io.ballast.ops.demo;

import io.ballast.messages.Fleet;
import io.ballast.messages.HostId;
import io.ballast.messages.Move;
import io.ballast.messages.Vm;
import io.ballast.messages.VmState;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What the demo looks for in a picture of the fleet, and the picture in one line. */
record Glance(Fleet fleet) {
  Set<HostId> up() {
    return fleet.hosts().stream()
        .filter(host -> host.status() == Fleet.Status.UP)
        .map(Fleet.Host::id)
        .collect(Collectors.toSet());
  }

  /** The names of the guests that run on a host. */
  Set<String> running(HostId host) {
    return fleet.hosts().stream()
        .filter(candidate -> candidate.id().equals(host))
        .flatMap(candidate -> running(candidate).stream())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The names of the guests that run anywhere. */
  Set<String> running() {
    return fleet.hosts().stream()
        .flatMap(host -> running(host).stream())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Which of these guests don't run on exactly one host, each with where it does. */
  List<String> misplaced(Set<String> guests) {
    List<String> misplaced = new ArrayList<>();
    for (String guest : guests) {
      List<String> homes =
          fleet.hosts().stream()
              .filter(host -> running(host).contains(guest))
              .map(host -> host.id().value())
              .toList();
      if (homes.isEmpty()) {
        misplaced.add(guest + " runs nowhere");
      } else if (homes.size() > 1) {
        misplaced.add(guest + " runs on " + String.join(" and ", homes));
      }
    }
    return misplaced;
  }

  /** Whether no move is open, none is planned, and the scheduler waits for nothing. */
  boolean isAtRest() {
    return fleet.moves().stream().noneMatch(move -> move.state().open())
        && fleet.decisions().stream()
            .allMatch(
                decision ->
                    decision.moves().isEmpty() && !decision.summary().startsWith("waiting"));
  }

  /** Such as {@code h1 up 97 % CPU with vm1 vm2; vm1 from h1 to h2 is migrating; "nothing ..."}. */
  String line() {
    List<String> parts = new ArrayList<>();
    for (Fleet.Host host : fleet.hosts()) {
      parts.add(
          String.format(
              Locale.ROOT,
              "%s %s %.0f %% CPU with %s",
              host.id(),
              word(host.status()),
              100 * host.beat().load().cpu(),
              running(host).isEmpty() ? "nothing" : String.join(" ", running(host))));
    }
    fleet.moves().stream()
        .filter(move -> move.state().open())
        .forEach(move -> parts.add(words(move)));
    fleet.decisions().forEach(decision -> parts.add('"' + decision.summary() + '"'));
    return String.join("; ", parts);
  }

  /** A move for a person. */
  static String words(Move move) {
    return "%s from %s to %s is %s%s"
        .formatted(
            move.name(),
            move.from(),
            move.to(),
            word(move.state()),
            move.note().isEmpty() ? "" : " (" + move.note() + ")");
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static Set<String> running(Fleet.Host host) {
    return host.beat().vms().stream()
        .filter(vm -> vm.state() == VmState.RUNNING)
        .map(Vm::name)
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
