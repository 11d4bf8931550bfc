package io.ballast.scheduler;

import io.ballast.messages.Alert;
import io.ballast.messages.Decision;
import io.ballast.messages.Event;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostBeat;
import io.ballast.messages.HostId;
import io.ballast.messages.Move;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * The fleet as numbers for the metrics: hosts, alerts, moves, decisions, and the scheduler's own
 * work.
 *
 * <p>Hosts are read from the last picture when somebody scrapes; alerts have a row each while they
 * last.
 */
final class FleetMetrics {
  /** So many moves are known for the last ones, when one is told once more. */
  private static final int MOST_KNOWN = 10_000;

  private final MeterRegistry registry;
  private final Clock clock;
  private final MultiGauge alerts;
  private final Timer fold;
  private final Set<HostId> hosts = new HashSet<>();
  private final Set<OperationId> ended = latest();
  private final Set<OperationId> measured = latest();
  private Map<Tags, Long> lasting = Map.of();

  /** Read by whoever scrapes. */
  private volatile Map<HostId, Fleet.Host> picture = Map.of();

  FleetMetrics(MeterRegistry registry, Clock clock) {
    this.registry = registry;
    this.clock = clock;
    this.alerts =
        MultiGauge.builder("ballast.alerts").description("Alerts that last").register(registry);
    this.fold =
        Timer.builder("ballast.fold")
            .description("Time to fold one beat into the picture")
            .register(registry);
  }

  /** Takes the picture from which hosts and alerts are read until the next one. */
  void see(Fleet fleet) {
    picture = fleet.hosts().stream().collect(Collectors.toMap(Fleet.Host::id, host -> host));
    fleet.hosts().stream().map(Fleet.Host::id).filter(hosts::add).forEach(this::register);
    Map<Tags, Long> now =
        fleet.alerts().stream()
            .filter(alert -> alert.resolvedAt().isEmpty())
            .collect(Collectors.groupingBy(FleetMetrics::tags, Collectors.counting()));
    if (!now.equals(lasting)) {
      lasting = now;
      List<MultiGauge.Row<?>> rows = new ArrayList<>();
      now.forEach((tags, count) -> rows.add(MultiGauge.Row.of(tags, count)));
      alerts.register(rows, true);
    }
  }

  /** Counts what is told. */
  void count(Event event) {
    switch (event) {
      case Event.Decided decided -> count(decided.decision());
      case Event.MoveChanged changed -> count(changed.move());
      case Event.AlertRaised raised ->
          registry
              .counter("ballast.alerts.raised", "verdict", raised.alert().verdict().name())
              .increment();
      case Event.AlertResolved resolved -> {}
      case Event.OperationProgressed progressed -> {}
      case Event.OperationFinished finished -> {}
      case Event.WorkProgressed progressed -> {}
      case Event.WorkFinished finished -> {}
    }
  }

  /** Runs the folding of a beat and takes its time. */
  <T> T folding(Supplier<T> work) {
    Timer.Sample sample = Timer.start(registry);
    try {
      return work.get();
    } finally {
      sample.stop(fold);
    }
  }

  private void count(Decision decision) {
    registry
        .counter(
            "ballast.decisions",
            "cluster",
            decision.cluster(),
            "outcome",
            decision.moves().isEmpty() ? "nothing" : "moves")
        .increment();
  }

  /** Counts a move that is over once, also if its measures are told only later. */
  private void count(Move move) {
    if (move.state().open()) {
      return;
    }
    if (ended.add(move.id())) {
      String outcome = move.state().name().toLowerCase(Locale.ROOT);
      registry.counter("ballast.moves", "outcome", outcome).increment();
    }
    move.measures().filter(measures -> measured.add(move.id())).ifPresent(this::measure);
  }

  private void measure(Outcome.Migration migration) {
    registry.timer("ballast.move").record(migration.total());
    registry.timer("ballast.move.downtime").record(migration.downtime());
  }

  private void register(HostId host) {
    gauge(
        host,
        "ballast.host.up",
        "Whether the host beats",
        seen -> seen.status() == Fleet.Status.UP ? 1 : 0);
    ofBeat(host, "ballast.host.cpu.ratio", "Used share of its CPUs", beat -> beat.load().cpu());
    ofBeat(host, "ballast.host.memory.ratio", "Used share of its memory", HostBeat::memoryRatio);
    ofBeat(host, "ballast.host.load1", "Load average of 1 minute", beat -> beat.load().average1());
    ofBeat(
        host,
        "ballast.host.vms",
        "Virtual machines in memory",
        beat -> beat.vms().stream().filter(vm -> vm.state().active()).count());
    gauge(
        host,
        "ballast.host.beat.age",
        "Seconds since its last beat",
        seen -> Duration.between(seen.heardAt(), clock.instant()).toMillis() / 1000.0);
  }

  private void ofBeat(
      HostId host, String name, String description, ToDoubleFunction<HostBeat> value) {
    gauge(host, name, description, seen -> value.applyAsDouble(seen.beat()));
  }

  private void gauge(
      HostId host, String name, String description, ToDoubleFunction<Fleet.Host> value) {
    Function<FleetMetrics, Double> read =
        metrics -> {
          Fleet.Host seen = metrics.picture.get(host);
          return seen == null ? Double.NaN : value.applyAsDouble(seen);
        };
    Gauge.builder(name, this, read::apply)
        .description(description)
        .tag("host", host.value())
        .register(registry);
  }

  private static Set<OperationId> latest() {
    return Collections.newSetFromMap(
        new LinkedHashMap<>() {
          @Override
          protected boolean removeEldestEntry(Map.Entry<OperationId, Boolean> eldest) {
            return size() > MOST_KNOWN;
          }
        });
  }

  private static Tags tags(Alert alert) {
    return Tags.of("verdict", alert.verdict().name(), "host", alert.host().value());
  }
}
