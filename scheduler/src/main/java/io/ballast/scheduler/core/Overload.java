package io.ballast.scheduler.core;

import io.ballast.messages.Fleet;
import io.ballast.messages.HostId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which hosts are over a trigger, and since when.
 *
 * <p>A host that was over a trigger without a break for as long as the trigger's hold time is ripe:
 * its cluster has to be balanced. Below the trigger it stays ripe until it is at or below the low
 * mark, or was below the trigger for a VM's cool-down: what could not be evened out by then, with
 * each VM moved at most once, is let alone. A host that is not heard counts as a break: nobody
 * knows what it did.
 *
 * @param spells in the order of hosts and metrics
 */
public record Overload(List<Spell> spells) {
  /** No host is over any trigger. */
  public static final Overload NONE = new Overload(List.of());

  public Overload {
    spells = List.copyOf(spells);
  }

  /**
   * One host over one trigger.
   *
   * @param since the beat that was the first over the trigger
   * @param held how long it was over the trigger, up to the latest beat
   * @param over whether the latest beat is still over the trigger
   * @param ripe whether it was over the trigger for the hold time, and above the low mark since
   */
  public record Spell(
      HostId host, Metric metric, Instant since, Duration held, boolean over, boolean ripe) {
    private Instant lastOver() {
      return since.plus(held);
    }

    private Spell cooling() {
      return new Spell(host, metric, since, held, false, ripe);
    }
  }

  /** This with what the hosts say now. */
  public Overload after(ClusterView view, Policy policy, Instant now) {
    List<Spell> next = new ArrayList<>();
    for (Fleet.Host host : view.hosts()) {
      if (Standing.of(host, policy, now).isPresent()) {
        continue;
      }
      for (Metric metric : Metric.values()) {
        spell(host, metric, policy).ifPresent(next::add);
      }
    }
    return new Overload(next);
  }

  /** The hosts that have been over a trigger for long enough. */
  public List<Spell> ripe() {
    return spells.stream().filter(Spell::ripe).toList();
  }

  private Optional<Spell> spell(Fleet.Host host, Metric metric, Policy policy) {
    Policy.Threshold threshold = policy.thresholds().of(metric);
    double value = metric.of(host.beat());
    Optional<Spell> before =
        spells.stream()
            .filter(spell -> spell.host().equals(host.id()) && spell.metric() == metric)
            .findFirst();
    boolean wasRipe = before.map(Spell::ripe).orElse(false);
    if (value > threshold.trigger()) {
      Instant since = before.filter(Spell::over).map(Spell::since).orElse(host.heardAt());
      Duration held = Duration.between(since, host.heardAt());
      boolean ripe = wasRipe || held.compareTo(threshold.hold()) >= 0;
      return Optional.of(new Spell(host.id(), metric, since, held, true, ripe));
    }
    Instant forgotten = host.heardAt().minus(policy.pace().coolDown());
    return before
        .filter(spell -> spell.ripe() && value > threshold.low())
        .filter(spell -> spell.lastOver().isAfter(forgotten))
        .map(Spell::cooling);
  }
}
