package io.ballast.storage;

import io.ballast.agent.Lane;
import io.ballast.agent.LaneLimits;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import io.ballast.messages.StorageBeat.Pool;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The storage pools of a libvirt.
 *
 * <p>All questions go through one {@link Lane}, each on a read-only connection of its own. One that
 * is not answered at its deadline fails, and its thread waits on for a daemon that may be frozen;
 * until it comes back, every further question fails at once. So a daemon that hangs costs one
 * thread and one connection, and needs no keepalive: the connection is local, it ends with the
 * daemon, and there is nothing to be done while the daemon stands still.
 *
 * <p>A pool that can't be read is left out, and the log says so once; where no other is left, the
 * question fails.
 */
public final class LibvirtVolumes implements Volumes {
  /** How long a question may take, unless said otherwise. */
  public static final Duration DEFAULT_WITHIN = Duration.ofSeconds(5);

  private static final Logger LOG = LoggerFactory.getLogger(LibvirtVolumes.class);
  private static final LaneLimits ONE_AT_A_TIME = new LaneLimits(1, 1, 1);

  private final Vertx vertx;
  private final String uri;
  private final Duration within;
  private final ScheduledThreadPoolExecutor clock;
  private final Lane<Pools> lane;
  private volatile Set<String> leftOut = Set.of();

  /**
   * @param uri the local libvirt, usually {@code qemu:///system}
   * @param within how long a question may take
   */
  public LibvirtVolumes(Vertx vertx, String uri, Duration within) {
    this(vertx, uri, within, () -> PoolConnection.open(uri));
  }

  /** With connections of another make. */
  LibvirtVolumes(Vertx vertx, String uri, Duration within, Lane.Opener<Pools> opener) {
    this.vertx = vertx;
    this.uri = uri;
    this.within = within;
    clock =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("libvirt storage deadlines").factory());
    clock.setRemoveOnCancelPolicy(true);
    lane =
        new Lane<>(
            "libvirt at " + uri + " (pools)", opener, within, Duration.ZERO, ONE_AT_A_TIME, clock);
  }

  @Override
  public Future<List<Pool>> pools() {
    return ask(this::read);
  }

  @Override
  public void close() {
    lane.close();
    clock.shutdown();
  }

  /** Asks a question; what the lane says of a failure is told as this trade's. */
  Future<List<Pool>> ask(Lane.Call<Pools, List<Pool>> question) {
    Context context = vertx.getOrCreateContext();
    Promise<List<Pool>> told = Promise.promise();
    lane.look("the look at the pools", within, question)
        .recover(failure -> Future.failedFuture(ofThisTrade(failure)))
        .onComplete(end -> context.runOnContext(now -> told.handle(end)));
    return told.future();
  }

  private List<Pool> read(Pools connection) {
    List<Pool> pools = new ArrayList<>();
    Map<String, RefusedException> odd = new TreeMap<>();
    for (String name : connection.names()) {
      try {
        connection.pool(name).ifPresent(pools::add);
      } catch (RefusedException e) {
        if (connection.lost().isPresent()) {
          throw e;
        }
        odd.put(name, e);
      }
    }
    leaveOut(odd);
    if (pools.isEmpty() && !odd.isEmpty()) {
      throw odd.values().iterator().next();
    }
    pools.sort(Comparator.comparing(Pool::name));
    return pools;
  }

  private void leaveOut(Map<String, RefusedException> odd) {
    odd.forEach(
        (name, why) -> {
          if (!leftOut.contains(name)) {
            LOG.warn("A pool is left out: {}", why.getMessage());
          }
        });
    leftOut = Set.copyOf(odd.keySet());
  }

  private RefusedException ofThisTrade(Throwable failure) {
    if (!(failure instanceof RefusedException refused)) {
      return listed(failure);
    }
    return switch (refused.reason()) {
      case TRADE_REFUSED -> refused;
      case HYPERVISOR_STUCK ->
          new RefusedException(
              Reason.TRADE_REFUSED,
              "libvirt at %s did not list its pools within %d ms; look whether libvirtd hangs"
                  .formatted(uri, within.toMillis()));
      default -> listed(refused);
    };
  }

  private RefusedException listed(Throwable why) {
    return new RefusedException(
        Reason.TRADE_REFUSED,
        "the pools of %s can't be listed: %s".formatted(uri, why.getMessage()));
  }
}
