package io.ballast.host;

import io.ballast.agent.Agent;
import io.ballast.agent.Latest;
import io.ballast.agent.Loop;
import io.ballast.bus.RefusedException;
import io.ballast.host.Rates.Sample;
import io.ballast.host.meter.HostMeter;
import io.ballast.host.meter.HostMeter.Reading;
import io.ballast.host.trade.Domain;
import io.ballast.host.trade.Hypervisor;
import io.ballast.host.work.Room;
import io.ballast.messages.Bytes;
import io.ballast.messages.HostBeat;
import io.ballast.messages.HostBeat.Health;
import io.ballast.messages.HostId;
import io.ballast.messages.Reason;
import io.ballast.messages.Vm;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was last seen of the host and of its virtual machines, how old that is, and whether the
 * hypervisor answers.
 *
 * <p>Looking and telling are apart: {@link #sample} and {@link #measure} ask and may take as long
 * as they like, at most one of each at a time; {@link #beat} tells what is known and waits for
 * nothing. Lives on one loop.
 */
final class HostSampler {
  private static final Logger LOG = LoggerFactory.getLogger(HostSampler.class);

  /** Samples that may fail to come before what was last read of the host counts as old. */
  private static final int SAMPLES_TO_MISS = 10;

  /** What is not older than this counts as new, however often it is sampled. */
  private static final Duration NEW = Duration.ofSeconds(10);

  private final HostMeter meter;
  private final Hypervisor hypervisor;
  private final HostId host;
  private final String peerUri;
  private final Loop loop;
  private final Clock clock;
  private final Duration fresh;
  private final Window<Reading> readings;
  private final Window<Sample> samples;
  private Consumer<List<Domain>> listener = domains -> {};
  private @Nullable Future<Void> measuring;
  private @Nullable Future<Void> sampling;
  private Health health = Health.STUCK;
  private Optional<Instant> sampledAt = Optional.empty();
  private Latest<Reading> reading = Latest.nothing();
  private Duration readAt = Duration.ZERO;
  private @Nullable Map<VmId, VmState> told;

  HostSampler(
      HostAgentConfig config, HostMeter meter, Hypervisor hypervisor, Loop loop, Clock clock) {
    this.meter = meter;
    this.hypervisor = hypervisor;
    this.host = config.host();
    this.peerUri = config.peerUri();
    this.loop = loop;
    this.clock = clock;
    Duration missed = config.sampleEvery().multipliedBy(SAMPLES_TO_MISS);
    this.fresh = missed.compareTo(NEW) < 0 ? NEW : missed;
    Duration length = config.beater().every();
    this.readings = new Window<>(length, (from, to) -> to.at().minus(from.at()));
    this.samples = new Window<>(length, (from, to) -> to.at().minus(from.at()));
  }

  /** What is called with the domains of each sample, on the loop. */
  void whenSampled(Consumer<List<Domain>> told) {
    this.listener = told;
  }

  /** Reads the host's counters. Always succeeds: {@link #beat} tells how it went. */
  Future<Void> measure() {
    if (measuring == null) {
      measuring = loop.here(meter.read()).transform(this::measured);
    }
    return measuring;
  }

  /** Asks the hypervisor for its domains. Always succeeds: {@link #health} tells how it went. */
  Future<Void> sample() {
    if (sampling == null) {
      sampling = loop.here(hypervisor.sample()).transform(this::sampled);
    }
    return sampling;
  }

  /** A sample that was begun after this was called. */
  Future<Void> sampleAfresh() {
    return sampling == null ? sample() : sampling.compose(ended -> sample());
  }

  private Future<Void> measured(AsyncResult<Reading> result) {
    measuring = null;
    Latest<Reading> before = reading;
    if (result.succeeded()) {
      readings.add(result.result());
      reading = before.seen(result.result(), clock.instant());
      readAt = loop.now();
    } else {
      reading = before.missed(result.cause());
    }
    if (reading.failsAfter(before)) {
      LOG.warn("The load of {} can't be read: {}", host, result.cause().toString());
    } else if (reading.recoversAfter(before)) {
      LOG.info("The load of {} can be read again", host);
    }
    return Future.succeededFuture();
  }

  private Future<Void> sampled(AsyncResult<List<Domain>> result) {
    sampling = null;
    Health before = health;
    if (result.succeeded()) {
      samples.add(new Sample(loop.now(), result.result()));
      sampledAt = Optional.of(clock.instant());
      listener.accept(result.result());
      health = Health.ANSWERING;
    } else {
      health = healthAfter(result.cause());
    }
    if (health != before) {
      tell(result.cause());
    }
    return Future.succeededFuture();
  }

  /** What is neither a sample nor a refused connection counts as no answer. */
  private static Health healthAfter(Throwable failure) {
    Reason reason =
        failure instanceof RefusedException refused ? refused.reason() : Reason.INTERNAL;
    return reason == Reason.HYPERVISOR_UNREACHABLE ? Health.UNREACHABLE : Health.STUCK;
  }

  private void tell(@Nullable Throwable failure) {
    if (health == Health.ANSWERING) {
      LOG.info("The hypervisor of {} answers", host);
    } else {
      LOG.warn(
          "The hypervisor of {} is {}: {}",
          host,
          health.name().toLowerCase(Locale.ROOT),
          failure == null ? "" : failure.getMessage());
    }
  }

  /** Whether there is a reading, without which no beat can be made. */
  boolean ready() {
    return reading.value().isPresent();
  }

  /**
   * Whether a VM came, went or entered another state since the last beat, so that the next one
   * should not be waited for: between the beats of two hosts a VM that moves would be on neither.
   */
  boolean hasNews() {
    return told != null && !told.equals(states());
  }

  /** Notes that what is known now is being told. */
  void telling() {
    told = states();
  }

  private Map<VmId, VmState> states() {
    return samples.values().isEmpty()
        ? Map.of()
        : samples.values().getLast().domains().stream()
            .collect(Collectors.toMap(Domain::id, Domain::state, (one, same) -> same));
  }

  /** How the hypervisor took the last sample; stuck until the first one has ended. */
  Health health() {
    return health;
  }

  /** How long ago the hypervisor last answered; empty until it first did. */
  Optional<Duration> age() {
    List<Sample> seen = samples.values();
    return seen.isEmpty() ? Optional.empty() : Optional.of(loop.now().minus(seen.getLast().at()));
  }

  /**
   * The memory that is available to new work.
   *
   * @throws RefusedException as {@code NOT_READY} if it is not {@link #ready}, or not known any
   *     more
   */
  Room available() {
    Reading last = reading.value().orElseThrow(this::notReady);
    Duration age = loop.now().minus(readAt);
    if (reading.problem().isPresent() || age.compareTo(fresh) > 0) {
      throw notReadyAnyMore(age);
    }
    Bytes free = last.memory().minusOrZero(last.memoryUsed());
    return new Room(free.minusOrZero(last.hugePages()), last.hugePages());
  }

  private RefusedException notReadyAnyMore(Duration age) {
    return new RefusedException(
        Reason.NOT_READY,
        "how much memory of %s is free is not known, its load was last read %d s ago: %s; choose"
                .formatted(
                    host,
                    age.toSeconds(),
                    reading.problem().orElse("a look at it does not come back"))
            + " another host, or see to it that its agent can read /proc");
  }

  private RefusedException notReady() {
    return new RefusedException(
        Reason.NOT_READY,
        "the load of %s was not read yet: %s"
            .formatted(host, reading.problem().orElse("its agent has just started, try again")));
  }

  /** A domain that was just looked at, with the rates that the samples before it give. */
  Vm vm(Domain domain) {
    List<Sample> window = new ArrayList<>(samples.values());
    window.add(new Sample(loop.now(), List.of(domain)));
    return Rates.vm(domain, window);
  }

  /**
   * What is known now.
   *
   * @throws RefusedException as {@code NOT_READY} if it is not {@link #ready}
   */
  HostBeat beat(Agent.Known agent) {
    return new HostBeat(
        agent.pulse(),
        Rates.capacity(reading.value().orElseThrow(this::notReady)),
        Rates.load(readings.values(), reading.at(), reading.problem()),
        new HostBeat.Hypervisor(health, sampledAt, peerUri),
        Rates.vms(samples.values()),
        agent.open(),
        agent.epoch(),
        agent.ended().stream()
            .map(end -> new HostBeat.Ended(end.operation(), end.outcome()))
            .toList());
  }
}
