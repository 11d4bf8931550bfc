package io.ballast.ops.client;

import io.ballast.bus.Role;
import io.ballast.messages.HostId;
import io.ballast.messages.Obstacle;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.StorageCommand.ConsiderDisks;
import io.ballast.messages.StorageCommand.InspectContents;
import io.ballast.messages.StorageCommand.InspectDisks;
import io.ballast.messages.VmId;
import io.ballast.messages.Volume;
import io.ballast.scheduler.core.move.Freight;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** How the disks of a virtual machine would go along that its host alone has; asks, and no more. */
final class DiskPlan {
  private final FleetConnection connection;
  private final VmId vm;
  private final HostId from;
  private final Freight freight;

  /**
   * What is copied to a target.
   *
   * @param freight which disks, and whether whole
   * @param why they are copied whole, or can't be copied where {@code free} is not; for a person
   * @param free whether nothing is in their way
   */
  record Way(Freight freight, Optional<String> why, boolean free) {}

  private DiskPlan(FleetConnection connection, VmId vm, HostId from, Freight freight) {
    this.connection = connection;
    this.vm = vm;
    this.from = from;
    this.freight = freight;
  }

  /** One that copies nothing. */
  static DiskPlan ofNone(FleetConnection connection, VmId vm, HostId from) {
    return new DiskPlan(connection, vm, from, Freight.of(List.of()));
  }

  /**
   * For a live migration. On a host without a storage agent nothing is copied.
   *
   * @throws CommandFailure if the disks are not told
   */
  static DiskPlan live(FleetConnection connection, VmId vm, HostId from) {
    try {
      return resting(connection, vm, from);
    } catch (CommandFailure failure) {
      if (failure.reason().equals(Optional.of(Reason.NO_RECEIVER))) {
        return ofNone(connection, vm, from);
      }
      throw failure;
    }
  }

  /**
   * For one that does not run then.
   *
   * @throws CommandFailure if the disks are not told
   */
  static DiskPlan resting(FleetConnection connection, VmId vm, HostId from) {
    return new DiskPlan(
        connection,
        vm,
        from,
        Freight.of(connection.askAgent(Role.STORAGE, from, new InspectDisks(vm)).disks()));
  }

  /** What would be copied if the target has all that the disks build upon. */
  Freight freight() {
    return freight;
  }

  /** Whether a copy takes an obstacle out of the way. */
  boolean takesAway(Obstacle obstacle) {
    return obstacle.disk().filter(freight.places()::contains).isPresent();
  }

  /**
   * What is copied to a target, as the scheduler chooses it.
   *
   * @param live whether the virtual machine runs meanwhile; else nothing is copied whole that
   *     builds upon others
   */
  Way to(HostId target, boolean live) {
    if (freight.isEmpty()) {
      return new Way(freight, Optional.empty(), true);
    }
    Optional<String> never = freight.objection(from);
    if (never.isPresent()) {
      return new Way(freight, never, false);
    }
    try {
      Optional<String> why = objection(freight, target);
      Freight whole = freight.copiedWhole();
      return why.isPresent()
              && live
              && freight.isIncremental()
              && objection(whole, target).isEmpty()
          ? new Way(whole, why, true)
          : new Way(freight, why, why.isEmpty());
    } catch (CommandFailure failure) {
      return new Way(freight, Optional.of(String.valueOf(failure.getMessage())), false);
    }
  }

  private Optional<String> objection(Freight some, HostId target) {
    OperationId none = new OperationId(UUID.randomUUID().toString());
    return connection
        .askAgent(Role.STORAGE, target, new ConsiderDisks(some.preparation(none, vm, from, target)))
        .refusal()
        .map(Reply.Refused::message)
        .or(
            () ->
                some.isIncremental()
                    ? Freight.objection(contents(from), contents(target))
                    : Optional.empty());
  }

  private List<Volume.Content> contents(HostId host) {
    return connection
        .askAgent(Role.STORAGE, host, new InspectContents(freight.layers()))
        .contents();
  }
}
