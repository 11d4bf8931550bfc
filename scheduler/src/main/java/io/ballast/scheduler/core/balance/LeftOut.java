package io.ballast.scheduler.core.balance;

import io.ballast.messages.Fleet;
import io.ballast.messages.Vm;
import io.ballast.scheduler.core.view.ClusterView;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The hosts and VMs that a plan leaves out because moves failed, in words for a person. */
final class LeftOut {
  /** So many are named. */
  private static final int NAMED = 3;

  private LeftOut() {}

  /** The end of a sentence; empty if nothing is left out. */
  static String of(ClusterView view, Setbacks setbacks, Instant now) {
    List<String> all = new ArrayList<>();
    setbacks
        .leftOut(host -> view.host(host).isPresent(), now)
        .map(
            streak ->
                "%s is quarantined for another %s: %d arrivals failed there, the latest: %s"
                    .formatted(
                        streak.subject(), left(streak, now), streak.failures(), streak.why()))
        .forEach(all::add);
    for (Fleet.Host host : view.hosts()) {
      for (Vm vm : host.beat().vms()) {
        if (vm.state().active()) {
          setbacks
              .pinned(vm.id())
              .map(
                  pinned ->
                      "%s on %s can't be moved: %s"
                          .formatted(pinned.name(), host.id(), pinned.why()))
              .or(
                  () ->
                      setbacks
                          .of(vm.id(), now)
                          .map(
                              streak ->
                                  "%s is let alone for another %s: %d moves failed, the latest: %s"
                                      .formatted(
                                          streak.subject(),
                                          left(streak, now),
                                          streak.failures(),
                                          streak.why())))
              .ifPresent(all::add);
        }
      }
    }
    String named = all.stream().limit(NAMED).map(each -> "; " + each).collect(Collectors.joining());
    return all.size() > NAMED ? named + "; and " + (all.size() - NAMED) + " more" : named;
  }

  private static String left(Setbacks.Streak streak, Instant now) {
    return Math.max(1, Duration.between(now, streak.until()).toMinutes()) + " min";
  }
}
