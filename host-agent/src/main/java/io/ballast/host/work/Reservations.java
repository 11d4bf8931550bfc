package io.ballast.host.work;

import io.ballast.bus.RefusedException;
import io.ballast.host.trade.Domain;
import io.ballast.host.trade.Needs;
import io.ballast.messages.Bytes;
import io.ballast.messages.HostCommand;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What this host has promised to virtual machines that are on their way: their memory and their
 * names. At most {@value #MOST} promises, each for one operation and {@link
 * HostCommand#LONGEST_PROMISE} at most. Times are those of the agent's loop.
 */
final class Reservations {
  static final int MOST = 100;

  private final Map<OperationId, Promised> promises = new LinkedHashMap<>();

  /**
   * What guests that are on their way already hold here, as told the last time and the time before.
   * The host's own count of its memory may be older than the last time. Of one that arrives it is
   * often not told; then all of its promise counts.
   */
  private Map<VmId, Bytes> seen = Map.of();

  private Map<VmId, Bytes> held = Map.of();

  private record Promised(Needs needs, Duration until) {}

  /**
   * Promises what a virtual machine needs.
   *
   * @param available memory, by whether it is in huge pages; what was promised is not taken off
   * @throws RefusedException as {@code BUSY} or {@code NO_ROOM}, after which nothing is promised
   */
  void promise(
      OperationId operation,
      Needs needs,
      Duration within,
      Function<Boolean, Bytes> available,
      Duration now) {
    fits(needs, available, now);
    Duration longest = HostCommand.LONGEST_PROMISE;
    Duration time = within.compareTo(longest) > 0 ? longest : within;
    promises.put(operation, new Promised(needs, now.plus(time)));
  }

  /**
   * It could be promised.
   *
   * @throws RefusedException as {@code BUSY} or {@code NO_ROOM} if not
   */
  void fits(Needs needs, Function<Boolean, Bytes> available, Duration now) {
    free(needs.vm(), needs.name(), now);
    if (promises.size() >= MOST) {
      throw refused(
          Reason.BUSY,
          "room is promised here to %d VMs on their way already; try again later".formatted(MOST));
    }
    Bytes promised = promised(needs.hugePages(), now);
    Bytes free = available.apply(needs.hugePages());
    if (needs.memory().compareTo(free.minusOrZero(promised)) > 0) {
      throw refused(
          Reason.NO_ROOM,
          "%s needs %s of %s; %s is available here, of which %s is promised to VMs on their way;"
                  .formatted(
                      needs.name(),
                      needs.memory(),
                      needs.hugePages() ? "huge pages" : "memory",
                      free,
                      promised)
              + " choose another host");
    }
  }

  /**
   * Nothing is promised to a virtual machine, and its name to no other.
   *
   * @throws RefusedException as {@code BUSY} if it is
   */
  void free(VmId vm, String name, Duration now) {
    expire(now);
    promises.forEach(
        (operation, promised) -> {
          if (promised.needs.vm().equals(vm) || promised.needs.name().equals(name)) {
            throw refused(
                Reason.BUSY,
                "%s is on its way here for operation %s; wait for that to end"
                    .formatted(promised.needs.name(), operation));
          }
        });
  }

  /** Memory that is promised and not yet held by whom it is promised to. */
  Bytes promised(boolean hugePages, Duration now) {
    expire(now);
    return promises.values().stream()
        .map(Promised::needs)
        .filter(needs -> needs.hugePages() == hugePages)
        .map(needs -> needs.memory().minusOrZero(held.getOrDefault(needs.vm(), Bytes.ZERO)))
        .reduce(Bytes.ZERO, Bytes::plus);
  }

  /** What is promised for an operation, if anything is. */
  Optional<Needs> of(OperationId operation, Duration now) {
    expire(now);
    return Optional.ofNullable(promises.get(operation)).map(Promised::needs);
  }

  /** Takes a promise back; without effect if there is none. */
  void release(OperationId operation) {
    promises.remove(operation);
  }

  /** Takes back what was promised to those that have arrived, which is those that run. */
  void seen(List<Domain> domains) {
    Map<VmId, Domain> here =
        domains.stream()
            .collect(Collectors.toMap(Domain::id, Function.identity(), (one, same) -> same));
    promises
        .values()
        .removeIf(
            promised ->
                Optional.ofNullable(here.get(promised.needs.vm()))
                    .filter(domain -> domain.state() == VmState.RUNNING)
                    .isPresent());
    Map<VmId, Bytes> now = new HashMap<>();
    promises
        .values()
        .forEach(
            promised ->
                Optional.ofNullable(here.get(promised.needs.vm()))
                    .filter(Domain::residentTold)
                    .ifPresent(domain -> now.put(domain.id(), domain.resident())));
    held = seen;
    seen = now;
  }

  private void expire(Duration now) {
    promises.values().removeIf(promised -> promised.until.compareTo(now) <= 0);
  }

  private static RefusedException refused(Reason reason, String message) {
    return new RefusedException(reason, message);
  }
}
