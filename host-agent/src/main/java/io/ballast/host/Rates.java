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
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * What is going on now, from counters that only grow: growth divided by time.
 *
 * <p>Each rate is taken over the longest stretch of the given window in which its counter was told
 * and did not fall. A counter that fell began anew, and has grown by nothing yet. A VM whose CPU
 * time fell, or which was off, was restarted or has just arrived, and so have all its counters.
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
    List<Sight> life = life(now, window);
    return new Vm(
        now.id(),
        now.name(),
        now.state(),
        now.vcpus(),
        perSecond(life, sight -> seconds(sight.domain().cpuTime())),
        now.memory(),
        now.resident(),
        new Traffic(
            traffic(life, Domain.Counters::read),
            traffic(life, Domain.Counters::written),
            traffic(life, Domain.Counters::received),
            traffic(life, Domain.Counters::sent)));
  }

  /** A domain at one moment. */
  private record Sight(Duration at, Domain domain) implements Timed {}

  /** What was seen of a domain since it was started here, the latest first. */
  private static List<Sight> life(Domain now, List<Sample> window) {
    List<Sight> life = new ArrayList<>();
    Domain later = now;
    for (Sample sample : window.reversed()) {
      Optional<Domain> earlier = sample.domain(now);
      if (earlier.isEmpty() || isRestart(earlier.get(), later)) {
        break;
      }
      later = earlier.get();
      life.add(new Sight(sample.at(), later));
    }
    return life;
  }

  private static boolean isRestart(Domain before, Domain now) {
    return before.state().active() != now.state().active()
        || before.cpuTime().compareTo(now.cpuTime()) > 0;
  }

  private static Bytes traffic(List<Sight> life, Function<Domain.Counters, Bytes> counter) {
    return whole(perSecond(life, sight -> counter.apply(sight.domain().counters()).value()));
  }

  static Capacity capacity(Reading now) {
    return new Capacity(now.cpus(), now.memory());
  }

  /**
   * How busy the host is. CPU utilisation is the processor time that was used, divided by the time
   * that passed and the processors that there are; 0 with a single reading.
   *
   * @param sampledAt when the last reading was made, by the host's clock
   * @param problem why there is no later one, if it was tried
   */
  static Load load(List<Reading> window, Optional<Instant> sampledAt, Optional<String> problem) {
    Reading last = window.getLast();
    List<Moment> latestFirst = window.reversed().stream().map(Moment::new).toList();
    double used = perSecond(latestFirst, moment -> seconds(moment.reading().cpuUsed()));
    return new Load(
        Math.clamp(used / last.cpus(), 0.0, 1.0),
        last.memoryUsed(),
        last.averages().get(0),
        last.averages().get(1),
        last.averages().get(2),
        last.pressure(),
        last.links().keySet().stream().sorted().map(name -> link(name, latestFirst)).toList(),
        sampledAt,
        problem);
  }

  /** The host at one moment. */
  private record Moment(Reading reading) implements Timed {
    @Override
    public Duration at() {
      return reading.at();
    }
  }

  private static LinkTraffic link(String name, List<Moment> latestFirst) {
    List<Moment> there =
        latestFirst.stream().takeWhile(it -> it.reading().links().containsKey(name)).toList();
    return new LinkTraffic(
        name,
        whole(perSecond(there, it -> counters(it, name).received().value())),
        whole(perSecond(there, it -> counters(it, name).sent().value())));
  }

  private static LinkCounters counters(Moment moment, String link) {
    return Objects.requireNonNull(moment.reading().links().get(link));
  }

  /** Something that was so at a moment, by {@link Loop#now} or ticks like it. */
  private interface Timed {
    Duration at();
  }

  /** How fast a counter grew lately; 0 where it can't be said. */
  private static <T extends Timed> double perSecond(
      List<T> latestFirst, ToDoubleFunction<T> counter) {
    T last = latestFirst.getFirst();
    double now = counter.applyAsDouble(last);
    double from = now;
    Duration since = last.at();
    for (T earlier : latestFirst) {
      double value = counter.applyAsDouble(earlier);
      if (value > from) {
        break;
      }
      from = value;
      since = earlier.at();
    }
    double seconds = seconds(last.at().minus(since));
    return seconds <= 0 ? 0 : (now - from) / seconds;
  }

  private static Bytes whole(double bytes) {
    return new Bytes(Math.round(bytes));
  }

  private static double seconds(Duration time) {
    return time.getSeconds() + time.getNano() / 1e9;
  }
}
