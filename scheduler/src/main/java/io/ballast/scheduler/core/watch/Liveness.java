package io.ballast.scheduler.core.watch;

import io.ballast.messages.Fleet.Status;
import io.ballast.messages.HostId;
import io.ballast.messages.Pulse;
import io.ballast.scheduler.core.policy.LivenessSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Who is up, who is suspect, who is silent: one {@link Rhythm} per host, judged by an observer that
 * doubts itself first.
 *
 * <ul>
 *   <li>Time that the observer itself slept through, and steps of its clock, count against nobody:
 *       it must look or hear at least every {@link #MOST_BETWEEN_LOOKS}, and takes longer gaps for
 *       its own.
 *   <li>After its start nothing is declared before everyone had time to speak. Hosts that were
 *       never heard are unknown, not silent.
 *   <li>While its line to the fleet is lost nothing is declared, and after that not before everyone
 *       had time to speak again. Who was silent before stays so until it is heard.
 *   <li>Many hosts late at once are first of all the observer's problem: verdicts are held back,
 *       and when the others come back, those still missing get a full silence anew.
 * </ul>
 *
 * <p>It is soft state: a scheduler that takes over needs the time of its grace to find out who is
 * gone, and does not see hosts that fell silent before it started. One thread at a time.
 */
public final class Liveness {
  /** A longer gap between two looks is a sleep of the observer. */
  static final Duration MOST_BETWEEN_LOOKS = Duration.ofSeconds(2);

  /** From so many hosts on, a share of them is many. */
  private static final int LARGE = 4;

  /** More than this share of a large fleet, but at least two hosts, is many. */
  private static final double MANY = 0.2;

  private final LivenessSettings settings;
  private final SortedMap<HostId, Rhythm> rhythms = new TreeMap<>();
  private final SortedMap<HostId, Optional<SelfDoubt>> silent = new TreeMap<>();
  private final Set<HostId> returning = new TreeSet<>();

  /** All instants below are the observer's waking time: the clock's less what it slept. */
  private Duration slept = Duration.ZERO;

  private Instant lookedAt;
  private Instant graceEnd;
  private Instant countFrom;
  private Optional<SelfDoubt> doubt = Optional.empty();
  private Optional<Instant> lostAt = Optional.empty();

  /** Of a fleet that was not heard yet. */
  public Liveness(LivenessSettings settings, Instant start) {
    this.settings = settings;
    this.graceEnd = start.plus(settings.grace());
    this.lookedAt = start;
    this.countFrom = start;
  }

  /**
   * The observer's doubt in itself, while it holds verdicts back.
   *
   * @param since in the observer's waking time
   * @param late hosts that are late
   * @param known hosts that were not silent before
   */
  record SelfDoubt(Instant since, Set<HostId> late, int known) {
    /** Whether nobody is heard at all. */
    boolean deaf() {
      return late.size() == known;
    }
  }

  /** Takes note of a host's beat that is news. */
  public void heard(Pulse pulse, Instant now) {
    Instant at = awake(now);
    HostId host = pulse.host();
    Rhythm before = rhythms.get(host);
    Rhythm after = before == null ? Rhythm.first(pulse, at) : before.after(pulse, at, settings);
    if (silent.remove(host) != null) {
      returning.add(host);
    } else if (before != null && !late(before, at, settings.suspectPause())) {
      returning.remove(host);
    }
    rhythms.put(host, after);
  }

  /** Judges everyone by the time that has passed; to be called at least every two seconds. */
  public void look(Instant now) {
    Instant at = awake(now);
    Set<HostId> suspects = new TreeSet<>();
    Set<HostId> overdue = new TreeSet<>();
    rhythms.forEach(
        (host, rhythm) -> {
          if (!silent.containsKey(host) && late(rhythm, at, settings.suspectPause())) {
            suspects.add(host);
            if (late(since(rhythm), at, settings.silentPause())) {
              overdue.add(host);
            }
          }
        });
    int known = rhythms.size() - silent.size();
    if (lostAt.isPresent() || at.isBefore(graceEnd)) {
      return;
    }
    if (!many(suspects.size(), known)) {
      if (doubt.isPresent()) {
        doubt = Optional.empty();
        countFrom = at;
      } else {
        overdue.forEach(host -> silent.put(host, Optional.empty()));
      }
    } else if (doubt.isPresent() || !overdue.isEmpty()) {
      SelfDoubt held =
          new SelfDoubt(doubt.map(SelfDoubt::since).orElse(at), Set.copyOf(suspects), known);
      Duration patience = settings.holdBack().multipliedBy(held.deaf() ? 2 : 1);
      if (at.isBefore(held.since().plus(patience))) {
        doubt = Optional.of(held);
      } else {
        doubt = Optional.empty();
        overdue.forEach(host -> silent.put(host, Optional.of(held)));
      }
    }
    returning.removeAll(silent.keySet());
  }

  /** The line to the fleet is lost, if it was not already. */
  public void lost(Instant now) {
    Instant at = awake(now);
    lostAt = lostAt.or(() -> Optional.of(at));
    doubt = Optional.empty();
  }

  /** The line is back, if it was lost: every silence counts from now, and after a grace. */
  public void back(Instant now) {
    if (isLost()) {
      Instant at = awake(now);
      lostAt = Optional.empty();
      countFrom = at;
      graceEnd = at.plus(settings.grace());
    }
  }

  boolean isLost() {
    return lostAt.isPresent();
  }

  /** What is believed of a host that was heard at least once; to ask changes nothing. */
  Status status(HostId host, Instant now) {
    Rhythm rhythm = rhythms.get(host);
    if (silent.containsKey(host)) {
      return Status.SILENT;
    }
    return rhythm == null
            || returning.contains(host)
            || late(rhythm, peek(now), settings.suspectPause())
        ? Status.SUSPECT
        : Status.UP;
  }

  /**
   * The hosts that were declared silent and have not come back for good: one beat after a silence
   * is a sign of life, the second in time is a rhythm.
   */
  public Set<HostId> gone() {
    Set<HostId> gone = new TreeSet<>(silent.keySet());
    gone.addAll(returning);
    return gone;
  }

  /** The doubt that holds verdicts back now, if any. */
  Optional<SelfDoubt> doubt() {
    return doubt;
  }

  /** The doubt in which a silent host's verdict was held back until it was given up, if any. */
  Optional<SelfDoubt> heldBack(HostId host) {
    return silent.getOrDefault(host, Optional.empty());
  }

  /** Forgets a host as if it had never been heard. */
  void forget(HostId host) {
    rhythms.remove(host);
    silent.remove(host);
    returning.remove(host);
  }

  /** The hosts that were heard at least once. */
  Set<HostId> known() {
    return Collections.unmodifiableSet(rhythms.keySet());
  }

  Optional<Rhythm> rhythm(HostId host) {
    return Optional.ofNullable(rhythms.get(host));
  }

  /** A host's suspicion of being silent, as it is weighed for the verdict; changes nothing. */
  double suspicion(HostId host, Instant now) {
    Rhythm rhythm = rhythms.get(host);
    return rhythm == null
        ? 0
        : since(rhythm).suspicion(peek(now), settings.silentPause(), settings);
  }

  LivenessSettings settings() {
    return settings;
  }

  private boolean late(Rhythm rhythm, Instant at, double pause) {
    return rhythm.suspicion(at, pause, settings) >= settings.phi();
  }

  /** The rhythm with its silence counted from where it may count. */
  private Rhythm since(Rhythm rhythm) {
    return rhythm.arrival().isBefore(countFrom)
        ? new Rhythm(rhythm.last(), countFrom, rhythm.mean(), rhythm.variance(), rhythm.samples())
        : rhythm;
  }

  /** The observer's waking time, in which gaps that were its own do not exist. */
  private Instant awake(Instant now) {
    Instant at = peek(now);
    slept = Duration.between(at, now);
    lookedAt = at;
    return at;
  }

  /** What its waking time would be if it looked now; asking is not looking. */
  private Instant peek(Instant now) {
    Instant at = now.minus(slept);
    Duration gap = Duration.between(lookedAt, at);
    return gap.isNegative() || gap.compareTo(MOST_BETWEEN_LOOKS) > 0 ? lookedAt : at;
  }

  private static boolean many(int late, int known) {
    return known >= LARGE ? late > Math.max(1, MANY * known) : late == known && known > 1;
  }
}
