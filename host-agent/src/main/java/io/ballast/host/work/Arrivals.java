package io.ballast.host.work;

import io.ballast.agent.Loop;
import io.ballast.bus.RefusedException;
import io.ballast.host.trade.Domain;
import io.ballast.host.trade.Hypervisor;
import io.ballast.host.trade.Needs;
import io.ballast.messages.Bytes;
import io.ballast.messages.HostCommand.Prepare;
import io.ballast.messages.Obstacle;
import io.ballast.messages.Obstacle.Kind;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply.Accepted;
import io.ballast.messages.Reply.Considered;
import io.ballast.messages.Reply.Prepared;
import io.ballast.messages.VmId;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The virtual machines that are about to come from other hosts, and what this host promises them,
 * so that two which fit only alone are not both let in. All of it is memory: a restart forgets it,
 * and the room is counted anew by what is there. Lives on one loop.
 */
public final class Arrivals {
  private final Here here;
  private final Hypervisor hypervisor;
  private final Loop loop;
  private final Patience patience;
  private final Supplier<Room> available;
  private final Reservations reservations = new Reservations();
  private final Map<OperationId, Future<Prepared>> asking = new HashMap<>();

  /**
   * Nobody comes yet.
   *
   * @param available the memory that this host can give now; may refuse as {@code NOT_READY}
   */
  public Arrivals(
      Here here, Hypervisor hypervisor, Loop loop, Patience patience, Supplier<Room> available) {
    this.here = here;
    this.hypervisor = hypervisor;
    this.loop = loop;
    this.patience = patience;
    this.available = available;
  }

  /** Promises what is asked for, or fails with a refusal; the same again is answered the same. */
  public Future<Prepared> prepare(Prepare asked) {
    Prepared yes = new Prepared(here.peerUri());
    Needs needs = needs(asked);
    Optional<Needs> before = reservations.of(asked.operation(), loop.now());
    if (before.isPresent()) {
      return before.get().equals(needs)
          ? asking.getOrDefault(asked.operation(), Future.succeededFuture(yes))
          : Future.failedFuture(
              new RefusedException(
                  Reason.DUPLICATE_ID,
                  "something else is promised for operation %s; give each one an id of its own"
                      .formatted(asked.operation())));
    }
    try {
      belongs(asked);
      // The room is taken before the hypervisor is asked, so that nobody else gets it meanwhile.
      reservations.promise(asked.operation(), needs, asked.within(), room(), loop.now());
    } catch (RefusedException e) {
      return Future.failedFuture(e);
    }
    Future<Prepared> answer =
        obstacles(needs)
            .compose(Arrivals::none)
            .map(nothing -> yes)
            .onFailure(refused -> reservations.release(asked.operation()))
            .onComplete(told -> asking.remove(asked.operation()));
    if (!answer.isComplete()) {
      asking.put(asked.operation(), answer);
    }
    return answer;
  }

  /** What stands in the way of a virtual machine that would come; nothing is promised. */
  public Future<Considered> consider(Prepare asked) {
    Needs needs = needs(asked);
    List<Obstacle> obstacles = new ArrayList<>();
    object(() -> belongs(asked), obstacles);
    object(() -> reservations.fits(needs, room(), loop.now()), obstacles);
    return obstacles(needs)
        .onSuccess(obstacles::addAll)
        .compose(more -> port())
        .map(port -> new Considered(new Prepared(here.peerUri(), port), obstacles));
  }

  private static void object(Runnable check, List<Obstacle> obstacles) {
    try {
      check.run();
    } catch (RefusedException e) {
      Kind kind =
          switch (e.reason()) {
            case NO_ROOM -> Kind.ROOM;
            case BUSY -> Kind.PROMISE;
            case NOT_ALLOWED -> Kind.CLUSTER;
            case WRONG_STATE -> Kind.STATE;
            default -> Kind.ANSWER;
          };
      obstacles.add(new Obstacle(kind, String.valueOf(e.getMessage())));
    }
  }

  private Future<List<Obstacle>> obstacles(Needs needs) {
    return loop.here(hypervisor.obstacles(needs), patience.check(), this::stuck);
  }

  private static Future<Void> none(List<Obstacle> obstacles) {
    return obstacles.stream()
        .findFirst()
        .<Future<Void>>map(first -> Future.failedFuture(refusal(first)))
        .orElseGet(Future::succeededFuture);
  }

  /** The refusal that comes of an obstacle. */
  static RefusedException refusal(Obstacle obstacle) {
    return new RefusedException(obstacle.kind().reason(), obstacle.message());
  }

  private Function<Boolean, Bytes> room() {
    Room room = available.get();
    return huge -> huge ? room.hugePages() : room.plain();
  }

  /** A port that can't be had is tried by nobody. */
  private Future<Optional<Integer>> port() {
    return loop.here(hypervisor.listen(), patience.check(), this::stuck)
        .otherwise(Optional.empty());
  }

  private void belongs(Prepare asked) {
    if (!asked.cluster().equals(here.cluster())) {
      throw new RefusedException(
          Reason.NOT_ALLOWED,
          "%s is of cluster %s and %s of cluster %s; choose a host of the same cluster"
              .formatted(asked.from(), asked.cluster(), here.host(), here.cluster()));
    }
    if (asked.from().equals(here.host())) {
      throw new RefusedException(
          Reason.WRONG_STATE,
          "the virtual machine is already on " + here.host() + "; name another host");
    }
  }

  private RefusedException stuck() {
    return new RefusedException(
        Reason.HYPERVISOR_STUCK,
        "the hypervisor of %s did not answer within %d ms; choose another host"
            .formatted(here.host(), patience.check().toMillis()));
  }

  private static Needs needs(Prepare asked) {
    return new Needs(
        asked.vm(),
        asked.name(),
        asked.memory(),
        asked.hugePages(),
        asked.vcpus(),
        asked.cpu(),
        asked.bridges(),
        asked.pools(),
        asked.machine(),
        asked.files());
  }

  /** Takes back what was promised for an operation, if anything was. */
  public Accepted release(OperationId operation) {
    reservations.release(operation);
    return new Accepted(operation);
  }

  /** Learns what runs here. */
  public void seen(List<Domain> domains) {
    reservations.seen(domains);
  }

  /** What is left for others of the memory that this host can give. */
  public Room left(Room room) {
    return new Room(
        room.plain().minusOrZero(reservations.promised(false, loop.now())),
        room.hugePages().minusOrZero(reservations.promised(true, loop.now())));
  }

  /**
   * A domain that is to be defined or started here is not on its way here, and no other of its name
   * is.
   *
   * @throws RefusedException as {@code BUSY} if it is
   */
  public void notComing(VmId vm, String name) {
    reservations.free(vm, name, loop.now());
  }
}
