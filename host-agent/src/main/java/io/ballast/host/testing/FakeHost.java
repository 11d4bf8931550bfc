package io.ballast.host.testing;

import io.ballast.bus.RefusedException;
import io.ballast.host.meter.HostMeter.LinkCounters;
import io.ballast.host.meter.HostMeter.Reading;
import io.ballast.messages.Bytes;
import io.ballast.messages.HostBeat.Pressure;
import io.ballast.messages.HostId;
import io.ballast.messages.Reason;
import io.ballast.messages.VmId;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A fake host: its processors are shared fairly among its guests, and its load follows from that.
 *
 * <p>With a demand {@code d} and {@code c} processors each guest gets {@code min(1, c / d)} of what
 * it wants; load averages approach {@code d} with the time constants of Linux, and CPU pressure
 * approaches {@code 1 - c / d} where that is above 0.
 */
final class FakeHost {
  private static final double OWN_SHARE_OF_MEMORY = 0.05;
  private static final double[] MINUTES = {1, 5, 15};

  private final HostId id;
  private final double cpus;
  private final Bytes memory;
  private final Map<VmId, FakeDomain> domains = new LinkedHashMap<>();
  private final double[] averages = new double[MINUTES.length];
  private Duration now;
  private double cpuSeconds;
  private double pressure;
  private long received;
  private long sent;

  FakeHost(HostId id, double cpus, Bytes memory, Duration now) {
    this.id = id;
    this.cpus = cpus;
    this.memory = memory;
    this.now = now;
  }

  HostId id() {
    return id;
  }

  double cpus() {
    return cpus;
  }

  Bytes memory() {
    return memory;
  }

  Map<VmId, FakeDomain> domains() {
    return domains;
  }

  FakeDomain known(VmId vm) {
    FakeDomain domain = domains.get(vm);
    if (domain == null) {
      throw new RefusedException(Reason.UNKNOWN_VM, "no domain has the UUID " + vm);
    }
    return domain;
  }

  void advance(Duration until) {
    double seconds = until.minus(now).toNanos() / 1e9;
    if (seconds <= 0) {
      return;
    }
    double demand = domains.values().stream().mapToDouble(FakeDomain::demand).sum();
    double share = demand > cpus ? cpus / demand : 1;
    domains.values().forEach(domain -> domain.work(share, seconds));
    cpuSeconds += demand * share * seconds;
    for (int i = 0; i < MINUTES.length; i++) {
      averages[i] = approach(averages[i], demand, seconds / (60 * MINUTES[i]));
    }
    pressure = approach(pressure, 1 - share, seconds / 10);
    now = until;
  }

  private static double approach(double from, double to, double times) {
    return to + (from - to) * Math.exp(-times);
  }

  void receive(long bytes) {
    received += bytes;
  }

  void send(long bytes) {
    sent += bytes;
  }

  Reading reading() {
    Bytes guests =
        domains.values().stream()
            .filter(domain -> domain.state().active())
            .map(FakeDomain::memory)
            .reduce(Bytes.ZERO, Bytes::plus);
    Bytes used = guests.plus(new Bytes(Math.round(memory.value() * OWN_SHARE_OF_MEMORY)));
    return new Reading(
        now,
        cpus,
        Duration.ofNanos(Math.round(cpuSeconds * 1e9)),
        memory,
        used.compareTo(memory) > 0 ? memory : used,
        List.of(averages[0], averages[1], averages[2]),
        Optional.of(new Pressure(pressure, 0, 0, 0, 0)),
        Map.of("eth0", new LinkCounters(new Bytes(received), new Bytes(sent))),
        Bytes.ZERO);
  }
}
