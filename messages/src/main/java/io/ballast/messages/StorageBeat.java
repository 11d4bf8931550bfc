package io.ballast.messages;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a host's storage agent sees: its pools and their room, and how they, the disks and the
 * arrays below them fare.
 *
 * @param sampledAt when the pools were last seen, by the host's clock; absent until they first
 *     were, while nothing is known of them
 * @param problem for a person: why a look at them has failed since; absent if none has
 * @param health of pools, disks and arrays, at most {@value #MOST_HEALTH}; empty if the agent does
 *     not tell it, while nothing is known of it
 * @param berths the volumes that it keeps for moves
 * @param local of the virtual machines in memory there that have such, as of the last minute or so,
 *     at most {@value #MOST_LOCAL}; empty if the agent does not tell it, while nothing is known
 */
public record StorageBeat(
    Pulse pulse,
    List<Pool> pools,
    Optional<Instant> sampledAt,
    Optional<String> problem,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Health> health,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Berth> berths,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<LocalDisks> local)
    implements Beat {
  /** Of so many things a beat tells how they fare at most. */
  public static final int MOST_HEALTH = 1_024;

  /** Of so many virtual machines a beat tells the local disks at most. */
  public static final int MOST_LOCAL = 1_024;

  public StorageBeat {
    Fields.required(pulse, "pulse");
    pools = Fields.listOf(pools, "pools");
    Fields.required(sampledAt, "sampledAt");
    Fields.required(problem, "problem");
    health = Fields.listOrNone(health, "health");
    berths = Fields.listOrNone(berths, "berths");
    local = Fields.listOrNone(local, "local");
    if (health.size() > MOST_HEALTH) {
      throw new IllegalArgumentException(
          "field 'health' has " + health.size() + " entries; it must have at most " + MOST_HEALTH);
    }
    if (local.size() > MOST_LOCAL) {
      throw new IllegalArgumentException(
          "field 'local' has " + local.size() + " entries; it must have at most " + MOST_LOCAL);
    }
  }

  /** A beat that tells nothing of health. */
  public StorageBeat(
      Pulse pulse, List<Pool> pools, Optional<Instant> sampledAt, Optional<String> problem) {
    this(pulse, pools, sampledAt, problem, List.of());
  }

  /** A beat of an agent that keeps nothing for moves. */
  public StorageBeat(
      Pulse pulse,
      List<Pool> pools,
      Optional<Instant> sampledAt,
      Optional<String> problem,
      List<Health> health) {
    this(pulse, pools, sampledAt, problem, health, List.of(), List.of());
  }

  /** A beat that tells nothing of local disks. */
  public StorageBeat(
      Pulse pulse,
      List<Pool> pools,
      Optional<Instant> sampledAt,
      Optional<String> problem,
      List<Health> health,
      List<Berth> berths) {
    this(pulse, pools, sampledAt, problem, health, berths, List.of());
  }

  /** This with the local disks of virtual machines. */
  public StorageBeat with(List<LocalDisks> disks) {
    return new StorageBeat(pulse, pools, sampledAt, problem, health, berths, disks);
  }

  /**
   * A place where disks of virtual machines lie.
   *
   * @param type what it is, in libvirt's words: {@code dir}, {@code fs}, {@code rbd}, ...
   * @param active whether disks in it can be used now
   * @param capacity its size; zero while not active
   * @param used what is taken of it
   * @param available what is left for new disks
   * @param autostart whether it is to be active whenever its host is up; absent where that is not
   *     known
   */
  public record Pool(
      String name,
      String type,
      boolean active,
      Bytes capacity,
      Bytes used,
      Bytes available,
      Optional<Boolean> autostart) {
    public Pool {
      Fields.text(name, "name");
      Fields.text(type, "type");
      Fields.required(capacity, "capacity");
      Fields.required(used, "used");
      Fields.required(available, "available");
      Fields.required(autostart, "autostart");
    }

    /** A pool of which nothing is said about its start. */
    public Pool(
        String name, String type, boolean active, Bytes capacity, Bytes used, Bytes available) {
      this(name, type, active, capacity, used, available, Optional.empty());
    }

    /** The share of it that is not left for new disks, 0 to 1; 0 where it has no size. */
    public double usedShare() {
      return capacity.minusOrZero(available).shareOf(capacity);
    }
  }

  /**
   * How a part of the storage fares, as it was last asked.
   *
   * @param name of a disk its path, of an array and a pool its name; absent where this is said of
   *     all of its kind together, as {@link Verdict#UNKNOWN}
   * @param model who made a disk and its serial number, where known
   * @param reason why, a sentence for a person of at most {@value #LONGEST} characters
   * @param sampledAt when it was asked, by the host's clock
   */
  public record Health(
      Kind kind,
      Optional<String> name,
      Optional<String> model,
      Verdict verdict,
      String reason,
      Instant sampledAt) {
    /** The longest name, model or reason, in characters. */
    public static final int LONGEST = 4_096;

    public Health {
      Fields.required(kind, "kind");
      Fields.required(name, "name").ifPresent(text -> Fields.brief(text, "name", LONGEST));
      Fields.required(model, "model").ifPresent(text -> Fields.brief(text, "model", LONGEST));
      Fields.required(verdict, "verdict");
      Fields.brief(reason, "reason", LONGEST);
      Fields.required(sampledAt, "sampledAt");
      if (name.isEmpty() && verdict != Verdict.UNKNOWN) {
        throw new IllegalArgumentException(
            "field 'name' is missing; only UNKNOWN is said of all of a kind");
      }
    }

    /** What fares so. */
    public enum Kind {
      /** A device that stores. */
      DISK,
      /** Several devices that the kernel joins to one, so that one may fail. */
      ARRAY,
      /** A place where disks of virtual machines lie. */
      POOL
    }

    /** How it fares. */
    public enum Verdict {
      /** It was asked, and nothing is wrong. */
      GOOD,
      /** It works, and is worn, has had errors, or has lost what would bear the next failure. */
      WARNING,
      /** It has failed, or says that it soon will. */
      FAILING,
      /** It could not be asked, or did not say; that is neither good nor bad. */
      UNKNOWN
    }
  }
}
