package io.ballast.scheduler.core.balance;

import io.ballast.messages.Bytes;
import io.ballast.messages.Vm;
import io.ballast.scheduler.core.policy.Metric;
import io.ballast.scheduler.core.view.Variance;

/**
 * An active virtual machine and what it takes of a host.
 *
 * @param appetite processors that it would use
 * @param held memory that it holds now
 * @param room memory that a target must have for it: all that it was given, or more if it holds
 *     more
 * @param variance how far what it uses may be off
 */
record Guest(Vm vm, double appetite, Bytes held, Bytes room, Variance variance) {
  static Guest of(Vm vm, Appetite appetite, Variance variance) {
    Bytes held = vm.resident().equals(Bytes.ZERO) ? vm.memory() : vm.resident();
    Bytes room = held.compareTo(vm.memory()) > 0 ? held : vm.memory();
    return new Guest(vm, appetite.of(vm), held, room, variance);
  }

  /** The variance of what it takes along of a metric, relative to the square of that. */
  double relativeVariance(Metric metric) {
    return switch (metric) {
      case CPU, LOAD -> appetite == 0 ? 0 : variance.cpu() / (appetite * appetite);
      case MEMORY -> variance.memory() / Math.max(1, held.toMiB() * held.toMiB());
    };
  }
}
