package io.ballast.scheduler.core.balance;

import io.ballast.messages.Decision.PlannedMove;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostId;
import io.ballast.messages.Reason;
import io.ballast.messages.Vm;
import io.ballast.messages.VmId;
import io.ballast.scheduler.core.policy.Metric;
import io.ballast.scheduler.core.view.ClusterView;
import io.ballast.scheduler.core.view.Objection;
import io.ballast.scheduler.core.view.Sight;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Judges a person's wish for a move, see {@link Placement}, by one forecast. */
final class Chooser {
  private final ClusterView view;
  private final Forecast forecast;
  private final Rules rules;

  Chooser(ClusterView view, Forecast forecast, Rules rules) {
    this.view = view;
    this.forecast = forecast;
    this.rules = rules;
  }

  Placement choose(VmId id, Optional<HostId> to) {
    if (rules.isMoving(id)) {
      return onItsWay(id);
    }
    Set<HostId> homes = forecast.homes(id);
    if (homes.size() != 1) {
      return notInOnePlace(id, homes);
    }
    HostId home = homes.iterator().next();
    Optional<Site> source = forecast.site(home);
    if (source.isEmpty()) {
      return cannotJudge(home);
    }
    Guest guest =
        forecast.guests(home).stream()
            .filter(each -> each.vm().id().equals(id))
            .findFirst()
            .orElseThrow();
    if (Sight.of(Optional.of(guest.vm())) != Sight.RUNNING) {
      return new Placement.Refused(
          Reason.WRONG_STATE,
          guest.vm().name() + " is paused on " + home + "; resume it, then move it");
    }
    return to.map(target -> named(guest, source.get(), target))
        .orElseGet(() -> best(guest, source.get()));
  }

  private static Placement onItsWay(VmId id) {
    return new Placement.Refused(
        Reason.BUSY, "VM " + id + " is on its way already; wait until its move has ended");
  }

  /** Where one may go that does not run: one host defines it, and another is named. */
  Placement resting(VmId id, HostId target) {
    if (rules.isMoving(id)) {
      return onItsWay(id);
    }
    Set<HostId> homes = forecast.homes(id);
    if (!homes.isEmpty()) {
      return new Placement.Refused(
          Reason.WRONG_STATE,
          "VM %s is active on %s; shut it down first, or move it live"
              .formatted(id, homes.iterator().next()));
    }
    List<Fleet.Host> knowing =
        view.hosts().stream().filter(host -> vm(host, id).isPresent()).toList();
    if (knowing.size() != 1) {
      return knowing.isEmpty()
          ? notInOnePlace(id, homes)
          : new Placement.Refused(
              Reason.WRONG_STATE,
              "VM %s is defined on %s; undefine it where it does not belong"
                  .formatted(
                      id,
                      knowing.stream()
                          .map(host -> host.id().value())
                          .collect(Collectors.joining(" and "))));
    }
    Vm vm = vm(knowing.getFirst(), id).orElseThrow();
    HostId home = knowing.getFirst().id();
    if (view.host(target).isEmpty()) {
      return unknown(target);
    }
    if (target.equals(home)) {
      return already(vm, target);
    }
    for (HostId host : List.of(home, target)) {
      if (forecast.site(host).isEmpty()) {
        return cannotJudge(host);
      }
    }
    return new Placement.Found(
        new PlannedMove(id, vm.name(), home, target, 1, "a person wants it; it does not run"),
        view.host(target).orElseThrow().beat().hypervisor().peerUri());
  }

  private static Optional<Vm> vm(Fleet.Host host, VmId id) {
    return host.beat().vms().stream().filter(vm -> vm.id().equals(id)).findFirst();
  }

  private Placement unknown(HostId target) {
    return new Placement.Refused(
        Reason.UNKNOWN_HOST,
        "cluster " + view.cluster() + " has no host " + target + "; choose another");
  }

  private static Placement already(Vm vm, HostId target) {
    return new Placement.Refused(Reason.WRONG_STATE, vm.name() + " is on " + target + " already");
  }

  private Placement notInOnePlace(VmId id, Set<HostId> homes) {
    Set<String> names = new TreeSet<>();
    Set<String> hosts = new TreeSet<>();
    for (Fleet.Host host : view.hosts()) {
      for (Vm vm : host.beat().vms()) {
        if (vm.id().equals(id) && (homes.isEmpty() || homes.contains(host.id()))) {
          names.add(vm.name());
          hosts.add(host.id().value());
        }
      }
    }
    if (!homes.isEmpty()) {
      String on = String.join(" and ", hosts);
      return new Placement.Refused(
          Reason.WRONG_STATE,
          names.size() > 1
              ? "%s on %s are different VMs with one UUID, %s; give one of them another first"
                  .formatted(String.join(" and ", names), on, id)
              : "%s is active on %s; bring it down to one first"
                  .formatted(String.join(" or ", names), on));
    }
    return hosts.isEmpty()
        ? new Placement.Refused(
            Reason.UNKNOWN_VM, "cluster " + view.cluster() + " has no VM " + id + "; see its list")
        : new Placement.Refused(
            Reason.WRONG_STATE,
            "%s does not run; start it on %s, then move it, or move it with --offline"
                .formatted(String.join(" or ", names), String.join(" or ", hosts)));
  }

