package io.ballast.host;

import io.ballast.agent.Loop;
import io.ballast.host.meter.HostMeter.LinkCounters;
import io.ballast.host.meter.HostMeter.Reading;
import io.ballast.host.trade.Domain;
import io.ballast.messages.Bytes;
import io.ballast.messages.HostBeat.Capacity;
import io.ballast.messages.HostBeat.LinkTraffic;
import io.ballast.messages.HostBeat.Load;
import io.ballast.messages.Vm;
import io.ballast.messages.Vm.Traffic;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is going on now, from counters that only grow: growth divided by time.
 *
 * <p>Each rate is taken over the longest stretch of the given window in which the counter did not
 * fall. A counter falls when what it counts began anew: a VM that was restarted or has just arrived
 * has no growth yet, and its rates are 0.
 */
final class Rates {
  private Rates() {}

  /**
   * All domains at one moment.
   *
   * @param at the moment, by {@link Loop#now}
   */
  record Sample(Duration at, List<Domain> domains) {
    Sample {
      domains = List.copyOf(domains);
    }

    private Optional<Domain> domain(Domain sought) {
      return domains.stream().filter(domain -> domain.id().equals(sought.id())).findFirst();
    }
  }

  /** The domains of the last sample with their rates; {@code window} is ordered by time. */
  static List<Vm> vms(List<Sample> window) {
    return window.isEmpty()
        ? List.of()
        : window.getLast().domains().stream().map(domain -> vm(domain, window)).toList();
  }

  /** One domain of the last sample with its rates. */
  static Vm vm(Domain now, List<Sample> window) {
    Sample last = window.getLast();
    Domain before = now;
    Duration since = last.at();
    for (Sample sample : window.reversed()) {
      Optional<Domain> earlier = sample.domain(now);
      if (earlier.isEmpty() || !grew(earlier.get(), before)) {
        break;
      }
      before = earlier.get();
      since = sample.at();
    }
    double seconds = seconds(last.at().minus(since));
    Domain.Counters from = before.counters();
    Domain.Counters to = now.counters();
    return new Vm(
        now.id(),
        now.name(),
        now.state(),
        now.vcpus(),
        seconds <= 0 ? 0 : seconds(now.cpuTime().minus(before.cpuTime())) / seconds,
        now.memory(),
        now.resident(),
        new Traffic(
            perSecond(from.read(), to.read(), seconds),
            perSecond(from.written(), to.written(), seconds),
            perSecond(from.received(), to.received(), seconds),
            perSecond(from.sent(), to.sent(), seconds)));
  }

  static Capacity capacity(Reading now) {
    return new Capacity(now.cpus(), now.memory());
  }

  /**
   * How busy the host is. CPU utilisation is the processor time that was used, divided by the time
   * that passed and the processors that there are; 0 with a single reading.
   */
  static Load load(List<Reading> window) {
    Reading first = window.getFirst();
    Reading last = window.getLast();
    double seconds = seconds(last.at().minus(first.at()));
    double used = seconds(last.cpuUsed().minus(first.cpuUsed()));
    return new Load(
        seconds <= 0 ? 0 : Math.clamp(used / seconds / last.cpus(), 0.0, 1.0),
        last.memoryUsed(),
        last.averages().get(0),
        last.averages().get(1),
        last.averages().get(2),
        last.pressure(),
        last.links().entrySet().stream()
            .sorted(Map.Entry.comparingByKey(Comparator.naturalOrder()))
            .map(link -> link(link.getKey(), link.getValue(), first, seconds))
            .toList());
  }

  private static LinkTraffic link(String name, LinkCounters now, Reading first, double seconds) {
    LinkCounters before = first.links().getOrDefault(name, now);
    return new LinkTraffic(
        name,
        perSecond(before.received(), now.received(), seconds),
        perSecond(before.sent(), now.sent(), seconds));
  }

  private static boolean grew(Domain before, Domain now) {
    Domain.Counters from = before.counters();
    Domain.Counters to = now.counters();
    return before.state().active() == now.state().active()
        && before.cpuTime().compareTo(now.cpuTime()) <= 0
        && from.read().compareTo(to.read()) <= 0
        && from.written().compareTo(to.written()) <= 0
        && from.received().compareTo(to.received()) <= 0
        && from.sent().compareTo(to.sent()) <= 0;
  }

  private static Bytes perSecond(Bytes before, Bytes now, double seconds) {
    return seconds <= 0
        ? Bytes.ZERO
        : new Bytes(Math.round(now.minusOrZero(before).value() / seconds));
  }

  private static double seconds(Duration time) {
    return time.toNanos() / 1e9;
  }
}
