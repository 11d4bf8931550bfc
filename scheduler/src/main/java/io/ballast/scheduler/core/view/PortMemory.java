package io.ballast.scheduler.core.view;

import io.ballast.messages.HostId;
import io.ballast.messages.Mac;
import io.ballast.messages.Port;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Which ports hosts keep, as they last said, also to an earlier life of the scheduler: the word of
 * a host that died since is heard from nobody else. Immutable; what changes nothing leaves it the
 * same object.
 */
public final class PortMemory {
  public static final PortMemory EMPTY = of(Map.of());

  private final SortedMap<HostId, List<Port>> byHost;

  private PortMemory(SortedMap<HostId, List<Port>> byHost) {
    this.byHost = Collections.unmodifiableSortedMap(byHost);
  }

  /** What an earlier life remembered. */
  public static PortMemory of(Map<HostId, List<Port>> byHost) {
    return new PortMemory(new TreeMap<>(byHost));
  }

  /** All of it, by host name. */
  public SortedMap<HostId, List<Port>> byHost() {
    return byHost;
  }

  /** After the word of a host. */
  public PortMemory after(HostId host, List<Port> ports) {
    if (ports.equals(byHost.getOrDefault(host, List.of()))) {
      return this;
    }
    SortedMap<HostId, List<Port>> next = new TreeMap<>(byHost);
    if (ports.isEmpty()) {
      next.remove(host);
    } else {
      next.put(host, List.copyOf(ports));
    }
    return new PortMemory(next);
  }

  /** As if a host had never said anything. */
  public PortMemory without(HostId host) {
    return after(host, List.of());
  }

  /** The part of hosts that were not heard. */
  public SortedMap<HostId, List<Port>> unheard(Predicate<HostId> isHeard) {
    SortedMap<HostId, List<Port>> unheard = new TreeMap<>();
    byHost.forEach(
        (host, ports) -> {
          if (!isHeard.test(host)) {
            unheard.put(host, ports);
          }
        });
    return unheard;
  }

  /**
   * Without what hosts that were not heard keep for cards for which one that was heard keeps a
   * port: that is the older word. If such a host is heard again, its own word counts again.
   */
  public PortMemory settled(Predicate<HostId> isHeard) {
    SortedMap<HostId, List<Port>> unheard = unheard(isHeard);
    if (unheard.isEmpty()) {
      return this;
    }
    Set<Mac> kept = new HashSet<>();
    byHost.forEach(
        (host, ports) -> {
          if (!unheard.containsKey(host)) {
            ports.forEach(port -> kept.add(port.card()));
          }
        });
    PortMemory next = this;
    for (Map.Entry<HostId, List<Port>> each : unheard.entrySet()) {
      next =
          next.after(
              each.getKey(),
              each.getValue().stream().filter(port -> !kept.contains(port.card())).toList());
    }
    return next;
  }
}
