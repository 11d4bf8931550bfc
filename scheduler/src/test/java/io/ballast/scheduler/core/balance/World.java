package io.ballast.scheduler.core.balance;

import io.ballast.messages.Bytes;
import io.ballast.messages.Decision.PlannedMove;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostBeat;
import io.ballast.messages.HostId;
import io.ballast.messages.Pulse;
import io.ballast.messages.Vm;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import io.ballast.scheduler.core.view.ClusterView;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/**
 * A small fleet with physics: guests that want CPU, hosts that share what they have evenly, and a
 * load average that lags. It knows what the guests want; its beats show only what they get.
 */
public final class World {
  public static final Duration BEAT = Duration.ofSeconds(3);

  /** What a host uses for itself. */
  public static final double OWN_SHARE = 0.05;

  private final TreeMap<HostId, Box> hosts = new TreeMap<>();
  private final Map<VmId, Load> guests = new LinkedHashMap<>();
  private Instant now = Instant.parse("2025-01-01T00:00:00Z");
  private long beats;
  private Random chance = new Random(0);
  private double scatter;
  private double wander;
  private final Set<HostId> silent = new HashSet<>();

  private static final class Box {
    final double cpus;
    final Bytes memory;
    final List<Load> guests = new ArrayList<>();
    double average;

    Box(double cpus, Bytes memory) {
      this.cpus = cpus;
      this.memory = memory;
    }
  }

  private static final class Load {
    final VmId id;
    final String name;
    final int vcpus;
    final double wants;
    final Bytes memory;
    HostId host;

    /** What it wants in the last beat's interval. */
    double current;

    /** How far its demand has wandered, as a share of what it wants on average. */
    double drift;

    Load(VmId id, String name, int vcpus, double wants, Bytes memory, HostId host) {
      this.id = id;
      this.name = name;
      this.vcpus = vcpus;
      this.wants = wants;
      this.memory = memory;
      this.host = host;
      this.current = wants;
    }
  }

  public World host(String name, double cpus, Bytes memory) {
    hosts.put(new HostId(name), new Box(cpus, memory));
    return this;
  }

  public World guest(String name, String host, double wants, Bytes memory) {
    VmId id = vm(name);
    int vcpus = (int) Math.max(1, Math.ceil(wants));
    Load load = new Load(id, name, vcpus, wants, memory, new HostId(host));
    guests.put(id, load);
    box(load.host).guests.add(load);
    return this;
  }

  /** Lets a host be declared silent; what it last said stays in the view. */
  World silent(String name) {
    silent.add(new HostId(name));
    return this;
  }

  /** Lets what the guests want differ by this share from beat to beat, normally distributed. */
  World scatter(double share, long seed) {
    scatter = share;
    chance = new Random(seed);
    return this;
  }

  /**
   * Lets the demand of each guest wander: normally distributed around what it wants with this
   * deviation as a share of that, and forgotten within ten minutes (an Ornstein-Uhlenbeck process).
   */
  World wander(double share, long seed) {
    wander = share;
    chance = new Random(seed);
    guests.values().forEach(load -> load.drift = share * chance.nextGaussian());
    return this;
  }

  private void disturb() {
    if (scatter == 0 && wander == 0) {
      return;
    }
    double kept = Math.exp(-BEAT.toMillis() / 600_000.0);
    double push = wander * Math.sqrt(1 - kept * kept);
    for (Load load : guests.values()) {
      load.drift = load.drift * kept + push * chance.nextGaussian();
      double share = 1 + load.drift + scatter * chance.nextGaussian();
      load.current = Math.clamp(load.wants * share, 0, load.vcpus);
    }
  }

