package io.ballast.host;

import io.ballast.agent.Agent;
import io.ballast.agent.Journal;
import io.ballast.agent.Loop;
import io.ballast.bus.Bus;
import io.ballast.bus.RefusedException;
import io.ballast.bus.Role;
import io.ballast.host.meter.HostMeter;
import io.ballast.host.trade.Hypervisor;
import io.ballast.host.work.Arrivals;
import io.ballast.host.work.Departures;
import io.ballast.messages.HostBeat;
import io.ballast.messages.Outcome;
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
 * hypervisor after undeploying it. Deploying fails if its journal can't be used; it waits neither
 * for a hypervisor that does not answer nor for a load that can't be read: until the load first is,
 * it takes commands and does not beat.
 */
public final class HostAgent extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(HostAgent.class);

  private final HostAgentConfig config;
  private final Bus bus;
  private final Journal journal;
  private final Machine machine;
  private final MeterRegistry registry;
  private final Clock clock;
  private @Nullable Parts parts;

  /** What the agent works on. */
  public record Machine(Hypervisor hypervisor, HostMeter meter) {}

  public HostAgent(
      HostAgentConfig config,
      Bus bus,
      Journal journal,
      Machine machine,
      MeterRegistry registry,
      Clock clock) {
    this.config = config;
    this.bus = bus;
    this.journal = journal;
    this.machine = machine;
    this.registry = registry;
    this.clock = clock;
  }

  /** What lives while the agent is deployed. */
  private record Parts(AgentMetrics metrics, HostSampler sampler, Agent<HostBeat> agent) {}

  @Override
  public Future<?> start() {
    Loop loop = Loop.of(context);
    AgentMetrics metrics = new AgentMetrics(registry, config.host());
    Hypervisor hypervisor = machine.hypervisor();
    HostSampler sampler = new HostSampler(config, machine.meter(), hypervisor, loop, clock);
    HostCommands.Travel travel = travel(sampler, hypervisor, loop);
    sampler.whenSampled(travel.arrivals()::seen);
    Agent<HostBeat> agent =
        new Agent<>(
            Role.HOST,
            config.terms(),
            new Agent.Surroundings(bus, journal, loop, clock),
            self -> new HostCommands(config, hypervisor, sampler, travel, self),
            sampler::beat,
            new Watcher(metrics, sampler));
    Parts made = new Parts(metrics, sampler, agent);
    parts = made;
    metrics.watch(sampler);
    machine
        .meter()
        .describe()
        .onSuccess(words -> LOG.info("Host {} is {}", config.host(), words))
        .onFailure(e -> LOG.warn("What host {} is can't be said: {}", config.host(), e.toString()));
    return loop.here(
            sampler.measure(),
            config.beater().every(),
            () -> new RefusedException(Reason.NOT_READY, "the agent waits no longer"))
        .transform(measured -> agent.start())
        .onSuccess(served -> live(made));
  }

  private HostCommands.Travel travel(HostSampler sampler, Hypervisor hypervisor, Loop loop) {
    return new HostCommands.Travel(
        loop,
        new Arrivals(config.here(), hypervisor, loop, config.patience(), sampler::available),
        new Departures(
            config.here(),
            config.peers(),
            new BusPeers(bus, vertx),
            hypervisor,
            new Departures.Ways(loop, config.patience())));
  }

  @Override
  public Future<?> stop() {
    if (parts == null) {
      return Future.succeededFuture();
    }
    parts.metrics().unwatch();
    return parts.agent().stop();
  }

  /** Counts, notes what is told, and has what an operation left behind told at once. */
  private final class Watcher implements Agent.Watcher {
    private final AgentMetrics metrics;
    private final HostSampler sampler;

    Watcher(AgentMetrics metrics, HostSampler sampler) {
      this.metrics = metrics;
      this.sampler = sampler;
    }

    @Override
    public void refused(Throwable cause) {
      metrics.refused(cause);
    }

    @Override
    public void ended(String kind, Outcome outcome) {
      metrics.finished(kind, outcome);
      sampler
          .sampleAfresh()
          .onComplete(
              seen -> {
                if (parts != null) {
                  parts.agent().beat();
                }
              });
    }

    @Override
    public void beat() {
      metrics.beat();
      sampler.telling();
    }
  }

  /**
   * Begins to sample and to beat. The first beat waits for a second reading, without which there is
   * no utilisation, and for the hypervisor's first answer.
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
    made.agent().beatFrom(seen);
  }

  private void tellNews(Parts made) {
    if (made.sampler().hasNews()) {
      made.agent().beat();
    }
  }
}
