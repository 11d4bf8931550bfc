package io.ballast.ops.snapshot;

import io.ballast.messages.HostBeat;
import io.ballast.ops.snapshot.Host.LoadAverages;
import io.ballast.ops.snapshot.Host.Measures;
import io.ballast.ops.snapshot.Host.Standing;

/** The form that a host has in a snapshot file. */
final class HostForm {
  private HostForm() {}

  static Host read(Item item) {
    return new Host(
        item.host("id"),
        item.wholeIfAny("rack", 0).orElse(0),
        new HostBeat.Capacity(
            item.number("cpu", Range.ABOVE_ZERO), item.bytes("mem", Range.SOME_MEBIBYTES)),
        item.choice("state", Host.State.UP),
        measures(item),
        standing(item),
        item.marks());
  }

  private static Measures measures(Item item) {
    return new Measures(
        item.bytesIfAny("used"),
        item.numberIfAny("busy", Range.SHARE),
        item.numbersIfAny("load", 3)
            .map(load -> new LoadAverages(load.get(0), load.get(1), load.get(2))),
        item.itemIfAny("pressure").map(HostForm::pressure),
        item.numberIfAny("steal", Range.SHARE));
  }

  private static HostBeat.Pressure pressure(Item item) {
    return new HostBeat.Pressure(
        share(item, "cpu"),
        share(item, "memory"),
        share(item, "memoryFull"),
        share(item, "io"),
        share(item, "ioFull"));
  }

  private static double share(Item item, String key) {
    return item.numberIfAny(key, Range.SHARE).orElse(0.0);
  }

  private static Standing standing(Item item) {
    Standing usual = Standing.USUAL;
    return new Standing(
        item.choice("status", usual.status()),
        item.choice("hypervisor", usual.hypervisor()),
        item.durationIfAny("age", Range.AGE).orElse(usual.age()),
        item.durationIfAny("interval", Range.INTERVAL).orElse(usual.interval()),
        item.textIfAny("agent"));
  }

  static Line write(Host host) {
    Measures measures = host.measures();
    Line line =
        new Line()
            .text("id", host.id().value())
            .whole("rack", host.rack())
            .number("cpu", host.capacity().cpus())
            .bytes("mem", host.capacity().memory())
            .word("state", host.state());
    measures.used().ifPresent(used -> line.bytes("used", used));
    measures.busy().ifPresent(busy -> line.number("busy", busy));
    measures
        .load()
        .ifPresent(load -> line.numbers("load", load.over1(), load.over5(), load.over15()));
    measures.pressure().ifPresent(pressure -> line.object("pressure", write(pressure)));
    measures.steal().ifPresent(steal -> line.number("steal", steal));
    if (!host.standing().equals(Standing.USUAL)) {
      write(host.standing(), line);
    }
    return line.marks(host.marks());
  }

  private static void write(Standing standing, Line line) {
    line.word("status", standing.status())
        .word("hypervisor", standing.hypervisor())
        .duration("age", standing.age())
        .duration("interval", standing.interval());
    standing.agent().ifPresent(agent -> line.text("agent", agent));
  }

  private static Line write(HostBeat.Pressure pressure) {
    return new Line()
        .number("cpu", pressure.cpu())
        .number("memory", pressure.memory())
        .number("memoryFull", pressure.memoryFull())
        .number("io", pressure.io())
        .number("ioFull", pressure.ioFull());
  }
}