  public static VmId vm(String name) {
    return new VmId(UUID.nameUUIDFromBytes(name.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
  }

  public Instant now() {
    return now;
  }

  HostId hostOf(VmId vm) {
    return load(vm).host;
  }

  Bytes memoryOf(VmId vm) {
    return load(vm).memory;
  }

  private Load load(VmId vm) {
    Load load = guests.get(vm);
    if (load == null) {
      throw new IllegalArgumentException("no such guest: " + vm);
    }
    return load;
  }

  /** Lets time pass, one beat interval at a time. */
  public World pass(Duration duration) {
    for (Instant end = now.plus(duration); now.isBefore(end); now = now.plus(BEAT)) {
      disturb();
      double kept = Math.exp(-BEAT.toMillis() / 60_000.0);
      hosts.forEach((id, host) -> host.average = host.average * kept + runnable(id) * (1 - kept));
      beats++;
    }
    return this;
  }

  /** Lets load averages be as if nothing had changed for an hour. */
  World settle() {
    return pass(Duration.ofMinutes(10));
  }

  void apply(PlannedMove move) {
    Load load = load(move.vm());
    if (!load.host.equals(move.from())) {
      throw new IllegalStateException(move.name() + " is on " + load.host + ", not " + move.from());
    }
    box(move.from()).guests.remove(load);
    box(move.to()).guests.add(load);
    load.host = move.to();
  }

  /** What the guests of a host and itself want, as a share of what it has; may exceed 1. */
  double demand(HostId host) {
    return on(host).stream().mapToDouble(load -> load.wants).sum() / box(host).cpus + OWN_SHARE;
  }

  List<HostId> hosts() {
    return List.copyOf(hosts.keySet());
  }

  private Box box(HostId host) {
    Box box = hosts.get(host);
    if (box == null) {
      throw new IllegalArgumentException("no such host: " + host);
    }
    return box;
  }

  private double wanted(HostId host) {
    return on(host).stream().mapToDouble(load -> load.current).sum() + OWN_SHARE * box(host).cpus;
  }

  private double runnable(HostId host) {
    double wanted = wanted(host);
    Box box = box(host);
    if (wanted <= box.cpus) {
      return wanted;
    }
    double level = level(host);
    long waiting = on(host).stream().filter(load -> load.current > level).count();
    return wanted
        - on(host).stream().mapToDouble(load -> Math.max(0, load.current - level)).sum()
        + waiting;
  }

  /** The most that any guest of a host gets. */
  private double level(HostId host) {
    double left = box(host).cpus * (1 - OWN_SHARE);
    List<Load> loads = new ArrayList<>(on(host));
    loads.sort(Comparator.comparingDouble(load -> load.current));
    for (int i = 0; i < loads.size(); i++) {
      double fair = left / (loads.size() - i);
      if (loads.get(i).current >= fair) {
        return fair;
      }
      left -= loads.get(i).current;
    }
    return Double.MAX_VALUE;
  }

  private List<Load> on(HostId host) {
    return box(host).guests;
  }

  public ClusterView view() {
    return new ClusterView("c1", hosts.keySet().stream().map(this::beat).toList());
  }

  public Fleet.Host beat(HostId id) {
    Box box = box(id);
    double level = level(id);
    List<Vm> vms =
        on(id).stream()
            .map(
                load ->
                    new Vm(
                        load.id,
                        load.name,
                        VmState.RUNNING,
                        load.vcpus,
                        Math.min(load.current, level),
                        load.memory,
                        load.memory,
                        Vm.Traffic.NONE))
            .toList();
    Bytes used = vms.stream().map(Vm::resident).reduce(Bytes.ZERO, Bytes::plus);
    HostBeat beat =
        new HostBeat(
            new Pulse(id, "c1", 1, Math.max(1, beats), now, BEAT, "test"),
            new HostBeat.Capacity(box.cpus, box.memory),
            new HostBeat.Load(
                Math.min(1, wanted(id) / box.cpus),
                used,
                box.average,
                box.average,
                box.average,
                Optional.empty(),
                List.of()),
            new HostBeat.Hypervisor(
                HostBeat.Health.ANSWERING, Optional.of(now), "qemu+tcp://" + id + "/system"),
            vms,
            List.of(),
            Optional.empty());
    Fleet.Status status = silent.contains(id) ? Fleet.Status.SILENT : Fleet.Status.UP;
    return new Fleet.Host(beat, status, now, Optional.empty(), Optional.empty());
  }
}
