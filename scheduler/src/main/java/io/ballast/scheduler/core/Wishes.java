package io.ballast.scheduler.core;

import io.ballast.messages.Fleet;
import io.ballast.messages.HostId;
import io.ballast.messages.Move;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply.Refused;
import io.ballast.messages.SchedulerCommand;
import io.ballast.messages.VmId;
import io.ballast.scheduler.core.balance.Past;
import io.ballast.scheduler.core.balance.Placement;
import io.ballast.scheduler.core.move.MoveInput;
import io.ballast.scheduler.core.move.MoveMachine;
import io.ballast.scheduler.core.policy.Policy;
import io.ballast.scheduler.core.view.ClusterView;
import io.ballast.scheduler.core.view.FleetView;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What persons wish of VMs, moves and hosts, judged by the fleet's picture.
 *
 * @param past what became of earlier moves
 */
record Wishes(FleetView view, List<ClusterView> clusters, Past past, Policy policy, Instant now) {
  /** A wish that was judged. */
  sealed interface Judged {
    /** It may be carried out: by this. */
    record Granted(MoveInput input) implements Judged {}

    /** It may not, and this is the answer. */
    record Denied(Refused refusal) implements Judged {}
  }

  /**
   * Somebody wants a VM moved.
   *
   * @param id of the wish, and of the move that comes of it
   */
  Judged move(OperationId id, SchedulerCommand.MoveVm wish) {
    Optional<ClusterView> home = home(wish.vm());
    if (home.isEmpty()) {
      return new Judged.Denied(
          new Refused(
              Reason.UNKNOWN_VM, "no host knows a VM " + wish.vm() + "; look for its id again"));
    }
    Optional<Refused> stranger = wish.to().flatMap(to -> stranger(home.get(), to));
    if (stranger.isPresent()) {
      return new Judged.Denied(stranger.get());
    }
    Placement placement = Placement.of(home.get(), past, policy, wish, now);
    return switch (placement) {
      case Placement.Refused refused ->
          new Judged.Denied(new Refused(refused.reason(), refused.message()));
      case Placement.Found found ->
          new Judged.Granted(
              new MoveInput.Planned(
                  MoveMachine.planned(id, found.move(), Move.Priority.PERSON, now),
                  found.peerUri(),
                  wish.copying().orElse(false),
                  wish.rests()));
    };
  }

  /** Somebody has looked where a move in doubt left its VM. */
  Judged settle(SchedulerCommand.SettleMove settle) {
    return past.moves().stream()
        .filter(move -> move.id().equals(settle.move()))
        .findFirst()
        .flatMap(move -> contradiction(move, settle.on()))
        .<Judged>map(Judged.Denied::new)
        .orElseGet(() -> new Judged.Granted(new MoveInput.Settled(settle.move(), settle.on())));
  }

  /**
   * The cluster in which a VM is: where it is in memory rather than defined, heard rather than
   * silent.
   */
  Optional<ClusterView> home(VmId vm) {
    return view.places(vm).stream()
        .min(
            Comparator.comparing((FleetView.Place place) -> !place.vm().state().active())
                .thenComparing(place -> is(place.host(), Fleet.Status.SILENT)))
        .flatMap(place -> cluster(place.host()));
  }

  /** The refusal of a target that is not of the cluster. */
  private Optional<Refused> stranger(ClusterView cluster, HostId to) {
    if (cluster.host(to).isPresent()) {
      return Optional.empty();
    }
    return Optional.of(
        view.host(to)
            .map(
                heard ->
                    new Refused(
                        Reason.WRONG_STATE,
                        "host "
                            + to
                            + " is of cluster "
                            + heard.beat().pulse().cluster()
                            + ", the VM of cluster "
                            + cluster.cluster()
                            + "; choose a host of the same cluster"))
            .orElseGet(
                () ->
                    new Refused(
                        Reason.UNKNOWN_HOST,
                        "no host " + to + " was heard; the cluster has " + names(cluster))));
  }

  /** Why a host is not to be forgotten; empty = it may be. */
  Optional<Refused> reasonToKeep(HostId host) {
    if (view.host(host).isEmpty()) {
      return Optional.of(
          new Refused(Reason.UNKNOWN_HOST, "no host " + host + " was heard; see 'ballast hosts'"));
    }
    if (!is(host, Fleet.Status.SILENT)) {
      return Optional.of(
          new Refused(
              Reason.WRONG_STATE,
              host
                  + " still beats, or has only just fallen silent; stop its agent, wait until it is"
                  + " called silent, then forget it"));
    }
    return past.moves().stream()
        .filter(move -> move.state().open())
        .filter(move -> move.from().equals(host) || move.to().equals(host))
        .findFirst()
        .map(
            move ->
                new Refused(
                    Reason.BUSY,
                    "the move of %s from %s to %s is in doubt; find out where it runs and say so: 'ballast move settle %s --on HOST'"
                        .formatted(move.name(), move.from(), move.to(), move.id())));
  }

  /** Why a person can't be right that the VM of a move runs on a host; empty = it may be so. */
  private Optional<Refused> contradiction(Move move, HostId on) {
    HostId other = on.equals(move.from()) ? move.to() : move.from();
    if (isHeard(on) && !isActive(move.vm(), on)) {
      return Optional.of(
          new Refused(
              Reason.WRONG_STATE,
              "%s beats and does not have %s active; look again where it runs"
                  .formatted(on, move.name())));
    }
    if (isHeard(other) && isActive(move.vm(), other)) {
      return Optional.of(
          new Refused(
              Reason.WRONG_STATE,
              "%s beats and has %s active as well; bring it down to one first"
                  .formatted(other, move.name())));
    }
    return Optional.empty();
  }

  private boolean isHeard(HostId host) {
    return is(host, Fleet.Status.UP) || is(host, Fleet.Status.SUSPECT);
  }

  private boolean isActive(VmId vm, HostId host) {
    return view.places(vm).stream()
        .anyMatch(place -> place.host().equals(host) && place.vm().state().active());
  }

  private boolean is(HostId host, Fleet.Status status) {
    return cluster(host)
        .flatMap(cluster -> cluster.host(host))
        .filter(known -> known.status() == status)
        .isPresent();
  }

  private Optional<ClusterView> cluster(HostId host) {
    return clusters.stream().filter(cluster -> cluster.host(host).isPresent()).findFirst();
  }

  private static String names(ClusterView cluster) {
    return String.join(", ", cluster.hosts().stream().map(host -> host.id().value()).toList());
  }
}
