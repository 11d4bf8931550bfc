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
import io.ballast.messages.VmDisk;
import io.ballast.messages.Volume;
import io.ballast.ops.screen.Figures;
import io.ballast.ops.screen.Ink;
import io.ballast.ops.screen.Table;
import io.ballast.ops.screen.Table.Column;
import io.ballast.scheduler.core.move.Freight;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Help.Ansi.Text;

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
  private final boolean copying;
  private final boolean live;

  /**
   * @param copying whether disks that its host alone has may be copied
   * @param live whether it runs meanwhile; else what defines it is moved
   */
  DryRun(FleetConnection connection, Fleet fleet, Console console, boolean copying, boolean live) {
    this.connection = connection;
    this.fleet = fleet;
    this.console = console;
    this.copying = copying;
    this.live = live;
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
    Bytes memory = live ? vm.memory() : Bytes.ZERO;
    DiskPlan plan = plan(vm, from);
    boolean whole = false;
    boolean layered = false;
    for (HostId target : to.map(List::of).orElseGet(() -> targets(from))) {
      Examined examined = examined(vm, from, target);
      memory = examined.memory();
      List<Obstacle> obstacles = new ArrayList<>(examined.obstacles());
      obstacles.removeIf(plan::takesAway);
      DiskPlan.Way way = plan.to(target, live);
      if (!way.free()) {
        way.why().ifPresent(why -> obstacles.add(new Obstacle(Obstacle.Kind.DISK, why)));
      }
      free |= obstacles.isEmpty();
      if (obstacles.isEmpty()) {
        add(table, target, ink.good("ok"), words(way));
        whole |= way.freight().whole();
        layered |= !way.freight().whole();
      }
      obstacles.forEach(
          obstacle ->
              add(
                  table,
                  target,
                  ink.bad(obstacle.kind().name().toLowerCase(Locale.ROOT)),
                  obstacle.message()));
    }
    Freight freight = plan.freight();
    Bytes disks = copied(freight);
    console.print(
        "%s on %s: %s%s, %s"
            .formatted(
                vm.name(),
                from.id(),
                live ? "live" : "offline",
                freight.isEmpty() ? "" : " with its disks",
                sent(memory, disks)));
    boolean all = whole && !layered;
    freight.disks().forEach(disk -> tell(disk, all));
    console.print("");
    if (table.isEmpty()) {
      console.print("there is no other host in cluster " + from.beat().pulse().cluster());
    } else {
      console.print(table.lines(console.width()));
    }
    return free;
  }

  private DiskPlan plan(Vm vm, Fleet.Host from) {
    if (!copying) {
      return DiskPlan.ofNone(connection, vm.id(), from.id());
    }
    return live
        ? DiskPlan.live(connection, vm.id(), from.id())
        : DiskPlan.resting(connection, vm.id(), from.id());
  }

  private static String words(DiskPlan.Way way) {
    return way.freight().whole()
        ? "nothing is in its way, but its disks are copied whole: " + way.why().orElse("")
        : "nothing is in its way";
  }

  private static Bytes copied(Freight freight) {
    return freight.disks().stream()
        .flatMap(disk -> disk.volume().stream())
        .map(Volume::allocated)
        .reduce(Bytes.ZERO, Bytes::plus);
  }

  /**
   * @param whole whether it is copied with what it builds upon, wherever that can be
   */
  private void tell(VmDisk disk, boolean whole) {
    disk.volume()
        .ifPresent(
            volume ->
                console.print(
                    "copies %s: %s, %s of %s%s"
                        .formatted(
                            disk.target(),
                            volume.id(),
                            volume.allocated(),
                            volume.capacity(),
                            upon(disk, whole))));
  }

  private static String upon(VmDisk disk, boolean whole) {
    String how = whole ? ", and what it builds upon: " : ", and not what it builds upon: ";
    return disk.layers().isEmpty()
        ? ""
        : disk.layers().stream()
            .map(Volume.Layer::toString)
            .collect(Collectors.joining(", ", how, ""));
  }

  /** That nothing is known of one target must not hide what is known of the others. */
  private Examined examined(Vm vm, Fleet.Host from, HostId target) {
    try {
      return connection.askHost(
          from.id(), new Examine(vm.id(), target, live ? Optional.empty() : Optional.of(true)));
    } catch (CommandFailure failure) {
      return new Examined(
          live ? vm.memory() : Bytes.ZERO,
          List.of(new Obstacle(Obstacle.Kind.ANSWER, String.valueOf(failure.getMessage()))));
    }
  }

  /** What is said takes as many rows as it needs. */
  private void add(Table table, HostId target, Text check, String what) {
    Ink ink = console.ink();
    boolean first = true;
    for (String line : Figures.wrap(what, Math.max(LEAST, console.width() - USED))) {
      table.row(
          ink.text(first ? target.value() : ""), first ? check : ink.text(""), ink.text(line));
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

  private String sent(Bytes memory, Bytes disks) {
    Bytes all = memory.plus(disks);
    if (all.equals(Bytes.ZERO)) {
      return "sends what defines it, and nothing else";
    }
    List<Outcome.Migration> measured = new ArrayList<>();
    fleet.moves().stream()
        .sorted(Comparator.comparing(Move::since).reversed())
        .flatMap(move -> move.measures().stream())
        .limit(LAST)
        .forEach(measured::add);
    double seconds = measured.stream().mapToDouble(it -> it.total().toNanos() / 1e9).sum();
    double bytes = measured.stream().mapToDouble(it -> it.transferred().value()).sum();
    String ofWhat =
        disks.equals(Bytes.ZERO)
            ? "memory"
            : memory.equals(Bytes.ZERO) ? "disks" : "memory and disks";
    String what = "sends %s of %s at least".formatted(all, ofWhat);
    if (seconds == 0 || bytes == 0) {
      return what + "; how long that takes is not known, for no move was measured yet";
    }
    double rate = bytes / seconds;
    Duration time = Duration.ofMillis(Math.round(all.value() / rate * 1e3));
    return "%s, about %s at %s a second, as the last %s"
        .formatted(
            what,
            Figures.duration(time),
            new Bytes(Math.round(rate)),
            measured.size() == 1 ? "move" : measured.size() + " moves");
  }
}
