package io.ballast.storage;

import io.ballast.agent.Latest;
import io.ballast.messages.StorageBeat.Health;
import io.ballast.messages.StorageBeat.Health.Kind;
import io.ballast.messages.StorageBeat.Health.Verdict;
import io.ballast.messages.StorageBeat.Pool;
import io.ballast.storage.trade.Devices;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the storage of a host last fared: its arrays with each look, its disks seldom, because asking
 * them takes time of theirs; and its pools by what was seen of them. Asks at most one question of a
 * kind at a time.
 *
 * <p>Of a kind that could not be asked, one entry says so, in place of all that was known: the
 * unknown is told as unknown.
 */
final class HealthSampler {
  /** From one question to the disks to the next. */
  static final Duration DISKS_EVERY = Duration.ofMinutes(10);

  /** Of so many pools it is told how they fare. */
  private static final int MOST_POOLS = 500;

  private static final Logger LOG = LoggerFactory.getLogger(HealthSampler.class);

  private final Devices devices;
  private final Clock clock;
  private List<Health> disks;
  private List<Health> arrays;
  private List<Health> pools;
  private @Nullable Future<List<Health>> disksAsked;
  private @Nullable Future<List<Health>> arraysAsked;
  private @Nullable Instant disksAskedAt;

  HealthSampler(Devices devices, Clock clock) {
    this.devices = devices;
    this.clock = clock;
    disks = List.of(unknown(Kind.DISK, "The disks have not answered yet."));
    arrays = List.of(unknown(Kind.ARRAY, "The arrays have not been looked at yet."));
    pools = List.of(unknown(Kind.POOL, "The pools have not been seen yet."));
  }

  /** Sends off the questions that are due, and waits for none. */
  void sample() {
    Instant now = clock.instant();
    if (arraysAsked == null) {
      Future<List<Health>> question = devices.arrays();
      arraysAsked = question;
      question.onComplete(
          answer -> {
            arraysAsked = null;
            arrays = answer.succeeded() ? answer.result() : missed(Kind.ARRAY, answer.cause());
          });
    }
    if (disksAsked == null && isDue(now)) {
      disksAskedAt = now;
      Future<List<Health>> question = devices.disks();
      disksAsked = question;
      question.onComplete(
          answer -> {
            disksAsked = null;
            List<Health> before = disks;
            disks = answer.succeeded() ? answer.result() : missed(Kind.DISK, answer.cause());
            log(before, disks);
          });
    }
  }

  /** A clock that was set back must not keep the disks from being asked. */
  private boolean isDue(Instant now) {
    return disksAskedAt == null
        || now.isBefore(disksAskedAt)
        || !now.isBefore(disksAskedAt.plus(DISKS_EVERY));
  }

  /**
   * Takes note of what was seen of the pools.
   *
   * @param unread why pools that there are could not be read, by their names
   * @param unmeasured why the room of pools could not be measured, by their names
   */
  void pools(List<Pool> seen, Map<String, String> unread, Map<String, String> unmeasured) {
    Instant now = clock.instant();
    Map<String, Health> told = new TreeMap<>();
    seen.forEach(pool -> told.put(pool.name(), pool(pool, now)));
    unmeasured.forEach(
        (name, why) ->
            told.put(name, health(name, Verdict.UNKNOWN, "It can't be measured: " + why, now)));
    unread.forEach(
        (name, why) ->
            told.put(name, health(name, Verdict.UNKNOWN, "It can't be read: " + why, now)));
    pools = told.values().stream().limit(MOST_POOLS).toList();
  }

  /** What is known now. */
  List<Health> health() {
    return Stream.of(pools, arrays, disks).flatMap(List::stream).toList();
  }

  private static Health pool(Pool pool, Instant now) {
    if (pool.active()) {
      return health(pool.name(), Verdict.GOOD, "It is active.", now);
    }
    return pool.autostart()
        .map(
            autostart ->
                autostart
                    ? health(
                        pool.name(),
                        Verdict.FAILING,
                        "It is not active and should be whenever its host is up;"
                            + " 'ballast pool start %s' says what is in the way."
                                .formatted(pool.name()),
                        now)
                    : health(
                        pool.name(),
                        Verdict.GOOD,
                        "It is not active, and not meant to be unless somebody starts it.",
                        now))
        .orElseGet(
            () ->
                health(
                    pool.name(),
                    Verdict.UNKNOWN,
                    "It is not active, and whether it should be is not known.",
                    now));
  }

  private static Health health(String pool, Verdict verdict, String reason, Instant now) {
    return new Health(
        Kind.POOL,
        Optional.of(pool),
        Optional.empty(),
        verdict,
        reason.substring(0, Math.min(Health.LONGEST, reason.length())),
        now);
  }

  private List<Health> missed(Kind kind, Throwable why) {
    return List.of(unknown(kind, Latest.words(why)));
  }

  private Health unknown(Kind kind, String reason) {
    return new Health(
        kind, Optional.empty(), Optional.empty(), Verdict.UNKNOWN, reason, clock.instant());
  }

  /** Says once what disks began to say. */
  private static void log(List<Health> before, List<Health> after) {
    List<String> known = new ArrayList<>();
    before.forEach(health -> known.add(line(health)));
    for (Health health : after) {
      if (health.verdict() != Verdict.GOOD && !known.contains(line(health))) {
        LOG.warn("{}", line(health));
      }
    }
  }

  private static String line(Health health) {
    return "%s: %s: %s"
        .formatted(health.name().orElse("the disks"), health.verdict(), health.reason());
  }
}
