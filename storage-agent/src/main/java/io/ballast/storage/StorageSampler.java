package io.ballast.storage;

import io.ballast.agent.Latest;
import io.ballast.messages.Berth;
import io.ballast.messages.Pulse;
import io.ballast.messages.StorageBeat;
import io.ballast.messages.StorageBeat.Pool;
import io.ballast.storage.trade.Volumes;
import io.vertx.core.Future;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was last seen of a host's pools, and how its storage fares. Asks at most one question at a
 * time.
 */
final class StorageSampler {
  private static final Logger LOG = LoggerFactory.getLogger(StorageSampler.class);

  private final Volumes volumes;
  private final HealthSampler health;
  private final LocalDisksSampler local;
  private final Clock clock;
  private Latest<List<Pool>> pools = Latest.nothing();
  private @Nullable Future<List<Pool>> asked;

  StorageSampler(Volumes volumes, HealthSampler health, Clock clock) {
    this.volumes = volumes;
    this.health = health;
    this.local = new LocalDisksSampler(volumes, clock);
    this.clock = clock;
  }

  /**
   * Asks for the pools, and sends off the other questions that are due. What was known of the pools
   * stays if there is no answer. Always succeeds.
   */
  Future<Void> sample() {
    health.sample();
    if (asked != null) {
      return Future.succeededFuture();
    }
    Future<List<Pool>> question = volumes.pools();
    asked = question;
    return question.transform(
        answer -> {
          asked = null;
          Latest<List<Pool>> before = pools;
          pools =
              answer.succeeded()
                  ? before.seen(answer.result(), clock.instant())
                  : before.missed(answer.cause());
          if (answer.succeeded()) {
            health.pools(answer.result(), volumes.unread(), volumes.unmeasured());
            local.sample(answer.result());
          }
          if (pools.failsAfter(before)) {
            LOG.warn("What is told of the pools grows old: {}", answer.cause().getMessage());
          } else if (pools.recoversAfter(before)) {
            LOG.info("The pools are seen again");
          }
          return Future.succeededFuture();
        });
  }

  /**
   * What is known now.
   *
   * @param berths the volumes that are kept for moves
   */
  StorageBeat beat(Pulse pulse, List<Berth> berths) {
    return new StorageBeat(
        pulse,
        pools.value().orElse(List.of()),
        pools.at(),
        pools.problem(),
        health.health(),
        berths,
        local.local());
  }
}
