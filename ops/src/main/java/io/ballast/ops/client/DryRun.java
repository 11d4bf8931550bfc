package io.ballast.ops.client;

import io.ballast.bus.Role;
import io.ballast.messages.Bytes;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostCommand.Examine;
import io.ballast.messages.HostId;
import io.ballast.messages.Move;
import io.ballast.messages.Obstacle;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reply;
import io.ballast.messages.Reply.Examined;
import io.ballast.messages.StorageCommand.ConsiderDisks;
import io.ballast.messages.StorageCommand.InspectContents;
import io.ballast.messages.StorageCommand.InspectDisks;
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
import java.util.UUID;
import java.util.stream.Collectors;

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

  /**
   * @param copying whether disks that its host alone has may be copied
   */
  DryRun(FleetConnection connection, Fleet fleet, Console console, boolean copying) {
    this.connection = connection;
    this.fleet = fleet;
    this.console = console;
    this.copying = copying;
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
    Freight freight = copying ? freight(vm, from) : new Freight(List.of());
    List<Obstacle> ofDisks =
        freight.objection(from.id()).stream()
            .map(why -> new Obstacle(Obstacle.Kind.DISK, why))
            .toList();
    for (HostId target : to.map(List::of).orElseGet(() -> targets(from))) {
      Examined examined = examined(vm, from, target);
      memory = examined.memory();
      List<Obstacle> obstacles = new ArrayList<>(examined.obstacles());
      obstacles.removeIf(it -> copying && it.kind() == Obstacle.Kind.DISK);
      obstacles.addAll(ofDisks.isEmpty() ? ofDisks(freight, vm, from.id(), target) : ofDisks);
      free |= obstacles.isEmpty();
      if (obstacles.isEmpty()) {
        table.row(ink.text(target.value()), ink.good("ok"), ink.text("nothing is in its way"));
      }
      obstacles.forEach(obstacle -> add(table, target, obstacle));
    }
    Bytes disks = copied(freight);
    console.print(
        "%s on %s: live, %s".formatted(vm.name(), from.id(), sent(memory.plus(disks), disks)));
    freight.disks().forEach(this::tell);
    console.print("");
    if (table.isEmpty()) {
      console.print("there is no other host in cluster " + from.beat().pulse().cluster());
    } else {
      console.print(table.lines(console.width()));
    }
    return free;
  }

  private Freight freight(Vm vm, Fleet.Host from) {
    return Freight.of(
        connection.askAgent(Role.STORAGE, from.id(), new InspectDisks(vm.id())).disks());
  }

  private static Bytes copied(Freight freight) {
    return freight.disks().stream()
        .flatMap(disk -> disk.volume().stream())
        .map(Volume::allocated)
        .reduce(Bytes.ZERO, Bytes::plus);
  }

  private void tell(VmDisk disk) {
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
                            upon(disk))));
  }

  /** What is not copied, for the target has it. */
  private static String upon(VmDisk disk) {
    return disk.layers().isEmpty()
        ? ""
        : disk.layers().stream()
            .map(Volume.Layer::toString)
            .collect(Collectors.joining(", ", ", and not what it builds upon: ", ""));
  }

  /** What stands in the way of the disks at a target. */
  private List<Obstacle> ofDisks(Freight freight, Vm vm, HostId from, HostId target) {
    if (freight.isEmpty()) {
      return List.of();
    }
    Optional<String> objection;
    try {
      OperationId none = new OperationId(UUID.randomUUID().toString());
      objection =
          connection
              .askAgent(
                  Role.STORAGE,
                  target,
                  new ConsiderDisks(freight.preparation(none, vm.id(), from, target)))
              .refusal()
              .map(Reply.Refused::message)
              .or(() -> below(freight, from, target));
    } catch (CommandFailure failure) {
      objection = Optional.of(String.valueOf(failure.getMessage()));
    }
    return objection.stream().map(why -> new Obstacle(Obstacle.Kind.DISK, why)).toList();
  }

  /** Whether a target holds the same of what the disks build upon. */
  private Optional<String> below(Freight freight, HostId from, HostId target) {
    return freight.isIncremental()
        ? Freight.objection(contents(from, freight), contents(target, freight))
        : Optional.empty();
  }

  private List<Volume.Content> contents(HostId host, Freight freight) {
    return connection
        .askAgent(Role.STORAGE, host, new InspectContents(freight.layers()))
        .contents();
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

  /**
   * @param all what is sent
   * @param disks how much of that lies on disks
   */
  private String sent(Bytes all, Bytes disks) {
    List<Outcome.Migration> measured = new ArrayList<>();
    fleet.moves().stream()
        .sorted(Comparator.comparing(Move::since).reversed())
        .flatMap(move -> move.measures().stream())
        .limit(LAST)
        .forEach(measured::add);
    double seconds = measured.stream().mapToDouble(it -> it.total().toNanos() / 1e9).sum();
    double bytes = measured.stream().mapToDouble(it -> it.transferred().value()).sum();
    String what =
        disks.equals(Bytes.ZERO)
            ? "sends %s of memory at least".formatted(all)
            : "sends %s of memory and disks at least".formatted(all);
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
