package io.ballast.scheduler.core.balance;

import io.ballast.messages.Bytes;
import io.ballast.messages.Decision.PlannedMove;
import io.ballast.messages.HostId;
import io.ballast.messages.LocalDisks;
import io.ballast.messages.Vm;
import io.ballast.scheduler.core.policy.Metric;
import io.ballast.scheduler.core.view.Variance;
import java.util.Optional;

/**
 * An active virtual machine and what it takes of a host.
 *
 * @param appetite processors that it would use
 * @param held memory that it holds now
 * @param room memory that a target must have for it: all that it was given, or more if it holds
 *     more
 * @param variance how far what it uses may be off
 * @param local its disks that no other host reaches; absent = none, as far as is known
 */
record Guest(
    Vm vm, double appetite, Bytes held, Bytes room, Variance variance, Optional<LocalDisks> local) {
  /** One all of whose disks other hosts reach. */
  Guest(Vm vm, double appetite, Bytes held, Bytes room, Variance variance) {
    this(vm, appetite, held, room, variance, Optional.empty());
  }

  static Guest of(Vm vm, Appetite appetite, Variance variance, Optional<LocalDisks> local) {
    Bytes held = vm.resident().equals(Bytes.ZERO) ? vm.memory() : vm.resident();
    Bytes room = held.compareTo(vm.memory()) > 0 ? held : vm.memory();
    return new Guest(vm, appetite.of(vm), held, room, variance, local);
  }

  /** What a move of it sends: its memory, and what its local disks hold. */
  Bytes sent() {
    return local.map(disks -> held.plus(disks.allocated())).orElse(held);
  }

  /** A move of it, of no wave yet, and its local disks with it. */
  PlannedMove move(HostId from, HostId to, String why) {
    String copying = local.map(disks -> "; copies " + disks).orElse("");
    return new PlannedMove(vm.id(), vm.name(), from, to, 1, why + copying, local);
  }

  /** The variance of what it takes along of a metric, relative to the square of that. */
  double relativeVariance(Metric metric) {
    return switch (metric) {
      case CPU, LOAD -> appetite == 0 ? 0 : variance.cpu() / (appetite * appetite);
      case MEMORY -> variance.memory() / Math.max(1, held.toMiB() * held.toMiB());
    };
  }
}
