package io.ballast.scheduler.core.view;

import io.ballast.messages.Fleet;
import io.ballast.messages.HostBeat;
import io.ballast.messages.HostId;
import io.ballast.messages.Vm;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the hosts of a cluster and their guests use on average, and how sure that is.
 *
 * <p>One beat tells of a few seconds. What is judged is the mean over a {@link Window}, which
 * begins anew when a guest comes or goes. How much single measurements scatter is remembered for
 * longer, and of a guest wherever it goes, so that a mean of few beats knows how little it is
 * worth. Immutable; each look at the cluster makes the next.
 */
public final class Averages {
  /** Of nothing: every host is taken as its last beat shows it, and that is believed. */
  public static final Averages NONE = new Averages(Map.of(), Map.of());

  /** Scatter is forgotten over that many windows. */
  public static final int MEMORY = 4;

  private final Map<HostId, Course> hosts;
  private final Map<VmId, Scatters> guests;

  private Averages(Map<HostId, Course> hosts, Map<VmId, Scatters> guests) {
    this.hosts = hosts;
    this.guests = guests;
  }

  private record Course(Window window, Scatters scatters) {}

  private record Scatters(Scatter cpu, Scatter memory, Scatter load) {
    static final Scatters UNKNOWN = new Scatters(Scatter.UNKNOWN, Scatter.UNKNOWN, Scatter.UNKNOWN);

    Scatters after(HostBeat before, HostBeat now, double kept) {
      double cpus = now.capacity().cpus();
      return new Scatters(
          cpu.after(before.load().cpu() * cpus, now.load().cpu() * cpus, kept),
          memory.after(before.load().memoryUsed().toMiB(), now.load().memoryUsed().toMiB(), kept),
          load.after(before.load().average1(), now.load().average1(), kept));
    }

    Scatters after(Vm before, Vm now, double kept) {
      return new Scatters(
          cpu.after(before.cpus(), now.cpus(), kept),
          memory.after(before.resident().toMiB(), now.resident().toMiB(), kept),
          load);
    }

    /** Of means over so many beats. */
    Variance variance(HostBeat mean, int beats) {
      return new Variance(
          cpu.variance(mean.load().cpu() * mean.capacity().cpus()) / beats,
          memory.variance(mean.load().memoryUsed().toMiB()) / beats,
          load.variance(mean.load().average1()) / beats);
    }

    /** Of a mean CPU over so many beats, and of the memory as last told. */
    Variance variance(Vm mean, int beats) {
      return new Variance(
          cpu.variance(mean.cpus()) / beats, memory.variance(mean.resident().toMiB()), 0);
    }
  }

  /**
   * This with what the hosts say now; a host whose beat is known already is left as it is.
   *
   * @param length of the windows
   */
  public Averages after(ClusterView view, Duration length) {
    Map<HostId, Course> courses = HashMap.newHashMap(view.hosts().size());
    Map<VmId, Scatters> scatters = new HashMap<>(guests);
    Set<VmId> known = new HashSet<>();
    for (Fleet.Host host : view.hosts()) {
      Course before = hosts.get(host.id());
      courses.put(host.id(), next(before, host, length, scatters));
      host.beat().vms().forEach(vm -> known.add(vm.id()));
    }
    scatters.keySet().retainAll(known);
    return new Averages(courses, scatters);
  }

  private static Course next(
      @Nullable Course before, Fleet.Host host, Duration length, Map<VmId, Scatters> scatters) {
    if (before == null || host.heardAt().isBefore(before.window().at())) {
      return new Course(Window.of(host), before == null ? Scatters.UNKNOWN : before.scatters());
    }
    if (host.heardAt().equals(before.window().at())) {
      return before;
    }
    Window window = before.window().after(host, length);
    if (window.mixed() || before.window().mixed()) {
      return new Course(window, before.scatters());
    }
    HostBeat then = before.window().last();
    double kept =
        Math.exp(
            -(double) Duration.between(before.window().at(), host.heardAt()).toMillis()
                / Math.max(1, length.multipliedBy(MEMORY).toMillis()));
    Map<VmId, Vm> was = new HashMap<>();
    then.vms().forEach(vm -> was.put(vm.id(), vm));
    for (Vm vm : host.beat().vms()) {
      Vm earlier = was.get(vm.id());
      if (vm.state() == VmState.RUNNING && earlier != null) {
        Scatters known = scatters.getOrDefault(vm.id(), Scatters.UNKNOWN);
        scatters.put(vm.id(), known.after(earlier, vm, kept));
      }
    }
    return new Course(window, before.scatters().after(then, host.beat(), kept));
  }

  /** A host as it is on average. */
  public Fleet.Host mean(Fleet.Host host) {
    Course course = hosts.get(host.id());
    return course == null || !course.window().at().equals(host.heardAt())
        ? host
        : new Fleet.Host(
            course.window().mean(), host.status(), host.heardAt(), host.storage(), host.net());
  }

  /** All hosts as they are on average. */
  public ClusterView mean(ClusterView view) {
    return new ClusterView(view.cluster(), view.hosts().stream().map(this::mean).toList());
  }

  /** How far the averages of a host may be off. */
  public Variance variance(HostId host) {
    Course course = hosts.get(host);
    return course == null
        ? Variance.NONE
        : course.scatters().variance(course.window().mean(), course.window().beats().size());
  }

  /** How far what a guest of a host uses on average may be off. */
  public Variance variance(Vm mean, HostId host) {
    Course course = hosts.get(host);
    return course == null
        ? Variance.NONE
        : guests
            .getOrDefault(mean.id(), Scatters.UNKNOWN)
            .variance(mean, course.window().beats().size());
  }
}
