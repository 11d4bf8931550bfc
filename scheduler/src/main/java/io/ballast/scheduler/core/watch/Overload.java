package io.ballast.scheduler.core.watch;

import io.ballast.messages.Fleet;
import io.ballast.messages.HostId;
import io.ballast.scheduler.core.policy.Metric;
import io.ballast.scheduler.core.policy.Policy;
import io.ballast.scheduler.core.view.ClusterView;
import io.ballast.scheduler.core.view.Objections;
import io.ballast.scheduler.core.view.Standing;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which hosts are over a trigger, since when, and what the cluster is therefore balanced for.
 *
 * <p>A host is ripe when it is over a trigger and was so for the policy's share of the trigger's
 * hold time. A moment below it, or one in which the host was not heard, does not begin that anew: a
 * host is done with when it was over the trigger for less than half of the time. With the first
 * ripe host an episode of balancing begins. It ends only when the planner finds nothing worth
 * moving ({@link #rested}); then every host has to be over its trigger for the hold time again.
 *
 * @param spells in the order of hosts and metrics
 * @param balancing the metrics of the hosts that were ripe in this episode; empty = there is none
 * @param began when the latest episode began; without meaning before the first
 * @param settled the metrics that earlier episodes were about: what could be done for them was
 *     done; empty again when another host has come
 * @param among the hosts of the latest of those
 * @param objections what spoke against further moves at its end
 */
public record Overload(
    List<Spell> spells,
    Set<Metric> balancing,
    Instant began,
    Set<Metric> settled,
    Set<HostId> among,
    Objections objections) {
  /** No host is over any trigger. */
  public static final Overload NONE =
      new Overload(List.of(), Set.of(), Instant.MIN, Set.of(), Set.of(), new Objections());

  /** The share of the time over its trigger below which a host is done with. */
  private static final double COOL = 0.5;

  /** Hosts are looked at every second; where they beat more often, a look stands for that long. */
  private static final Duration LEAST_SPAN = Duration.ofSeconds(3);

  public Overload {
    spells = List.copyOf(spells);
    balancing = Set.copyOf(balancing);
    settled = Set.copyOf(settled);
    among = Set.copyOf(among);
  }

  /** A stretch of time in which a host was over a trigger or was not. */
  record Stretch(Instant from, Instant to, boolean over) {
    private Duration within(Instant begin) {
      return Duration.between(from.isBefore(begin) ? begin : from, to);
    }
  }

  /**
   * One host that is or was over one trigger.
   *
   * @param since when it was first over the trigger
   * @param heardAt the latest beat that counts
   * @param held for how much of the hold time up to that beat it was over the trigger
   * @param over whether it is over the trigger now
   * @param ripe whether it is, and was for long enough
   * @param judged whether an episode ended while it was over the trigger
   */
  public record Spell(
      HostId host,
      Metric metric,
      Instant since,
      Instant heardAt,
      Duration held,
      boolean over,
      boolean ripe,
      boolean judged,
      List<Stretch> stretches) {

    static Spell begun(Fleet.Host host, Metric metric, Policy.Threshold threshold) {
      Instant at = host.heardAt();
      boolean ripe = threshold.hold().isZero();
      return new Spell(host.id(), metric, at, at, Duration.ZERO, true, ripe, false, List.of());
    }

    /** This at the end of an episode. */
    private Spell judgedNow() {
      return new Spell(host, metric, heardAt, heardAt, Duration.ZERO, over, false, true, List.of());
    }
  }

  /**
   * This with what the hosts say now.
   *
   * @param view the hosts as they are on average
   */
  public Overload after(ClusterView view, Policy policy, Instant now) {
    Map<HostId, List<Spell>> known = spells.stream().collect(Collectors.groupingBy(Spell::host));
    List<Spell> next = new ArrayList<>();
    Set<Metric> episode = EnumSet.noneOf(Metric.class);
    episode.addAll(balancing);
    for (Fleet.Host host : view.hosts()) {
      List<Spell> before = known.getOrDefault(host.id(), List.of());
      if (Standing.of(host, policy, now).isPresent()) {
        next.addAll(before);
        continue;
      }
      for (Metric metric : Metric.values()) {
        next(before, host, metric, policy.thresholds()).ifPresent(next::add);
      }
    }
    next.stream().filter(Spell::ripe).map(Spell::metric).forEach(episode::add);
    boolean same = view.hosts().stream().map(Fleet.Host::id).allMatch(among::contains);
    Instant begin = balancing.isEmpty() && !episode.isEmpty() ? now : began;
    return new Overload(
        next, episode, begin, same ? settled : Set.of(), same ? among : Set.of(), objections);
  }

  /** This after the planner found nothing worth moving: the episode is over. */
  public Overload rested(ClusterView view, Objections why) {
    List<Spell> left =
        spells.stream()
            .filter(spell -> spell.over() || !balancing.contains(spell.metric()))
            .map(spell -> balancing.contains(spell.metric()) ? spell.judgedNow() : spell)
            .toList();
    Set<HostId> hosts = view.hosts().stream().map(Fleet.Host::id).collect(Collectors.toSet());
    Set<Metric> done = EnumSet.noneOf(Metric.class);
    done.addAll(balancing);
    done.addAll(settled);
    return new Overload(left, Set.of(), began, done, hosts, why);
  }

  /** The hosts that have been over a trigger for long enough. */
  public List<Spell> ripe() {
    return spells.stream().filter(Spell::ripe).toList();
  }

  private static Optional<Spell> next(
      List<Spell> spells, Fleet.Host host, Metric metric, Policy.Thresholds thresholds) {
    Policy.Threshold threshold = thresholds.of(metric);
    boolean over = metric.of(host.beat()) > threshold.trigger();
    Instant at = host.heardAt();
    Optional<Spell> known =
        spells.stream()
            .filter(spell -> spell.metric() == metric && !spell.heardAt().isAfter(at))
            .findFirst();
    if (known.isEmpty()) {
      return over ? Optional.of(Spell.begun(host, metric, threshold)) : Optional.empty();
    }
    Spell before = known.get();
    if (before.heardAt().equals(at)) {
      return known;
    }
    Instant begin = later(before.since(), at.minus(threshold.hold()));
    List<Stretch> stretches = stretches(before, host, over, begin);
    Duration held =
        stretches.stream()
            .filter(Stretch::over)
            .map(stretch -> stretch.within(begin))
            .reduce(Duration.ZERO, Duration::plus);
    if (share(held, Duration.between(begin, at)) < COOL) {
      return over ? Optional.of(Spell.begun(host, metric, threshold)) : Optional.empty();
    }
    boolean ripe =
        over
            && !before.since().isAfter(at.minus(threshold.hold()))
            && share(held, threshold.hold()) >= thresholds.holdShare();
    return Optional.of(
        new Spell(
            host.id(), metric, before.since(), at, held, over, ripe, before.judged(), stretches));
  }

  /** The stretches after {@code begin}, with the one that the newest beat tells of. */
  private static List<Stretch> stretches(
      Spell before, Fleet.Host host, boolean over, Instant begin) {
    Instant at = host.heardAt();
    Duration twoBeats = host.beat().pulse().interval().multipliedBy(2);
    Duration most = twoBeats.compareTo(LEAST_SPAN) > 0 ? twoBeats : LEAST_SPAN;
    Instant from = later(before.heardAt(), at.minus(most));
    List<Stretch> stretches = new ArrayList<>(before.stretches());
    stretches.removeIf(stretch -> !stretch.to().isAfter(begin));
    Stretch last = stretches.isEmpty() ? null : stretches.getLast();
    if (last != null && last.over() == over && last.to().equals(from)) {
      stretches.set(stretches.size() - 1, new Stretch(last.from(), at, over));
    } else {
      stretches.add(new Stretch(from, at, over));
    }
    return List.copyOf(stretches);
  }

  private static double share(Duration part, Duration whole) {
    return whole.isZero() ? 1 : (double) part.toNanos() / whole.toNanos();
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }
}
