package io.ballast.host;

import io.ballast.agent.Heartbeat;
import io.ballast.agent.Loop;
import io.ballast.bus.Address;
import io.ballast.bus.Bus;
import io.ballast.bus.RefusedException;
import io.ballast.bus.Role;
import io.ballast.host.meter.HostMeter;
import io.ballast.host.trade.Hypervisor;
import io.ballast.host.work.Allegiance;
import io.ballast.host.work.Operations;
import io.ballast.messages.HostBeat;
import io.ballast.messages.Reason;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agent of one host: beats what the host and its virtual machines do, and carries out what it
 * is told.
 *
 * <p>It wires and does nothing else. Whoever deploys it owns what it is given, and closes bus and
 * hypervisor after undeploying it. Deploying fails if the host's load can't be read; it does not
 * wait for a hypervisor that does not answer.
 */
public final class HostAgent extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(HostAgent.class);

  private final HostAgentConfig config;
  private final Bus bus;
  private final Hypervisor hypervisor;
  private final HostMeter meter;
  private final MeterRegistry registry;
  private final Clock clock;
  private @Nullable Parts parts;
  private Bus.@Nullable Serving serving;

  public HostAgent(
      HostAgentConfig config,
      Bus bus,
      Hypervisor hypervisor,
      HostMeter meter,
      MeterRegistry registry,
      Clock clock) {
    this.config = config;
    this.bus = bus;
    this.hypervisor = hypervisor;
    this.meter = meter;
    this.registry = registry;
    this.clock = clock;
  }

  /** What lives while the agent is deployed. */
  private record Parts(
      Loop loop,
      AgentMetrics metrics,
      HostSampler sampler,
      Operations operations,
      Heartbeat<HostBeat> heartbeat) {}

  @Override
  public Future<?> start() {
    Loop loop = Loop.of(context);
    AgentMetrics metrics = new AgentMetrics(registry, config.host());
    HostSampler sampler = new HostSampler(config, meter, hypervisor, loop, clock);
    Allegiance allegiance = new Allegiance();
    Operations operations = new Operations(config.host(), bus, loop, clock, metrics::finished);
    Heartbeat<HostBeat> heartbeat =
        new Heartbeat<>(
            bus,
            config.beater(),
            clock,
            pulse -> sampler.beat(pulse, operations.open(), allegiance.epoch()));
    HostCommands commands =
        new HostCommands(
            config,
            hypervisor,
            sampler,
            operations,
            heartbeat::next,
            new HostCommands.Surroundings(loop, allegiance, metrics));
    Parts made = new Parts(loop, metrics, sampler, operations, heartbeat);
    parts = made;
    metrics.watch(sampler);
    meter
        .describe()
        .onSuccess(words -> LOG.info("Host {} is {}", config.host(), words))
        .onFailure(e -> LOG.warn("What host {} is can't be said: {}", config.host(), e.toString()));
    operations.whenEnded(() -> sampler.sampleAfresh().onComplete(seen -> beat(made)));
    return loop.here(
            sampler
                .measure()
                .compose(measured -> bus.serve(Address.at(Role.HOST, config.host()), commands)))
        .onSuccess(served -> serving = served)
        .onSuccess(served -> live(made));
  }

  @Override
  public Future<?> stop() {
    if (parts != null) {
      parts.operations().stop();
      parts.metrics().unwatch();
    }
    return serving == null ? Future.succeededFuture() : serving.stop();
  }

  /**
   * Begins to sample and to beat. The first beat waits for a second reading, without which there is
   * no utilisation, and for the hypervisor's first answer, but not longer than one interval.
   */
  private void live(Parts made) {
    Promise<Void> second = Promise.promise();
    Future<?> seen = Future.join(made.sampler().sample(), second.future());
    vertx.setPeriodic(
        config.sampleEvery().toMillis(),
        timer -> {
          made.sampler().measure().onComplete(measured -> second.tryComplete());
          made.sampler().sample().onSuccess(looked -> tellNews(made));
        });
    made.loop()
        .here(
            seen,
            config.beater().every(),
            () -> new RefusedException(Reason.NOT_READY, "the first beat waits no longer"))
        .onComplete(
            ready -> {
              beat(made);
              vertx.setPeriodic(config.beater().every().toMillis(), timer -> beat(made));
            });
  }

  private void tellNews(Parts made) {
    if (made.sampler().hasNews()) {
      beat(made);
    }
  }

  private void beat(Parts made) {
    made.sampler().telling();
    made.heartbeat()
        .beat()
        .onSuccess(told -> made.metrics().beat())
        .onFailure(e -> LOG.debug("A beat was not told: {}", e.toString()));
  }
}
