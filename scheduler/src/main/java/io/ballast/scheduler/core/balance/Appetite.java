package io.ballast.scheduler.core.balance;

import io.ballast.messages.HostBeat;
import io.ballast.messages.Vm;
import io.ballast.messages.VmState;
import io.ballast.scheduler.core.policy.Metric;

/**
 * How much CPU a virtual machine would use if its host had enough: at least what it uses.
 *
 * <p>A saturated host hides what its guests want. The kernel shares its processors evenly, so a
 * guest with less than the largest share gets all that it wants and shows it; those with the
 * largest share may want more. How much more nobody can say before they have moved; here they are
 * given up to twice what they show:
 *
 * <pre>appetite = min(vcpus, cpus * (1 + waited))</pre>
 *
 * <p>where {@code waited} is the share of time in which some task waited for a processor (PSI), or
 * where the kernel does not tell, the load average per CPU above 1, at most 1. It assumes guests of
 * equal CPU shares.
 */
final class Appetite {
  /** From this used share on, a host is saturated: it may hide what its guests want. */
  static final double SATURATED = 0.95;

  /** A guest with this part of the largest share per virtual processor counts as held back. */
  private static final double LARGE_SHARE = 0.8;

  private final boolean saturated;
  private final double waited;
  private final double largeShare;

  private Appetite(boolean saturated, double waited, double largeShare) {
    this.saturated = saturated;
    this.waited = waited;
    this.largeShare = largeShare;
  }

  /** Of the guests of one host. */
  static Appetite on(HostBeat beat) {
    double load = Metric.LOAD.of(beat);
    double waited =
        beat.load()
            .pressure()
            .map(HostBeat.Pressure::cpu)
            .orElseGet(() -> Math.clamp(load - 1, 0, 1));
    double largest = beat.vms().stream().mapToDouble(Appetite::share).max().orElse(0);
    return new Appetite(isSaturated(beat), waited, largest * LARGE_SHARE);
  }

  /** Whether the host has no processor time left. */
  static boolean isSaturated(HostBeat beat) {
    return beat.load().cpu() >= SATURATED;
  }

  /** In processors, at least what the guest uses now. */
  double of(Vm vm) {
    boolean heldBack = saturated && vm.state() == VmState.RUNNING && share(vm) >= largeShare;
    return heldBack
        ? Math.max(vm.cpus(), Math.min(vm.vcpus(), vm.cpus() * (1 + waited)))
        : vm.cpus();
  }

  private static double share(Vm vm) {
    return vm.cpus() / vm.vcpus();
  }
}
