package io.ballast.host;

import io.ballast.bus.RefusedException;
import io.ballast.messages.HostBeat.Health;
import io.ballast.messages.HostId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The agent's own measures, all named {@code ballast_agent_*} and tagged with the host, because
 * several agents may share a process. All other tags have few values.
 */
final class AgentMetrics {
  private final MeterRegistry registry;
  private final Tags tags;
  private final Counter beats;
  private final Timer migrationTime;
  private final Timer migrationDowntime;
  private final List<Meter> watching = new ArrayList<>();

  AgentMetrics(MeterRegistry registry, HostId host) {
    this.registry = registry;
    this.tags = Tags.of("host", host.value());
    this.beats =
        Counter.builder("ballast.agent.beats")
            .description("Beats told to the bus")
            .tags(tags)
            .register(registry);
    this.migrationTime =
        Timer.builder("ballast.agent.migration.time")
            .description("Migrations that were done, from start to end")
            .tags(tags)
            .register(registry);
    this.migrationDowntime =
        Timer.builder("ballast.agent.migration.downtime")
            .description("Pause of the guest in migrations that were done")
            .tags(tags)
            .register(registry);
  }

  /** Shows what the sampler knows of the hypervisor, until {@link #unwatch}. */
  void watch(HostSampler sampler) {
    for (Health health : Health.values()) {
      watching.add(
          Gauge.builder(
                  "ballast.agent.hypervisor",
                  sampler,
                  watched -> watched.health() == health ? 1 : 0)
              .description("1 for how the hypervisor is, 0 for how it is not")
              .tags(tags.and(tag("health", health)))
              .register(registry));
    }
    watching.add(
        Gauge.builder("ballast.agent.sample.age", sampler, AgentMetrics::age)
            .description("Since the hypervisor last answered; NaN until it first did")
            .baseUnit("seconds")
            .tags(tags)
            .register(registry));
  }

  /** Shows it no longer; counters stay, because they count for the process. */
  void unwatch() {
    watching.forEach(registry::remove);
  }

  private static double age(HostSampler sampler) {
    return sampler.age().map(age -> age.toMillis() / 1e3).orElse(Double.NaN);
  }

  void beat() {
    beats.increment();
  }

  void refused(Throwable cause) {
    Reason reason = cause instanceof RefusedException refused ? refused.reason() : Reason.INTERNAL;
    Counter.builder("ballast.agent.refusals")
        .description("Commands that were refused")
        .tags(tags.and(tag("reason", reason)))
        .register(registry)
        .increment();
  }

  void finished(String kind, Outcome outcome) {
    String word =
        switch (outcome) {
          case Outcome.Done done -> {
            done.migration().ifPresent(this::migrated);
            yield "done";
          }
          case Outcome.Failed failed -> "failed";
          case Outcome.Unknown unknown -> "unknown";
        };
    Counter.builder("ballast.agent.operations")
        .description("Operations that ended")
        .tags(
            tags.and(
                Tag.of("kind", kind.substring(kind.indexOf('.') + 1).replace('-', '_')),
                Tag.of("outcome", word)))
        .register(registry)
        .increment();
  }

  private void migrated(Outcome.Migration migration) {
    migrationTime.record(migration.total());
    migrationDowntime.record(migration.downtime());
  }

  private static Tag tag(String key, Enum<?> value) {
    return Tag.of(key, value.name().toLowerCase(Locale.ROOT));
  }
}
