package io.ballast.scheduler.core.view;

import io.ballast.messages.Bytes;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostBeat;
import io.ballast.messages.Vm;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * The last beats of one host, for as long as the same virtual machines run there, and what they say
 * on average.
 *
 * <p>Each value counts for the time that it was measured over: from the beat before, or for one
 * interval where there is none. The beat after a guest came or went was measured partly before
 * that; it stands only until the next.
 *
 * @param beats oldest first, never empty
 * @param mixed whether the only beat is such a first one
 * @param mean the host as the newest beat shows it, with the averages of its load and of its
 *     guests' CPU
 */
record Window(List<Heard<HostBeat>> beats, boolean mixed, HostBeat mean) {
  /** So many are kept at most, whatever the rhythm. */
  private static final int MOST = 100;

  static Window of(Fleet.Host host) {
    return new Window(List.of(new Heard<>(host.beat(), host.heardAt())), false, host.beat());
  }

  /** This with one more beat; what began more than {@code length} before it is forgotten. */
  Window after(Fleet.Host host, Duration length) {
    Heard<HostBeat> heard = new Heard<>(host.beat(), host.heardAt());
    if (!running(host.beat()).equals(running(last()))) {
      return new Window(List.of(heard), true, host.beat());
    }
    List<Heard<HostBeat>> next = new ArrayList<>(mixed ? List.of() : beats);
    next.add(heard);
    Instant from = heard.at().minus(length);
    while (next.size() > 1 && (next.size() > MOST || !next.getFirst().at().isAfter(from))) {
      next.removeFirst();
    }
    return new Window(List.copyOf(next), false, mean(next));
  }

  /** When the newest beat came. */
  Instant at() {
    return beats.getLast().at();
  }

  /** The newest beat as it was told. */
  HostBeat last() {
    return beats.getLast().beat();
  }

  private static Set<VmId> running(HostBeat beat) {
    Set<VmId> running = new HashSet<>();
    for (Vm vm : beat.vms()) {
      if (vm.state() == VmState.RUNNING) {
        running.add(vm.id());
      }
    }
    return running;
  }

  private static HostBeat mean(List<Heard<HostBeat>> beats) {
    HostBeat last = beats.getLast().beat();
    if (beats.size() == 1) {
      return last;
    }
    double[] spans = spans(beats);
    Map<VmId, Double> cpus = new HashMap<>();
    for (int i = 0; i < spans.length; i++) {
      for (Vm vm : beats.get(i).beat().vms()) {
        cpus.merge(vm.id(), vm.cpus() * spans[i], Double::sum);
      }
    }
    HostBeat.Load load = last.load();
    return last.with(
        new HostBeat.Load(
            Math.min(1, mean(beats, spans, beat -> beat.load().cpu())),
            new Bytes(Math.round(mean(beats, spans, beat -> beat.load().memoryUsed().value()))),
            mean(beats, spans, beat -> beat.load().average1()),
            load.average5(),
            load.average15(),
            load.pressure(),
            load.links(),
            load.sampledAt(),
            load.problem()),
        last.vms().stream()
            .map(
                vm ->
                    vm.state() == VmState.RUNNING
                        ? vm.using(cpus.getOrDefault(vm.id(), vm.cpus()))
                        : vm)
            .toList());
  }

  private static double mean(
      List<Heard<HostBeat>> beats, double[] spans, ToDoubleFunction<HostBeat> value) {
    double sum = 0;
    for (int i = 0; i < spans.length; i++) {
      sum += value.applyAsDouble(beats.get(i).beat()) * spans[i];
    }
    return sum;
  }

  /** The time that each beat tells of, as a share of all that they tell of. */
  private static double[] spans(List<Heard<HostBeat>> beats) {
    double[] spans = new double[beats.size()];
    double sum = 0;
    for (int i = 0; i < spans.length; i++) {
      Heard<HostBeat> heard = beats.get(i);
      Duration interval = heard.beat().pulse().interval();
      Duration span =
          i == 0 ? interval : shorter(interval.multipliedBy(2), beats.get(i - 1).age(heard.at()));
      spans[i] = Math.max(1, span.toMillis());
      sum += spans[i];
    }
    for (int i = 0; i < spans.length; i++) {
      spans[i] /= sum;
    }
    return spans;
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) <= 0 ? one : other;
  }
}
