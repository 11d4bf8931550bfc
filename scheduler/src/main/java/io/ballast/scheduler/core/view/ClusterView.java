package io.ballast.scheduler.core.view;

import io.ballast.messages.Fleet;
import io.ballast.messages.HostId;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The hosts of one cluster as they were last heard: all that the balancer knows of the world.
 *
 * @param cluster their label
 * @param hosts sorted by id, each once
 */
public record ClusterView(String cluster, List<Fleet.Host> hosts) {
  public ClusterView {
    hosts = hosts.stream().sorted(Comparator.comparing(Fleet.Host::id)).toList();
    for (int i = 1; i < hosts.size(); i++) {
      if (hosts.get(i).id().equals(hosts.get(i - 1).id())) {
        throw new IllegalArgumentException("host " + hosts.get(i).id() + " is twice in the view");
      }
    }
  }

  /** The hosts that were declared silent. */
  public Set<HostId> silent() {
    return hosts.stream()
        .filter(host -> host.status() == Fleet.Status.SILENT)
        .map(Fleet.Host::id)
        .collect(Collectors.toSet());
  }

  /** The host of that name, if the cluster has it. */
  public Optional<Fleet.Host> host(HostId id) {
    return hosts.stream().filter(host -> host.id().equals(id)).findFirst();
  }
}