  private Placement named(Guest guest, Site source, HostId target) {
    if (view.host(target).isEmpty()) {
      return unknown(target);
    }
    if (target.equals(source.id())) {
      return already(guest.vm(), target);
    }
    Optional<Site> site = forecast.site(target);
    if (site.isEmpty()) {
      return cannotJudge(target);
    }
    Optional<String> missing = rules.missing(guest, target);
    if (missing.isPresent()) {
      return new Placement.Refused(
          Reason.NOT_ALLOWED,
          "%s can't have its network there: %s; mend that or choose another host"
              .formatted(guest.vm().name(), missing.get()));
    }
    if (!site.get().hasRoomFor(guest)) {
      return new Placement.Refused(
          Reason.NO_ROOM,
          String.format(
              "%s was given %s and %s has %s free; choose another host or free memory there",
              guest.vm().name(), guest.room(), target, site.get().free()));
    }
    return found(guest, source, site.get());
  }

  private Placement best(Guest guest, Site source) {
    Score score = forecast.score(rules.policy());
    return forecast.sites().stream()
        .filter(site -> !site.id().equals(source.id()))
        .filter(site -> site.hasRoomFor(guest))
        .filter(site -> rules.missing(guest, site.id()).isEmpty())
        .min(
            Comparator.<Site>comparingInt(site -> reluctance(guest, source, site))
                .thenComparingDouble(site -> after(score, guest, source, site)))
        .map(site -> found(guest, source, site))
        .orElseGet(() -> nowhere(guest, source));
  }

  private Placement nowhere(Guest guest, Site source) {
    return forecast.sites().stream()
        .filter(site -> !site.id().equals(source.id()))
        .filter(site -> site.hasRoomFor(guest))
        .flatMap(site -> rules.missing(guest, site.id()).stream())
        .findFirst()
        .map(
            missing ->
                new Placement.Refused(
                    Reason.NOT_ALLOWED,
                    "no host with room for %s can have its network: %s"
                        .formatted(guest.vm().name(), missing)))
        .orElseGet(
            () ->
                new Placement.Refused(
                    Reason.NO_ROOM,
                    String.format(
                        "%s was given %s and no other host of cluster %s that is up has as much"
                            + " free; free memory somewhere",
                        guest.vm().name(), guest.room(), view.cluster())));
  }

  /** A person's wish is carried out all the same, if there is no better host. */
  private int reluctance(Guest guest, Site source, Site target) {
    int hot = rules.isHot(target.with(guest)) ? 1 : 0;
    int failing = rules.isQuarantined(source.id(), target.id()) ? 2 : hot;
    return rules.holdsDisks(guest, target) ? failing : 3;
  }

  private static double after(Score score, Guest guest, Site from, Site to) {
    return score.after(from, to, from.without(guest), to.with(guest)).total();
  }

  private static Placement found(Guest guest, Site from, Site to) {
    String why =
        "a person wants it; "
            + Explanation.why(Metric.CPU, from, from.without(guest), to, to.with(guest));
    return new Placement.Found(
        new PlannedMove(guest.vm().id(), guest.vm().name(), from.id(), to.id(), 1, why),
        to.host().beat().hypervisor().peerUri());
  }

  private Placement cannotJudge(HostId host) {
    Objection objection = forecast.absent().getOrDefault(host, Objection.HOST_NOT_UP);
    if (view.host(host).filter(it -> it.status() == Fleet.Status.DOUBLED).isPresent()) {
      return new Placement.Refused(
          Reason.WRONG_STATE,
          "two agents call themselves "
              + host
              + " and neither is believed; give one of them another name first");
    }
    if (objection == Objection.LOAD_STALE) {
      return new Placement.Refused(
          Reason.NOT_READY,
          "the load of %s can't be measured%s; mend that there or choose another host"
              .formatted(host, problem(host)));
    }
    boolean stuck = objection == Objection.HYPERVISOR_NOT_ANSWERING;
    return stuck
        ? new Placement.Refused(
            Reason.HYPERVISOR_STUCK,
            "the hypervisor of " + host + " does not answer its agent; look at libvirtd there")
        : new Placement.Refused(
            view.silent().contains(host) ? Reason.WRONG_STATE : Reason.NOT_READY,
            host + " has not been heard lately; wait for its beats or choose another host");
  }

  private String problem(HostId host) {
    return view.host(host)
        .flatMap(it -> it.beat().load().problem())
        .map(why -> ": " + why)
        .orElse("");
  }
}
