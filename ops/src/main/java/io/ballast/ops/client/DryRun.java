package io.ballast.ops.client;

import io.ballast.messages.Bytes;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostCommand.Examine;
import io.ballast.messages.HostId;
import io.ballast.messages.Move;
import io.ballast.messages.Obstacle;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reply.Examined;
import io.ballast.messages.Vm;
import io.ballast.ops.screen.Figures;
import io.ballast.ops.screen.Ink;
import io.ballast.ops.screen.Table;
import io.ballast.ops.screen.Table.Column;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a migration would do, and what stands in its way; nothing is changed. */
final class DryRun {
  /** The last moves that say how fast is sent. */
  private static final int LAST = 10;

  /** Characters for a host and a check, and the least for what is said of it. */
  private static final int USED = 28;

  private static final int LEAST = 40;

  private final FleetConnection connection;
  private final Fleet fleet;
  private final Console console;

  DryRun(FleetConnection connection, Fleet fleet, Console console) {
    this.connection = connection;
    this.fleet = fleet;
    this.console = console;
  }

  /**
   * Shows it for one target, or for all hosts to which the virtual machine might go.
   *
   * @return whether nothing stands in its way to one of them
   */
  boolean show(Vm vm, Fleet.Host from, Optional<HostId> to) {
    Ink ink = console.ink();
    Table table = new Table(ink, Column.words("TO"), Column.words("CHECK"), Column.words("WHAT"));
    boolean free = false;
    Bytes memory = vm.memory();
    for (HostId target : to.map(List::of).orElseGet(() -> targets(from))) {
      Examined examined = examined(vm, from, target);
      memory = examined.memory();
      free |= examined.obstacles().isEmpty();
      if (examined.obstacles().isEmpty()) {
        table.row(ink.text(target.value()), ink.good("ok"), ink.text("nothing is in its way"));
      }
      examined.obstacles().forEach(obstacle -> add(table, target, obstacle));
    }
    console.print("%s on %s: live, %s".formatted(vm.name(), from.id(), sent(memory)));
    console.print("");
    if (table.isEmpty()) {
      console.print("there is no other host in cluster " + from.beat().pulse().cluster());
    } else {
      console.print(table.lines(console.width()));
    }
    return free;
  }

  /** That nothing is known of one target must not hide what is known of the others. */
  private Examined examined(Vm vm, Fleet.Host from, HostId target) {
    try {
      return connection.askHost(from.id(), new Examine(vm.id(), target));
    } catch (CommandFailure failure) {
      return new Examined(
          vm.memory(),
          List.of(new Obstacle(Obstacle.Kind.ANSWER, String.valueOf(failure.getMessage()))));
    }
  }

  /** What is said of an obstacle takes as many rows as it needs. */
  private void add(Table table, HostId target, Obstacle obstacle) {
    Ink ink = console.ink();
    String kind = obstacle.kind().name().toLowerCase(Locale.ROOT);
    boolean first = true;
    for (String line : Figures.wrap(obstacle.message(), Math.max(LEAST, console.width() - USED))) {
      table.row(ink.text(first ? target.value() : ""), ink.bad(first ? kind : ""), ink.text(line));
      first = false;
    }
  }

  private List<HostId> targets(Fleet.Host from) {
    String cluster = from.beat().pulse().cluster();
    return fleet.hosts().stream()
        .filter(host -> host.status() == Fleet.Status.UP && !host.id().equals(from.id()))
        .filter(host -> host.beat().pulse().cluster().equals(cluster))
        .map(Fleet.Host::id)
        .sorted(Comparator.comparing(HostId::value))
        .toList();
  }

  private String sent(Bytes memory) {
    List<Outcome.Migration> measured = new ArrayList<>();
    fleet.moves().stream()
        .sorted(Comparator.comparing(Move::since).reversed())
        .flatMap(move -> move.measures().stream())
        .limit(LAST)
        .forEach(measured::add);
    double seconds = measured.stream().mapToDouble(it -> it.total().toNanos() / 1e9).sum();
    double bytes = measured.stream().mapToDouble(it -> it.transferred().value()).sum();
    String what = "sends %s of memory at least".formatted(memory);
    if (seconds == 0 || bytes == 0) {
      return what + "; how long that takes is not known, for no move was measured yet";
    }
    double rate = bytes / seconds;
    Duration time = Duration.ofMillis(Math.round(memory.value() / rate * 1e3));
    return "%s, about %s at %s a second, as the last %s"
        .formatted(
            what,
            Figures.duration(time),
            new Bytes(Math.round(rate)),
            measured.size() == 1 ? "move" : measured.size() + " moves");
  }
}
