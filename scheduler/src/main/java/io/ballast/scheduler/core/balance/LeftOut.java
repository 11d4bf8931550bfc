package io.ballast.scheduler.core.balance;

import io.ballast.messages.Fleet;
import io.ballast.messages.HostId;
import io.ballast.messages.Vm;
import io.ballast.scheduler.core.view.ClusterView;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The hosts and VMs that a plan leaves out because moves failed.
 *
 * @param subjects their names
 * @param text the same as the end of a sentence for a person; empty if nothing is left out
 */
record LeftOut(List<String> subjects, String text) {
  /** So many are named. */
  private static final int NAMED = 3;

  static LeftOut of(ClusterView view, Setbacks setbacks, Instant now) {
    List<String> subjects = new ArrayList<>();
    List<String> sentences = new ArrayList<>();
    setbacks
        .leftOut(host -> view.host(host).isPresent(), now)
        .forEach(
            streak -> {
              subjects.add(streak.subject());
              sentences.add(failed(streak, "is quarantined", "arrivals failed there", now));
            });
    for (Fleet.Host host : view.hosts()) {
      for (Vm vm : host.beat().vms()) {
        if (vm.state().active()) {
          reason(vm, host.id(), setbacks, now)
              .ifPresent(
                  sentence -> {
                    subjects.add(vm.name());
                    sentences.add(sentence);
                  });
        }
      }
    }
    String named =
        sentences.stream().limit(NAMED).map(each -> "; " + each).collect(Collectors.joining());
    int more = sentences.size() - NAMED;
    return new LeftOut(
        List.copyOf(subjects), more > 0 ? named + "; and " + more + " more are left out" : named);
  }

  private static Optional<String> reason(Vm vm, HostId host, Setbacks setbacks, Instant now) {
    return setbacks
        .pinned(vm.id())
        .map(pinned -> "%s on %s can't be moved: %s".formatted(vm.name(), host, pinned.why()))
        .or(
            () ->
                setbacks
                    .of(vm.id(), now)
                    .map(streak -> failed(streak, "is let alone", "moves of it failed", now)));
  }

  private static String failed(Setbacks.Streak streak, String state, String what, Instant now) {
    return "%s %s for another %d min: %d %s, the latest: %s"
        .formatted(
            streak.subject(),
            state,
            Math.max(1, Duration.between(now, streak.until()).toMinutes()),
            streak.failures(),
            what,
            streak.why());
  }
}
