package io.ballast.ops.screen;

import io.ballast.messages.Fleet;
import io.ballast.messages.HostBeat;
import io.ballast.messages.Vm;
import io.ballast.messages.VmState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Help.Ansi.Text;

/** One row for each host, with its virtual machines wrapped beside it. */
final class HostRows {
  /** From these shares on a bar is coloured; they say nothing about the balancer's triggers. */
  private static final double NOTICEABLE = 0.6;

  private static final double HIGH = 0.85;

  private static final int VM_LINES = 3;
  private static final int LEAST_VM_ROOM = 16;
  private static final int NARROW = 80;

  private static final Comparator<Vm> BUSIEST =
      Comparator.comparing((Vm vm) -> !vm.state().active())
          .thenComparing(Comparator.comparingDouble(Vm::cpus).reversed())
          .thenComparing(Vm::name);

  private final Ink ink;

  HostRows(Ink ink) {
    this.ink = ink;
  }

  List<Text> lines(Fleet fleet, int width) {
    int cells = width < NARROW ? 4 : Math.clamp(width / 10, 6, 16);
    Table table =
        new Table(
            ink,
            Table.Column.words("HOST"),
            Table.Column.words("STATUS"),
            Table.Column.words("CPU"),
            Table.Column.words("MEMORY"),
            Table.Column.numbers("LOAD"),
            Table.Column.words("VMS"));
    for (Fleet.Host host : fleet.hosts()) {
      boolean current = isBelieved(host);
      HostBeat.Load load = host.beat().load();
      table.row(
          ink.strong(host.id().value()),
          status(host, Duration.between(host.heardAt(), fleet.at())),
          current ? bar(load.cpu(), cells) : unknown(),
          current ? bar(host.beat().memoryRatio(), cells) : unknown(),
          current ? ink.text(Figures.number(load.average1())) : unknown(),
          ink.text(Long.toString(host.beat().vms().stream().filter(HostRows::active).count())));
    }
    return withVms(fleet, table, width);
  }

  private List<Text> withVms(Fleet fleet, Table table, int width) {
    List<Text> rows = table.lines(width);
    int indent = table.lastColumnAt() + 4;
    List<Text> lines = new ArrayList<>(rows.subList(0, 1));
    for (int i = 0; i < fleet.hosts().size(); i++) {
      Fleet.Host host = fleet.hosts().get(i);
      Text row = rows.get(i + 1);
      boolean beside = width - indent >= LEAST_VM_ROOM;
      int start = beside ? indent : 2;
      List<Text> names = names(host, width - start);
      if (beside && !names.isEmpty()) {
        int gap = indent - Table.length(row);
        lines.add(row.concat(" ".repeat(Math.max(1, gap))).concat(names.removeFirst()));
      } else {
        lines.add(row);
      }
      names.forEach(more -> lines.add(ink.text(" ".repeat(start)).concat(more)));
    }
    return lines;
  }

  private List<Text> names(Fleet.Host host, int room) {
    boolean current = isBelieved(host);
    List<Text> lines = new ArrayList<>();
    List<Vm> vms = host.beat().vms().stream().sorted(BUSIEST).toList();
    Text line = ink.text("");
    for (int i = 0; i < vms.size(); i++) {
      Text name = Table.cut(ink, name(vms.get(i), current), room);
      if (Table.length(line) > 0 && Table.length(line) + 2 + Table.length(name) > room) {
        lines.add(line);
        line = ink.text("");
        if (lines.size() == VM_LINES) {
          return withMore(lines, vms.size() - i, room);
        }
      }
      line = line.concat(Table.length(line) == 0 ? "" : "  ").concat(name);
    }
    if (Table.length(line) > 0) {
      lines.add(line);
    }
    return lines;
  }

  private List<Text> withMore(List<Text> lines, int more, int room) {
    Text mark = ink.faint("  and " + more + " more");
    Text last = Table.cut(ink, lines.removeLast(), room - Table.length(mark));
    lines.add(last.concat(mark));
    return lines;
  }

  private Text name(Vm vm, boolean current) {
    if (!current) {
      return ink.faint(vm.name());
    }
    return vm.state() == VmState.RUNNING
        ? ink.text(vm.name()).concat(" ").concat(ink.faint(Figures.percent(vm.cpus())))
        : ink.faint(vm.name() + " " + word(vm.state()));
  }

  private Text status(Fleet.Host host, Duration silence) {
    return switch (host.status()) {
      case UP -> up(host, Figures.oldLoad(host, silence));
      case SUSPECT -> ink.doubtful("late " + Figures.age(silence));
      case SILENT -> ink.alarming("silent " + Figures.age(silence));
      case DOUBLED -> ink.alarming("two agents");
    };
  }

  private Text up(Fleet.Host host, Optional<String> oldLoad) {
    HostBeat.Health health = host.beat().hypervisor().health();
    return health == HostBeat.Health.ANSWERING && oldLoad.isPresent()
        ? ink.doubtful("load " + oldLoad.get())
        : hypervisor(health);
  }

  /** Whether what a host says is taken for how it is. */
  static boolean isBelieved(Fleet.Host host) {
    return switch (host.status()) {
      case UP, SUSPECT -> true;
      case SILENT, DOUBLED -> false;
    };
  }

  private Text hypervisor(HostBeat.Health health) {
    return switch (health) {
      case ANSWERING -> ink.good("up");
      case STUCK -> ink.bad("libvirt stuck");
      case UNREACHABLE -> ink.bad("no libvirt");
    };
  }

  private Text bar(double ratio, int cells) {
    Ink.Bar bar = ink.bar(ratio, cells);
    Text full =
        ratio >= HIGH
            ? ink.bad(bar.full())
            : ratio >= NOTICEABLE ? ink.doubtful(bar.full()) : ink.good(bar.full());
    String number = Figures.percent(ratio);
    return full.concat(ink.faint(bar.empty())).concat(" ".repeat(5 - number.length()) + number);
  }

  private Text unknown() {
    return ink.faint("?");
  }

  private static boolean active(Vm vm) {
    return vm.state().active();
  }

  private static String word(VmState state) {
    return state.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
