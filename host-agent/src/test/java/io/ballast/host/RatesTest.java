package io.ballast.host;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ballast.host.Rates.Sample;
import io.ballast.host.meter.HostMeter.LinkCounters;
import io.ballast.host.meter.HostMeter.Reading;
import io.ballast.host.trade.Domain;
import io.ballast.messages.Bytes;
import io.ballast.messages.HostBeat.LinkTraffic;
import io.ballast.messages.HostBeat.Load;
import io.ballast.messages.Vm;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class RatesTest {
  private static final VmId WEB = VmId.of("11111111-1111-1111-1111-111111111111");

  @Test
  void ratesAreGrowthDividedByTime() {
    Vm vm =
        only(
            sample(0, domain(VmState.RUNNING, 10.0, 1000)),
            sample(1, domain(VmState.RUNNING, 10.3, 1500)),
            sample(2, domain(VmState.RUNNING, 10.6, 3000)));

    assertEquals(0.3, vm.cpus(), 1e-9);
    assertEquals(new Bytes(1000), vm.traffic().read());
    assertEquals(new Bytes(2000), vm.traffic().written());
    assertEquals(new Bytes(3000), vm.traffic().received());
    assertEquals(new Bytes(4000), vm.traffic().sent());
  }

  @Test
  void aVmThatHasJustArrivedHasNoRatesYet() {
    Vm vm = only(sample(0), sample(1, domain(VmState.RUNNING, 50, 9000)));

    assertEquals(0, vm.cpus());
    assertEquals(Vm.Traffic.NONE, vm.traffic());
  }

  @Test
  void aVmThatRestartedIsMeasuredFromItsRestartOn() {
    Vm restarted =
        only(
            sample(0, domain(VmState.RUNNING, 50, 9000)),
            sample(1, domain(VmState.RUNNING, 0.1, 100)));
    Vm later =
        only(
            sample(0, domain(VmState.RUNNING, 50, 9000)),
            sample(1, domain(VmState.RUNNING, 0.1, 100)),
            sample(2, domain(VmState.RUNNING, 0.6, 100)));

    assertEquals(0, restarted.cpus());
    assertEquals(Vm.Traffic.NONE, restarted.traffic());
    assertEquals(0.5, later.cpus(), 1e-9);
  }

  @Test
  void aCounterThatFallsHasNoRateAndAllOthersHave() {
    Vm vm =
        only(
            sample(0, domain(VmState.RUNNING, 1, counters(100, 900, 900, 100))),
            sample(1, domain(VmState.RUNNING, 2, counters(200, 10, 800, 300))),
            sample(2, domain(VmState.RUNNING, 3, counters(300, 20, 700, 500))));

    assertEquals(1, vm.cpus(), 1e-9);
    assertEquals(new Bytes(100), vm.traffic().read());
    assertEquals(new Bytes(10), vm.traffic().written(), "since it fell");
    assertEquals(Bytes.ZERO, vm.traffic().received(), "it falls each time");
    assertEquals(new Bytes(200), vm.traffic().sent());
  }

  @Test
  void countersAtTheEndOfTheirRangeAreRatesToo() {
    Vm vm =
        only(
            sample(0, domain(VmState.RUNNING, 1, counters(0, Long.MAX_VALUE, 5, 5))),
            sample(1, domain(VmState.RUNNING, 2, counters(Long.MAX_VALUE, 0, 5, 5))));

    assertEquals(1, vm.cpus(), 1e-9);
    assertEquals(Long.MAX_VALUE, vm.traffic().read().value());
    assertEquals(Bytes.ZERO, vm.traffic().written());
  }

  @Test
  void aLinkThatBeganAnewIsMeasuredFromThereOn() {
    Load load = load(List.of(reading(0, 1, 0, 5000), reading(1, 1, 0, 10), reading(2, 1, 0, 110)));

    assertEquals(new LinkTraffic("eth0", new Bytes(100), new Bytes(200)), load.links().getLast());
  }

  @Test
  void cpuTimeThatFallsBecauseAProcessorLeftIsMeasuredFromThereOn() {
    assertEquals(
        0.5,
        load(List.of(reading(0, 1, 900, 0), reading(1, 1, 10, 0), reading(2, 1, 10.5, 0))).cpu(),
        1e-9);
    assertEquals(
        1,
        load(List.of(hugeReading(0, 0), hugeReading(1, Long.MAX_VALUE))).cpu(),
        "what no machine can do counts as all of it");
  }

  private static Reading hugeReading(double second, long cpuSeconds) {
    Reading like = reading(second, 1, 0, 0);
    return new Reading(
        like.at(),
        1,
        Duration.ofSeconds(cpuSeconds),
        like.memory(),
        like.memoryUsed(),
        like.averages(),
        Optional.empty(),
        Map.of(),
        Bytes.ZERO);
  }

  @Test
  void aVmThatStoppedUsesNothing() {
    Vm vm =
        only(
            sample(0, domain(VmState.RUNNING, 10, 100)),
            sample(1, domain(VmState.SHUT_OFF, 10.5, 100)));

    assertEquals(0, vm.cpus());
  }

  @Test
  void withoutTimeThereAreNoRates() {
    assertEquals(
        0,
        only(
                sample(1, domain(VmState.RUNNING, 10, 100)),
                sample(1, domain(VmState.RUNNING, 11, 100)))
            .cpus());
  }

  @Test
  void utilisationIsRelativeToTheProcessorsThatThereAre() {
    Load half = load(List.of(reading(0, 0.5, 10, 0), reading(2, 0.5, 10.5, 0)));
    Load full = load(List.of(reading(0, 0.5, 10, 0), reading(2, 0.5, 11.2, 0)));
    Load two = load(List.of(reading(0, 2, 10, 0), reading(2, 2, 11, 0)));

    assertEquals(0.5, half.cpu(), 1e-9);
    assertEquals(1, full.cpu());
    assertEquals(0.25, two.cpu(), 1e-9);
  }

  @Test
  void aSingleReadingHasNoUtilisation() {
    assertEquals(0, load(List.of(reading(0, 1, 10, 5))).cpu());
  }

  @Test
  void linksAreListedByNameWithTheirRates() {
    Load load = load(List.of(reading(0, 1, 0, 100), reading(2, 1, 0, 300)));

    assertEquals(
        List.of(
            new LinkTraffic("br0", new Bytes(0), new Bytes(0)),
            new LinkTraffic("eth0", new Bytes(100), new Bytes(200))),
        load.links());
  }

  @Test
  void aLinkThatIsNewHasNoRatesYet() {
    Reading before = reading(0, 1, 0, 100);
    Reading without =
        new Reading(
            before.at(),
            1,
            before.cpuUsed(),
            before.memory(),
            before.memoryUsed(),
            before.averages(),
            Optional.empty(),
            Map.of(),
            Bytes.ZERO);

    Load load = load(List.of(without, reading(2, 1, 0, 300)));

    assertEquals(new LinkTraffic("eth0", Bytes.ZERO, Bytes.ZERO), load.links().getLast());
  }

  @Test
  void aWindowReachesBackOverItsLengthAndKeepsTwoAtLeast() {
    Window<Integer> window = new Window<>(Duration.ofSeconds(3), RatesTest::secondsBetween);

    for (int second : List.of(0, 1, 2, 3, 4, 5)) {
      window.add(second);
    }
    assertEquals(List.of(2, 3, 4, 5), window.values());

    window.add(60);
    assertEquals(List.of(5, 60), window.values());
  }

  private static Duration secondsBetween(int from, int to) {
    return Duration.ofSeconds(to - from);
  }

  private static Load load(List<Reading> window) {
    return Rates.load(window, Optional.empty(), Optional.empty());
  }

  private static Vm only(Sample... window) {
    return Rates.vms(List.of(window)).getFirst();
  }

  private static Sample sample(long second, Domain... domains) {
    return new Sample(Duration.ofSeconds(second), List.of(domains));
  }

  private static Domain.Counters counters(long read, long written, long received, long sent) {
    return new Domain.Counters(
        new Bytes(read), new Bytes(written), new Bytes(received), new Bytes(sent));
  }

  private static Domain domain(VmState state, double cpuSeconds, long bytes) {
    return domain(state, cpuSeconds, counters(bytes, 2 * bytes, 3 * bytes, 4 * bytes));
  }

  private static Domain domain(VmState state, double cpuSeconds, Domain.Counters counters) {
    return new Domain(
        WEB,
        "web",
        state,
        2,
        Duration.ofNanos(Math.round(cpuSeconds * 1e9)),
        Bytes.ofMiB(64),
        Bytes.ofMiB(32),
        true,
        counters,
        false);
  }

  private static Reading reading(double second, double cpus, double cpuSeconds, long bytes) {
    return new Reading(
        Duration.ofNanos(Math.round(second * 1e9)),
        cpus,
        Duration.ofNanos(Math.round(cpuSeconds * 1e9)),
        Bytes.ofMiB(1000),
        Bytes.ofMiB(400),
        List.of(1.0, 0.5, 0.25),
        Optional.empty(),
        Map.of(
            "eth0", new LinkCounters(new Bytes(bytes), new Bytes(2 * bytes)),
            "br0", new LinkCounters(Bytes.ZERO, Bytes.ZERO)),
        Bytes.ZERO);
  }
}
