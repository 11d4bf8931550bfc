package io.ballast.scheduler.core.balance;

import io.ballast.messages.Bytes;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostId;
import io.ballast.scheduler.core.policy.Metric;
import io.ballast.scheduler.core.view.Variance;
import java.util.List;

/**
 * A host that takes part, as measured and with the predicted effect of moves.
 *
 * <p>CPU is what its guests and itself would use if there were enough, so it may exceed 1. The load
 * average follows the CPU, see {@link Echo}.
 *
 * @param demand processors wanted now
 * @param firstDemand processors wanted when it was measured
 * @param used memory that is not available to new work
 * @param promised memory that guests on their way here were given and do not hold yet
 * @param lagging whether its load average tells of the time before its latest move
 * @param variance how far its demand, memory and load may be off
 * @param taken memory that is not available to new work by the latest beat
 */
record Site(
    Fleet.Host host,
    double demand,
    double firstDemand,
    Bytes used,
    Bytes promised,
    boolean lagging,
    Variance variance,
    Bytes taken) {

  /**
   * A host as measured.
   *
   * @param host with the averages of its load
   * @param taken memory that is not available to new work by the latest beat
   */
  static Site of(
      Fleet.Host host, List<Guest> guests, boolean lagging, Variance variance, Bytes taken) {
    double shown = guests.stream().mapToDouble(guest -> guest.vm().cpus()).sum();
    double hidden = guests.stream().mapToDouble(Guest::appetite).sum() - shown;
    double busy = host.beat().load().cpu() * host.beat().capacity().cpus();
    double demand = Math.max(busy, shown) + hidden;
    Bytes used = host.beat().load().memoryUsed();
    return new Site(host, demand, demand, used, Bytes.ZERO, lagging, variance, taken);
  }

  HostId id() {
    return host.id();
  }

  /** Its value of a metric, in the metric's unit. */
  double value(Metric metric) {
    return switch (metric) {
      case CPU -> perProcessor(demand);
      case MEMORY -> used.shareOf(host.beat().capacity().memory());
      case LOAD -> echo().of(perProcessor(demand));
    };
  }

  /** How far its value of a metric may be off, in the metric's unit squared. */
  double variance(Metric metric) {
    double cpus = host.beat().capacity().cpus();
    double memory = host.beat().capacity().memory().toMiB();
    return switch (metric) {
      case CPU -> variance.cpu() / (cpus * cpus);
      case MEMORY -> variance.memory() / (memory * memory);
      case LOAD -> variance.load() / (cpus * cpus);
    };
  }

  /** Whether it can hold all that the guest was given, beside what it holds and has promised. */
  boolean hasRoomFor(Guest guest) {
    return guest.room().compareTo(free()) <= 0;
  }

  /** Memory that nobody holds or was promised. */
  Bytes free() {
    Bytes more = used.compareTo(taken) > 0 ? used : taken;
    return host.beat().capacity().memory().minusOrZero(more.plus(promised));
  }

  /**
   * This with a guest under way to it, which will bring its appetite, and whose memory is being
   * filled.
   *
   * @param here what the guest's copy already holds of this host's memory
   */
  Site expecting(Guest guest, Bytes here) {
    Bytes missing = guest.held().minusOrZero(here);
    return new Site(
        host,
        demand + guest.appetite(),
        firstDemand,
        used.plus(missing),
        promised.plus(guest.room().minusOrZero(here.plus(missing))),
        lagging,
        variance.plus(guest.variance()),
        taken.plus(missing));
  }

  /** This with a guest under way from it: it takes its appetite along, and still holds memory. */
  Site leaving(Guest guest) {
    double rest = Math.max(0, demand - guest.appetite());
    Variance less = variance.minus(guest.variance());
    return new Site(host, rest, firstDemand, used, promised, lagging, less, taken);
  }

  /** This after the guest has left. */
  Site without(Guest guest) {
    double rest = Math.max(0, demand - guest.appetite());
    return new Site(
        host,
        rest,
        firstDemand,
        used.minusOrZero(guest.held()),
        promised,
        lagging,
        variance.minus(guest.variance()),
        taken.minusOrZero(guest.held()));
  }

  /** This after the guest has come. */
  Site with(Guest guest) {
    return expecting(guest, Bytes.ZERO);
  }

  private double perProcessor(double processors) {
    return processors / host.beat().capacity().cpus();
  }

  /** How its load average follows its demand. */
  Echo echo() {
    double first = perProcessor(firstDemand);
    return new Echo(
        first, Metric.LOAD.of(host.beat()) - first, lagging, Appetite.isSaturated(host.beat()));
  }
}
