package io.ballast.scheduler.core.follow;

import io.ballast.messages.Fleet;
import io.ballast.messages.HostBeat;
import io.ballast.messages.Vm;
import io.ballast.messages.VmId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Where a machine is.
 *
 * @param runs whether it is active there, or only defined
 */
record Home(Fleet.Host host, boolean runs) {
  /** Where machines are; without those of which that is in doubt. */
  static Map<VmId, Home> of(List<Fleet.Host> hosts, Set<VmId> vms) {
    Map<VmId, List<Home>> known = new HashMap<>();
    Set<VmId> lost = new HashSet<>();
    for (Fleet.Host host : hosts) {
      for (Vm vm : host.beat().vms()) {
        if (!vms.contains(vm.id())) {
          continue;
        }
        if (host.status() == Fleet.Status.SILENT) {
          lost.add(vm.id()); // no home of what runs elsewhere, but perhaps of what runs nowhere
        } else {
          known
              .computeIfAbsent(vm.id(), id -> new ArrayList<>(1))
              .add(new Home(host, vm.state().active()));
        }
      }
    }
    Map<VmId, Home> homes = new HashMap<>();
    known.forEach(
        (vm, all) -> {
          List<Home> active = all.stream().filter(Home::runs).toList();
          List<Home> meant = active.isEmpty() && !lost.contains(vm) ? all : active;
          if (meant.size() == 1) {
            homes.put(vm, meant.getFirst());
          }
        });
    return homes;
  }

  /** Whether what its host says of it is true now. */
  boolean isSure() {
    return isSure(host);
  }

  /** Whether a host tells now what it runs. */
  static boolean isSure(Fleet.Host host) {
    return host.status() == Fleet.Status.UP
        && host.beat().hypervisor().health() == HostBeat.Health.ANSWERING;
  }
}
