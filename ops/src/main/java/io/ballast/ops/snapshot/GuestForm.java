package io.ballast.ops.snapshot;

import io.ballast.messages.Bytes;
import io.ballast.messages.Vm;
import io.ballast.messages.VmState;

/** The form that a virtual machine has in a snapshot file. */
final class GuestForm {
  private GuestForm() {}

  static Guest read(Item item) {
    String id = item.text("id");
    VmState state = item.choice("state", VmState.RUNNING);
    Bytes memory = item.bytes("mem", Range.MEBIBYTES);
    return new Guest(
        id,
        item.host("host"),
        new Vm(
            Guest.identity(id),
            item.textIfAny("name").orElse(id),
            state,
            item.whole("vcpus", 1),
            item.number("cpu", Range.AT_LEAST_ZERO),
            memory,
            item.bytesIfAny("resident").orElse(usuallyResident(state, memory)),
            item.itemIfAny("traffic").map(GuestForm::traffic).orElse(Vm.Traffic.NONE)),
        item.numberIfAny("dirty", Range.AT_LEAST_ZERO).orElse(0.0),
        item.hosts("elsewhere"),
        item.durationIfAny("age", Range.AGE),
        item.marks());
  }

  private static Bytes usuallyResident(VmState state, Bytes memory) {
    return state.active() ? memory : Bytes.ZERO;
  }

  private static Vm.Traffic traffic(Item item) {
    return new Vm.Traffic(
        rate(item, "read"), rate(item, "written"), rate(item, "received"), rate(item, "sent"));
  }

  private static Bytes rate(Item item, String key) {
    return item.bytesIfAny(key).orElse(Bytes.ZERO);
  }

  static Line write(Guest guest) {
    Vm vm = guest.vm();
    Line line =
        new Line()
            .text("id", guest.id())
            .text("host", guest.host().value())
            .whole("vcpus", vm.vcpus())
            .number("cpu", vm.cpus())
            .bytes("mem", vm.memory())
            .number("dirty", guest.dirty());
    if (!vm.name().equals(guest.id())) {
      line.text("name", vm.name());
    }
    if (vm.state() != VmState.RUNNING) {
      line.word("state", vm.state());
    }
    if (!vm.resident().equals(usuallyResident(vm.state(), vm.memory()))) {
      line.bytes("resident", vm.resident());
    }
    if (!vm.traffic().equals(Vm.Traffic.NONE)) {
      line.object("traffic", write(vm.traffic()));
    }
    line.texts("elsewhere", guest.elsewhere());
    guest.age().ifPresent(age -> line.duration("age", age));
    return line.marks(guest.marks());
  }

  private static Line write(Vm.Traffic traffic) {
    return new Line()
        .bytes("read", traffic.read())
        .bytes("written", traffic.written())
        .bytes("received", traffic.received())
        .bytes("sent", traffic.sent());
  }
}
