package io.ballast.ops.process;

import io.ballast.bus.Bus;
import io.ballast.bus.BusState;
import io.ballast.bus.RefusedException;
import io.ballast.bus.rabbit.BusOptions;
import io.ballast.bus.rabbit.RabbitBus;
import io.ballast.ops.client.CommandFailure;
import io.ballast.ops.client.ExitCode;
import io.ballast.ops.config.ListenAddress;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A member of the fleet that runs until it is told to end: its threads, metrics, connection to the
 * bus, and verticles. A bus that is not there yet is waited for.
 */
public final class FleetProcess {
  private static final Logger LOG = LoggerFactory.getLogger(FleetProcess.class);

  /**
   * For undeploying, for answering what was begun and for saying goodbye to the broker; then what
   * is closed last has 2 s, and the process ends anyhow.
   */
  private static final Duration LAST_WORDS = Duration.ofSeconds(7);

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final List<AutoCloseable> closedLast = new ArrayList<>();
  private final AtomicBoolean ended = new AtomicBoolean();
  private final Vertx vertx;
  private final BusOptions options;
  private final RabbitBus bus;
  private volatile BusState busState = BusState.CONNECTING;
  private volatile boolean deployed;

  /** A process that connects to its bus from now on. */
  public FleetProcess(BusOptions options) {
    this.options = options;
    this.vertx =
        Vertx.builder()
            .with(
                new VertxOptions()
                    .setFileSystemOptions(
                        new FileSystemOptions()
                            .setClassPathResolvingEnabled(false)
                            .setFileCachingEnabled(false))
                    .setMetricsOptions(new MicrometerMetricsOptions().setEnabled(true)))
            .withMetrics(new MicrometerMetricsFactory(registry))
            .build();
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    JvmGcMetrics collections = new JvmGcMetrics();
    collections.bindTo(registry);
    closedLast.add(collections);
    this.bus = RabbitBus.connect(vertx, options);
    bus.onState(state -> busState = state);
  }

  /** What its verticles run on. */
  public Vertx vertx() {
    return vertx;
  }

  /** The bus that it has joined. */
  public Bus bus() {
    return bus;
  }

  /** As whom it logs in to the bus. */
  String user() {
    return options.user();
  }

  /** Where its bus is. */
  List<InetSocketAddress> brokers() {
    return options.brokers().stream()
        .map(broker -> InetSocketAddress.createUnresolved(broker.host(), broker.port()))
        .toList();
  }

  /** What it serves as metrics. */
  public PrometheusMeterRegistry registry() {
    return registry;
  }

  /** Has something closed at the end, after everything that was deployed. */
  void closeAtEnd(AutoCloseable resource) {
    closedLast.add(resource);
  }

  /**
   * Serves metrics and health, deploys, and returns when everything is deployed, which is not
   * before the bus is there. Fails with a {@link CommandFailure}, after closing everything.
   *
   * @param what it is and what it works with, for the first line of the log
   */
  public void start(ListenAddress listen, String what, List<Deployable> verticles) {
    try {
      ListenAddress open = await(observe(listen));
      LOG.info("{}; bus {}; metrics http://{}/metrics", what, options, open);
      await(Future.all(verticles.stream().map(vertx::deployVerticle).toList()));
      deployed = true;
      LOG.info("ready");
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private Future<ListenAddress> observe(ListenAddress listen) {
    return new Observatory(vertx, registry, this::health)
        .open(listen)
        .recover(
            e ->
                Future.failedFuture(
                    new CommandFailure(
                        ExitCode.REFUSED,
                        "cannot serve metrics at "
                            + listen
                            + ": "
                            + e.getMessage()
                            + "; choose another address with --metrics",
                        e)));
  }

  private Observatory.Health health() {
    return new Observatory.Health(
        deployed && busState == BusState.CONNECTED, busState.name().toLowerCase(Locale.ROOT));
  }

  /** Waits until the process is told to end, and ends it cleanly. Does not return. */
  public void untilTold() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::end, "end"));
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Told to end is no failure, so the exit code is 0, which a shutdown hook can say by a halt. */
  private void end() {
    LOG.info("ending");
    boolean clean = close();
    LOG.info(clean ? "ended" : "ended, not everything in time");
    Runtime.getRuntime().halt(clean ? 0 : 1);
  }

  /** Undeploys and closes everything; false if that did not succeed in time. */
  public boolean close() {
    if (ended.getAndSet(true)) {
      return true;
    }
    boolean clean =
        within(
            Future.join(vertx.deploymentIDs().stream().map(vertx::undeploy).toList())
                .eventually(bus::close)
                .eventually(vertx::close));
    for (AutoCloseable resource : closedLast.reversed()) {
      try {
        resource.close();
      } catch (Exception e) {
        LOG.warn("closing {}: {}", resource, e.toString());
        clean = false;
      }
    }
    return clean;
  }

  private static boolean within(Future<?> closing) {
    try {
      closing
          .toCompletionStage()
          .toCompletableFuture()
          .get(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (ExecutionException | TimeoutException e) {
      return false;
    }
  }

  private static <T> T await(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RefusedException refused) {
        throw CommandFailure.of(refused);
      }
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }
}
