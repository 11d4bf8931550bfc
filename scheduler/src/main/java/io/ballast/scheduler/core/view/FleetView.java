package io.ballast.scheduler.core.view;

import io.ballast.messages.Beat;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostBeat;
import io.ballast.messages.HostId;
import io.ballast.messages.NetBeat;
import io.ballast.messages.StorageBeat;
import io.ballast.messages.Vm;
import io.ballast.messages.VmId;
import io.ballast.scheduler.core.watch.Liveness;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * What the fleet last said of itself: the newest beat of every agent. Immutable; each beat makes
 * the next view.
 *
 * <p>It holds no belief of its own: who is up and who is silent is {@link Liveness}'s to say.
 */
public final class FleetView {
  /** Of a fleet that was not heard yet. */
  public static final FleetView EMPTY = new FleetView(sorted(), sorted(), sorted());

  private final SortedMap<HostId, Heard<HostBeat>> hosts;
  private final SortedMap<HostId, Heard<StorageBeat>> storages;
  private final SortedMap<HostId, Heard<NetBeat>> nets;

  private FleetView(
      SortedMap<HostId, Heard<HostBeat>> hosts,
      SortedMap<HostId, Heard<StorageBeat>> storages,
      SortedMap<HostId, Heard<NetBeat>> nets) {
    this.hosts = hosts;
    this.storages = storages;
    this.nets = nets;
  }

  /**
   * Whether a beat that came at {@code now} says something new: it is neither a repeated one, nor
   * one that was overtaken, nor one of an earlier life.
   */
  public boolean isNews(Beat beat, Instant now) {
    return switch (beat) {
      case HostBeat host -> isNews(hosts, host, now);
      case StorageBeat storage -> isNews(storages, storage, now);
      case NetBeat net -> isNews(nets, net, now);
    };
  }

  /** Whether a beat shows that an agent lives, be it the one that is believed or another. */
  public boolean isLively(Beat beat) {
    return switch (beat) {
      case HostBeat host -> isLively(hosts, host);
      case StorageBeat storage -> isLively(storages, storage);
      case NetBeat net -> isLively(nets, net);
    };
  }

  /** The view after a beat that came at {@code now}; this same view if the beat says nothing. */
  public FleetView after(Beat beat, Instant now) {
    if (!isLively(beat)) {
      return this;
    }
    return switch (beat) {
      case HostBeat host -> new FleetView(with(hosts, host, now), storages, nets);
      case StorageBeat storage -> new FleetView(hosts, with(storages, storage, now), nets);
      case NetBeat net -> new FleetView(hosts, storages, with(nets, net, now));
    };
  }

  /** The last beats of all host agents, by host name. */
  public SortedMap<HostId, Heard<HostBeat>> hosts() {
    return hosts;
  }

  /** The last beat of a host's agent. */
  public Optional<Heard<HostBeat>> host(HostId id) {
    return Optional.ofNullable(hosts.get(id));
  }

  /** The last beat of a host's storage agent. */
  public Optional<Heard<StorageBeat>> storage(HostId id) {
    return Optional.ofNullable(storages.get(id));
  }

  /** The last beats of all storage agents, by host name. */
  public SortedMap<HostId, Heard<StorageBeat>> storages() {
    return storages;
  }

  /** The last beat of a host's network agent. */
  public Optional<Heard<NetBeat>> net(HostId id) {
    return Optional.ofNullable(nets.get(id));
  }

  /** The last beats of all network agents, by host name. */
  public SortedMap<HostId, Heard<NetBeat>> nets() {
    return nets;
  }

  /** The view as if a host had never been heard. */
  public FleetView without(HostId host) {
    return new FleetView(without(hosts, host), without(storages, host), without(nets, host));
  }

  /** Every host as the fleet's picture shows it, sorted by name. */
  public List<Fleet.Host> picture(Function<HostId, Fleet.Status> status) {
    List<Fleet.Host> picture = new ArrayList<>(hosts.size());
    hosts.forEach(
        (id, heard) ->
            picture.add(
                new Fleet.Host(
                    heard.beat(),
                    status.apply(id),
                    heard.at(),
                    storage(id).map(Heard::beat),
                    net(id).map(Heard::beat))));
    return picture;
  }

  /** The hosts of each cluster, sorted by the cluster's name. */
  public List<ClusterView> clusters(Function<HostId, Fleet.Status> status) {
    SortedMap<String, List<Fleet.Host>> clusters = new TreeMap<>();
    for (Fleet.Host host : picture(status)) {
      clusters.computeIfAbsent(host.beat().pulse().cluster(), name -> new ArrayList<>()).add(host);
    }
    return clusters.entrySet().stream()
        .map(cluster -> new ClusterView(cluster.getKey(), cluster.getValue()))
        .toList();
  }

  /** Where a virtual machine is known, running or not, sorted by host name. */
  public List<Place> places(VmId vm) {
    List<Place> places = new ArrayList<>(1);
    for (Heard<HostBeat> heard : hosts.values()) {
      for (Vm known : heard.beat().vms()) {
        if (known.id().equals(vm)) {
          places.add(new Place(heard.beat().pulse().host(), known));
        }
      }
    }
    return places;
  }

  /**
   * When the hypervisor of a host was last looked at, by the scheduler's clock: the arrival of the
   * beat less the age of its sample, both of whose ends are of the host's clock. Empty while it
   * does not answer.
   */
  Optional<Instant> sampledAt(HostId host) {
    return host(host)
        .filter(heard -> heard.beat().hypervisor().health() == HostBeat.Health.ANSWERING)
        .flatMap(
            heard ->
                heard
                    .beat()
                    .hypervisor()
                    .sampledAt()
                    .map(sampled -> Duration.between(sampled, heard.beat().pulse().at()))
                    .map(age -> age.isNegative() ? heard.at() : heard.at().minus(age)));
  }

  /** Whether the hypervisor of a host was looked at after a moment. */
  public boolean isSampledAfter(HostId host, Instant moment) {
    return sampledAt(host).map(moment::isBefore).orElse(false);
  }

  /** A virtual machine on a host. */
  public record Place(HostId host, Vm vm) {}

  private static <B extends Beat> boolean isNews(
      SortedMap<HostId, Heard<B>> known, B beat, Instant now) {
    Heard<B> before = known.get(beat.pulse().host());
    return before == null || before.yieldsTo(beat, now);
  }

  private static <B extends Beat> boolean isLively(SortedMap<HostId, Heard<B>> known, B beat) {
    Heard<B> before = known.get(beat.pulse().host());
    return before == null || before.isLiveliedBy(beat);
  }

  private static <B extends Beat> SortedMap<HostId, Heard<B>> with(
      SortedMap<HostId, Heard<B>> known, B beat, Instant now) {
    TreeMap<HostId, Heard<B>> next = new TreeMap<>(known);
    next.merge(
        beat.pulse().host(), new Heard<>(beat, now), (before, first) -> before.after(beat, now));
    return Collections.unmodifiableSortedMap(next);
  }

  private static <B extends Beat> SortedMap<HostId, Heard<B>> without(
      SortedMap<HostId, Heard<B>> known, HostId host) {
    TreeMap<HostId, Heard<B>> next = new TreeMap<>(known);
    next.remove(host);
    return Collections.unmodifiableSortedMap(next);
  }

  private static <B extends Beat> SortedMap<HostId, Heard<B>> sorted() {
    return Collections.emptySortedMap();
  }
}
