package io.ballast.scheduler.core.balance;

import io.ballast.messages.Fleet;
import io.ballast.messages.HostId;
import io.ballast.messages.Move;
import io.ballast.messages.Reason;
import io.ballast.messages.Vm;
import io.ballast.messages.VmId;
import io.ballast.scheduler.core.effect.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What is left out because moves failed: targets that fail every arrival, VMs that fail every move,
 * and VMs that can't be moved at all.
 *
 * <p>Whose fault a failure is, nobody knows: it counts against the target, the source and the VM,
 * and a success acquits all three. A target is left out after its second failure in a row, a VM
 * after it failed to a second target, for a time that doubles with each further failure. A target
 * whose failures all came from one source, which has failed to others as well, is left out for that
 * source alone: one bad source must not close all targets.
 *
 * <p>A guest that writes faster than is sent would do so between any two hosts: that counts against
 * the VM alone.
 *
 * <p>A VM that its hypervisor can't move as it is defined is tried once, and then left alone until
 * its definition is seen changed, or it is seen stopped. Immutable.
 *
 * @param targets by host
 * @param sources to which targets the latest moves away from a host have failed
 * @param vms by VM
 * @param pinned the VMs that can't be moved
 */
public record Setbacks(
    Map<HostId, Streak> targets,
    Map<HostId, Set<HostId>> sources,
    Map<VmId, Streak> vms,
    Map<VmId, Pinned> pinned) {
  /** Nothing failed. */
  public static final Setbacks NONE = new Setbacks(Map.of(), Map.of(), Map.of(), Map.of());

  /** So many failures in a row are nobody's fault yet. */
  private static final int TOLERATED = 1;

  private static final Duration FIRST = Duration.ofMinutes(10);
  private static final Duration LONGEST = Duration.ofHours(6);
  private static final Duration FORGOTTEN = Duration.ofDays(1);

  public Setbacks {
    targets = Map.copyOf(targets);
    sources = Map.copyOf(sources);
    vms = Map.copyOf(vms);
    pinned = Map.copyOf(pinned);
  }

  /**
   * Failures in a row.
   *
   * @param subject what they count against, for people
   * @param others for a target the sources, for a VM the targets that they were shared with
   * @param failures how many
   * @param last when the latest did
   * @param why what was said of that
   */
  record Streak(String subject, Set<HostId> others, int failures, Instant last, String why) {
    private static Streak none(String subject) {
      return new Streak(subject, Set.of(), 0, Instant.MIN, "");
    }

    private Streak and(Move failed, HostId other) {
      Set<HostId> hosts = new HashSet<>(others);
      hosts.add(other);
      return new Streak(subject, Set.copyOf(hosts), failures + 1, failed.since(), failed.note());
    }

    private boolean isPast(Instant now) {
      return failures <= TOLERATED || !now.isBefore(until());
    }

    /** Until when what they count against is left out, if it is. */
    Instant until() {
      int doublings = Math.clamp(failures - TOLERATED - 1, 0, 10);
      Duration time = FIRST.multipliedBy(1L << doublings);
      return last.plus(time.compareTo(LONGEST) > 0 ? LONGEST : time);
    }
  }

  /** A VM that can't be moved as it is defined, and how it was when that was found. */
  record Pinned(String name, int vcpus, long memory, String why) {
    private static Pinned of(Vm vm, String why) {
      return new Pinned(vm.name(), vm.vcpus(), vm.memory().value(), why);
    }

    private boolean isStill(Vm vm) {
      return vm.state().active() && of(vm, why).equals(this);
    }
  }

  /**
   * This after a move that was sent has ended.
   *
   * @param vm as its source shows it, if it does
   */
  public Setbacks after(Step.Ended end, Optional<Vm> vm) {
    Move move = end.move();
    if (move.state() == Move.State.DONE) {
      return acquitted(move);
    }
    Optional<Reason> reason = end.reason();
    if (reason.equals(Optional.of(Reason.CANCELLED))) {
      return this;
    }
    if (reason.filter(said -> Pinning.isMeantBy(said, move.note())).isPresent()) {
      Map<VmId, Pinned> more = new HashMap<>(pinned);
      vm.ifPresent(known -> more.put(known.id(), Pinned.of(known, move.note())));
      return new Setbacks(targets, sources, vms, more);
    }
    boolean ofItsHosts = end.begun() && !reason.equals(Optional.of(Reason.NOT_CONVERGING));
    return counted(move, ofItsHosts);
  }

  private Setbacks acquitted(Move done) {
    return new Setbacks(
        without(targets, done.to()),
        without(sources, done.from()),
        without(vms, done.vm()),
        without(pinned, done.vm()));
  }

  /**
   * Counts a failure.
   *
   * @param ofItsHosts whether it may be one of the hosts, and not only of the VM
   */
  private Setbacks counted(Move failed, boolean ofItsHosts) {
    HostId from = failed.from();
    HostId to = failed.to();
    Map<VmId, Streak> ofVms = new HashMap<>(vms);
    ofVms.values().removeIf(old -> old.last().plus(FORGOTTEN).isBefore(failed.since()));
    ofVms.compute(
        failed.vm(),
        (vm, streak) -> (streak == null ? Streak.none(failed.name()) : streak).and(failed, to));
    if (!ofItsHosts) {
      return new Setbacks(targets, sources, ofVms, pinned);
    }
    Map<HostId, Streak> ofTargets = new HashMap<>(targets);
    ofTargets.compute(
        to,
        (host, streak) -> (streak == null ? Streak.none(to.value()) : streak).and(failed, from));
    Map<HostId, Set<HostId>> ofSources = new HashMap<>(sources);
    Set<HostId> failedTo = new HashSet<>(sources.getOrDefault(from, Set.of()));
    failedTo.add(to);
    ofSources.put(from, Set.copyOf(failedTo));
    return new Setbacks(ofTargets, ofSources, ofVms, pinned);
  }

  /** This without the VMs that are seen not to be as they were found unmovable. */
  public Setbacks seen(Collection<Fleet.Host> hosts) {
    Map<VmId, Vm> known = new HashMap<>();
    for (Fleet.Host host : hosts) {
      for (Vm vm : host.beat().vms()) {
        if (host.status() == Fleet.Status.UP && pinned.containsKey(vm.id())) {
          known.merge(vm.id(), vm, (one, other) -> one.state().active() ? one : other);
        }
      }
    }
    Map<VmId, Pinned> left = new HashMap<>(pinned);
    left.entrySet()
        .removeIf(
            entry -> {
              Vm vm = known.get(entry.getKey());
              return vm != null && !entry.getValue().isStill(vm);
            });
    return left.size() == pinned.size() ? this : new Setbacks(targets, sources, vms, left);
  }

  /** What speaks against moving a VM of {@code from} to {@code to}. */
  Optional<Streak> between(HostId from, HostId to, Instant now) {
    return Optional.ofNullable(targets.get(to))
        .filter(streak -> !streak.isPast(now))
        .filter(streak -> isItsOwnFault(streak, to) || streak.others().contains(from));
  }

  /** Whether other sources than the target's only one would fail to it too, as far as is known. */
  private boolean isItsOwnFault(Streak streak, HostId target) {
    return streak.others().size() > TOLERATED
        || streak.others().stream()
            .allMatch(source -> Set.of(target).containsAll(sources.getOrDefault(source, Set.of())));
  }

  /** What speaks against moving a VM anywhere for a while. */
  Optional<Streak> of(VmId vm, Instant now) {
    return Optional.ofNullable(vms.get(vm))
        .filter(streak -> streak.others().size() > TOLERATED && !streak.isPast(now));
  }

  /** Why a VM can't be moved as it is defined. */
  Optional<Pinned> pinned(VmId vm) {
    return Optional.ofNullable(pinned.get(vm));
  }

  /** The targets of a cluster that are left out, at least for one source. */
  Stream<Streak> leftOut(Predicate<HostId> ofCluster, Instant now) {
    return new TreeMap<>(targets)
        .entrySet().stream()
            .filter(entry -> ofCluster.test(entry.getKey()) && !entry.getValue().isPast(now))
            .map(Map.Entry::getValue);
  }

  private static <K, V> Map<K, V> without(Map<K, V> map, K key) {
    Map<K, V> next = new HashMap<>(map);
    next.remove(key);
    return next;
  }
}
