package io.ballast.scheduler.core.follow;

import io.ballast.messages.Berth;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostId;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reply.BerthInspected;
import io.ballast.messages.Reply.OperationInspected;
import io.ballast.messages.VmId;
import io.ballast.messages.Volume;
import io.ballast.scheduler.core.effect.Effect;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Sees to it that volumes which hosts keep for a move that is over stay where their virtual machine
 * is, and go elsewhere, whoever led the move and whatever became of that. One thread at a time.
 *
 * <p>Two things have to say the same before a volume is deleted: what the source's agent wrote down
 * of the migration, and where both hosts see the machine. Neither alone is enough, for a machine
 * may have moved, been shut down and been begun again at its source since. The picture has to stay
 * the same for a while before anything is ordered, and what was ordered is given time. Nothing is
 * ordered while the machine is on its way by what any host or this scheduler says.
 */
public final class Settling {
  /** What is to be ordered, by when. */
  private Map<Effect.Settle, Instant> waits = Map.of();

  /**
   * Looks at the fleet.
   *
   * @param isMoving whether a machine is on its way
   * @param patience how long a move may yet begin, for all that is known of it
   */
  public List<Effect> look(
      List<Fleet.Host> hosts,
      Predicate<VmId> isMoving,
      Function<OperationId, Duration> patience,
      Instant now) {
    Map<OperationId, Berth> berths = berths(hosts);
    if (berths.isEmpty()) {
      waits = Map.of();
      return List.of();
    }
    Map<HostId, Fleet.Host> sure =
        hosts.stream()
            .filter(Home::isSure)
            .collect(Collectors.toMap(Fleet.Host::id, Function.identity()));
    Set<OperationId> open =
        hosts.stream()
            .flatMap(host -> host.beat().operations().stream())
            .collect(Collectors.toSet());
    Map<Effect.Settle, Instant> still = new HashMap<>();
    List<Effect> orders = new ArrayList<>();
    for (Berth berth : berths.values()) {
      if (!isMoving.test(berth.vm()) && !open.contains(berth.move())) {
        order(berth, sure)
            .ifPresent(it -> take(it, patience.apply(berth.move()), still, orders, now));
      }
    }
    waits = still;
    return orders;
  }

  private static Map<OperationId, Berth> berths(List<Fleet.Host> hosts) {
    Map<OperationId, Berth> berths = new TreeMap<>();
    hosts.stream().flatMap(Settling::berths).forEach(berth -> berths.put(berth.move(), berth));
    return berths;
  }

  /**
   * Empty while one of the hosts does not tell what it runs; where both have the machine; and where
   * the source does not have it, and the target neither has it nor knows of its disks any more.
   */
  private static Optional<Effect.Settle> order(Berth berth, Map<HostId, Fleet.Host> sure) {
    if (!sure.containsKey(berth.from()) || !sure.containsKey(berth.to())) {
      return Optional.empty();
    }
    Fleet.Host target = sure.get(berth.to());
    boolean atSource = has(sure.get(berth.from()), berth.vm());
    boolean atTarget = has(target, berth.vm());
    boolean clear = atSource ? !atTarget : atTarget || berths(target).anyMatch(berth::isOfSameMove);
    return clear
        ? Optional.of(new Effect.Settle(berth.move(), berth.from(), berth.to(), atSource))
        : Optional.empty();
  }

  private static Stream<Berth> berths(Fleet.Host host) {
    return host.storage().stream().flatMap(beat -> beat.berths().stream());
  }

  private static boolean has(Fleet.Host host, VmId machine) {
    return host.beat().vms().stream().anyMatch(vm -> vm.id().equals(machine));
  }

  private void take(
      Effect.Settle order,
      Duration patience,
      Map<Effect.Settle, Instant> still,
      List<Effect> orders,
      Instant now) {
    Duration wait = patience.compareTo(Following.SETTLED) > 0 ? patience : Following.SETTLED;
    Instant due = waits.getOrDefault(order, now.plus(wait));
    if (now.isBefore(due) || orders.size() >= Following.MOST) {
      still.put(order, due);
    } else {
      still.put(order, now.plus(Following.AGAIN));
      orders.add(order);
    }
  }

  /**
   * Why a copy must not be deleted, for a person: the other one is not all there. Empty = it may.
   *
   * @param leaving the copy that would be deleted
   * @param staying the other one
   * @param moved whether that is the copy; else it is what was to be copied, of which one that was
   *     only begun says nothing
   */
  public static Optional<String> objection(
      BerthInspected leaving, BerthInspected staying, boolean moved) {
    return leaving.volumes().stream()
        .filter(
            volume ->
                staying.volumes().stream()
                    .filter(other -> other.id().equals(volume.id()))
                    .noneMatch(other -> !moved || isCopy(volume, other)))
        .map(
            volume ->
                "the other copy of %s is not there, or of another form or size"
                    .formatted(volume.id()))
        .findFirst();
  }

  /** What is made to be copied into is no smaller. */
  private static boolean isCopy(Volume volume, Volume other) {
    return volume.format().equals(other.format())
        && volume.capacity().compareTo(other.capacity()) <= 0;
  }

  /**
   * Whether a migration moved its machine, by what its source's agent wrote down.
   *
   * @return empty if it goes on, or if it can't be said
   */
  public static Optional<Boolean> moved(OperationInspected told) {
    if (told.refusal().isPresent()) {
      return Optional.of(false);
    }
    return told.outcome()
        .flatMap(
            outcome ->
                switch (outcome) {
                  case Outcome.Done done -> Optional.of(true);
                  case Outcome.Failed failed -> Optional.of(false);
                  case Outcome.Unknown unknown -> Optional.<Boolean>empty();
                });
  }
}
