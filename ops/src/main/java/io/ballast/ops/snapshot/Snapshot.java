package io.ballast.ops.snapshot;

import io.ballast.messages.Fleet;
import io.ballast.messages.HostId;
import io.ballast.messages.VmId;
import io.ballast.ops.config.Similar;
import io.ballast.scheduler.core.view.ClusterView;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A picture of one cluster at one moment: its hosts, and the virtual machines that are on them.
 * Each is there once, and each virtual machine on a host that is there. Whether they fit on their
 * hosts is not asked.
 *
 * @param hosts in the order of the file, 1 to {@value #MOST_HOSTS}, by their ids
 * @param guests the virtual machines in the order of the file, at most {@value #MOST_GUESTS}, by
 *     their ids
 */
public record Snapshot(
    Header header, SequencedMap<HostId, Host> hosts, SequencedMap<VmId, Guest> guests) {
  /** So many hosts a picture has at most. */
  public static final int MOST_HOSTS = 100_000;

  /** So many virtual machines a picture has at most. */
  public static final int MOST_GUESTS = 1_000_000;

  public Snapshot {
    if (hosts.isEmpty()) {
      throw new IllegalArgumentException("there is no host; a picture has at least one");
    }
    if (hosts.size() > MOST_HOSTS) {
      throw new IllegalArgumentException(tooMany(MOST_HOSTS, "host"));
    }
    if (guests.size() > MOST_GUESTS) {
      throw new IllegalArgumentException(tooMany(MOST_GUESTS, "VM"));
    }
    hosts = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(hosts));
    guests = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(guests));
    for (Map.Entry<HostId, Host> host : hosts.entrySet()) {
      if (!host.getValue().id().equals(host.getKey())) {
        throw new IllegalArgumentException(host.getValue().id() + " stands at " + host.getKey());
      }
    }
    for (Map.Entry<VmId, Guest> guest : guests.entrySet()) {
      if (!guest.getValue().vm().id().equals(guest.getKey())) {
        throw new IllegalArgumentException(guest.getValue().id() + " stands at " + guest.getKey());
      }
      checkPlaces(guest.getValue(), hosts.keySet());
    }
  }

  /** A picture of these hosts and virtual machines; one that is there twice is refused. */
  public static Snapshot of(Header header, Collection<Host> hosts, Collection<Guest> guests) {
    SequencedMap<HostId, Host> hostsById = new LinkedHashMap<>();
    for (Host host : hosts) {
      if (hostsById.put(host.id(), host) != null) {
        throw new IllegalArgumentException(
            "host " + host.id() + " is there twice; remove one, or give it another id");
      }
    }
    SequencedMap<VmId, Guest> guestsById = new LinkedHashMap<>();
    for (Guest guest : guests) {
      if (guestsById.put(guest.vm().id(), guest) != null) {
        throw new IllegalArgumentException(
            "VM " + guest.id() + " is there twice; remove one, or give it another id");
      }
    }
    return new Snapshot(header, hostsById, guestsById);
  }

  /** One cluster of a fleet, as a scheduler tells it; the cluster must have a host. */
  public static Snapshot of(Fleet fleet, String cluster) {
    return new LiveCluster(fleet, cluster).snapshot();
  }

  /** The cluster as a scheduler would see it if the picture had been taken at {@code now}. */
  public ClusterView view(Instant now) {
    return new Revival(this, now).view();
  }

  /** The hosts that are to be emptied. */
  public Set<HostId> emptied() {
    return hosts.values().stream()
        .filter(host -> host.state() == Host.State.DRAIN)
        .map(Host::id)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** The id by which the file knows a virtual machine, which must be one of the picture's. */
  public String idOf(VmId vm) {
    Guest guest = guests.get(vm);
    if (guest == null) {
      throw new IllegalArgumentException("the picture has no VM " + vm);
    }
    return guest.id();
  }

  /**
   * What is said of a picture as a whole.
   *
   * @param name of the picture, for people
   * @param cluster the label of its hosts
   * @param at when it was taken; absent if it was made up
   * @param seed with which it was made up; 0 if it was taken
   * @param scenario what it shows, for people
   * @param bandwidth of a link that carries migrations, in MiB/s, above 0
   */
  public record Header(
      String name,
      String cluster,
      Optional<Instant> at,
      long seed,
      String scenario,
      double bandwidth) {
    /**
     * About what a link of 10 Gbit/s carries, in MiB/s: what is taken for one of which nothing is
     * known.
     */
    public static final double USUAL_BANDWIDTH = 1100;

    public Header {
      if (name.isBlank() || cluster.isBlank()) {
        throw new IllegalArgumentException("a picture and its cluster need names");
      }
      if (!(bandwidth > 0) || Double.isInfinite(bandwidth)) {
        throw new IllegalArgumentException("a bandwidth can't be " + bandwidth + " MiB/s");
      }
    }
  }

  /** Why so many are refused. */
  static String tooMany(int most, String kind) {
    return "there are more than " + most + " " + kind + "s; leave some out";
  }

  private static void checkPlaces(Guest guest, Set<HostId> hosts) {
    checkPlace("is on", guest, guest.host(), hosts);
    for (HostId other : guest.elsewhere()) {
      checkPlace("is also on", guest, other, hosts);
    }
  }

  private static void checkPlace(String is, Guest guest, HostId place, Set<HostId> hosts) {
    if (!hosts.contains(place)) {
      throw new IllegalArgumentException(
          "VM %s %s host %s, which is none of the hosts; add that host or correct the VM%s"
              .formatted(
                  guest.id(),
                  is,
                  place,
                  Similar.hint(place.value(), hosts.stream().map(HostId::value).toList())));
    }
  }
}
