package io.ballast.ops.snapshot;

import static io.ballast.ops.screen.SampleFleet.NOW;
import static io.ballast.ops.screen.SampleFleet.idOf;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ballast.messages.Bytes;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostBeat;
import io.ballast.messages.HostId;
import io.ballast.messages.Pulse;
import io.ballast.messages.Vm;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import io.ballast.scheduler.core.view.ClusterView;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Whatever the fleet, its picture comes back as it was, and shows what the scheduler saw. */
final class SnapshotRoundTripTest {
  private static final Instant LATER = NOW.plusSeconds(86_400);

  @Property(tries = 300)
  void aPictureComesBackFromItsFile(@ForAll long seed) throws IOException {
    Snapshot taken = Snapshot.of(fleet(seed), "lab");

    assertEquals(taken, SnapshotTest.reread(taken));
  }

  @Property(tries = 300)
  void aPictureShowsWhatTheSchedulerSaw(@ForAll long seed) throws IOException {
    Fleet fleet = fleet(seed);
    ClusterView kept = SnapshotTest.reread(Snapshot.of(fleet, "lab")).view(LATER);

    List<Fleet.Host> live =
        fleet.hosts().stream()
            .filter(host -> host.beat().pulse().cluster().equals("lab"))
            .sorted(Comparator.comparing(Fleet.Host::id))
            .toList();
    assertEquals(
        live.stream().map(Seen::of).toList(), kept.hosts().stream().map(Seen::of).toList());
    for (int i = 0; i < live.size(); i++) {
      assertEquals(age(live.get(i), NOW).toMillis(), age(kept.hosts().get(i), LATER).toMillis());
    }
    assertEquals(onOneHost(live), onOneHost(kept.hosts()));
  }

  /** What counts of a host, apart from its age and its virtual machines. */
  private record Seen(
      HostId id,
      Fleet.Status status,
      HostBeat.Health health,
      HostBeat.Capacity capacity,
      List<Double> shares,
      Bytes used,
      Optional<HostBeat.Pressure> pressure,
      Duration interval,
      String version,
      List<VmId> active) {
    static Seen of(Fleet.Host host) {
      HostBeat beat = host.beat();
      HostBeat.Load load = beat.load();
      return new Seen(
          host.id(),
          host.status(),
          beat.hypervisor().health(),
          beat.capacity(),
          List.of(load.cpu(), load.average1(), load.average5(), load.average15()),
          load.memoryUsed(),
          load.pressure(),
          beat.pulse().interval(),
          beat.pulse().version(),
          inMemory(host).map(Vm::id).sorted().toList());
    }
  }

  private static Stream<Vm> inMemory(Fleet.Host host) {
    return host.beat().vms().stream().filter(vm -> vm.state().active());
  }

  private static Duration age(Fleet.Host host, Instant now) {
    return Duration.between(host.heardAt(), now).plus(host.beat().loadAge());
  }

  /** The virtual machines that are in memory of one host only: they come back in full. */
  private static List<Vm> onOneHost(List<Fleet.Host> hosts) {
    return hosts.stream()
        .flatMap(SnapshotRoundTripTest::inMemory)
        .collect(Collectors.groupingBy(Vm::id))
        .values()
        .stream()
        .filter(copies -> copies.size() == 1)
        .map(List::getFirst)
        .sorted(Comparator.comparing(Vm::id))
        .toList();
  }

  // ---- any fleet

  private static Fleet fleet(long seed) {
    Random random = new Random(seed);
    List<Fleet.Host> hosts =
        IntStream.rangeClosed(0, random.nextInt(6)).mapToObj(i -> host("h" + i, random)).toList();
    return new Fleet(NOW, hosts, List.of(), List.of(), List.of());
  }

  private static Fleet.Host host(String name, Random random) {
    Instant made = NOW.plusMillis(random.nextInt(100_000) - 50_000);
    String cluster = name.equals("h0") || random.nextInt(4) > 0 ? "lab" : "other";
    HostBeat beat =
        new HostBeat(
            new Pulse(
                new HostId(name),
                cluster,
                1 + random.nextInt(9),
                1 + random.nextInt(99),
                made,
                Duration.ofMillis(1 + random.nextInt(86_400_000)),
                "1." + random.nextInt(9)),
            new HostBeat.Capacity(
                0.1 + random.nextDouble() * 64, bytes(random).plus(Bytes.ofKiB(1))),
            load(made, random),
            new HostBeat.Hypervisor(
                one(HostBeat.Health.values(), random),
                maybe(random, made.minusMillis(random.nextInt(9_000))),
                "qemu+tcp://" + name + "/system"),
            vms(random),
            List.of(),
            Optional.empty());
    return new Fleet.Host(
        beat,
        one(Fleet.Status.values(), random),
        NOW.minusMillis(random.nextInt(100_000)),
        Optional.empty(),
        Optional.empty());
  }

  private static HostBeat.Load load(Instant made, Random random) {
    return new HostBeat.Load(
        random.nextDouble(),
        bytes(random),
        random.nextDouble() * 99,
        random.nextInt(9),
        random.nextDouble(),
        maybe(
            random,
            new HostBeat.Pressure(
                random.nextDouble(), 0, 1, random.nextDouble(), random.nextDouble())),
        List.of(new HostBeat.LinkTraffic("eth0", bytes(random), bytes(random))),
        maybe(random, made.minusMillis(random.nextInt(99_000))),
        maybe(random, "no /proc"));
  }

  private static List<Vm> vms(Random random) {
    List<Vm> vms = new ArrayList<>();
    for (int number = 0; number < 20; number++) {
      if (random.nextInt(4) == 0) {
        vms.add(
            new Vm(
                idOf("vm" + number),
                "vm \u00e9\"" + number,
                one(VmState.values(), random),
                1 + random.nextInt(64),
                random.nextDouble() * random.nextInt(9),
                bytes(random),
                bytes(random),
                random.nextBoolean()
                    ? Vm.Traffic.NONE
                    : new Vm.Traffic(bytes(random), bytes(random), bytes(random), bytes(random))));
      }
    }
    return vms;
  }

  /** Odd amounts, whole ones, and none. */
  private static Bytes bytes(Random random) {
    return switch (random.nextInt(3)) {
      case 0 -> new Bytes(random.nextLong(1L << 45));
      case 1 -> Bytes.ofMiB(random.nextInt(1_000_000));
      case 2 -> Bytes.ZERO;
      default -> throw new AssertionError();
    };
  }

  private static <T> T one(T[] of, Random random) {
    return of[random.nextInt(of.length)];
  }

  private static <T> Optional<T> maybe(Random random, T value) {
    return random.nextBoolean() ? Optional.of(value) : Optional.empty();
  }
}
