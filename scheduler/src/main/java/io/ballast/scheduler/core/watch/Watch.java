package io.ballast.scheduler.core.watch;

import io.ballast.messages.Alert;
import io.ballast.messages.Alert.Verdict;
import io.ballast.messages.Fleet.Status;
import io.ballast.messages.HostBeat;
import io.ballast.messages.HostBeat.Health;
import io.ballast.messages.HostId;
import io.ballast.messages.Move;
import io.ballast.messages.VmId;
import io.ballast.scheduler.core.effect.Effect;
import io.ballast.scheduler.core.policy.AlertSettings;
import io.ballast.scheduler.core.policy.LivenessSettings;
import io.ballast.scheduler.core.view.FleetView;
import io.ballast.scheduler.core.view.Heard;
import io.ballast.scheduler.core.watch.Alerts.Finding;
import io.ballast.scheduler.core.watch.Alerts.Subject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Keeps watch over the fleet: notices silent and doubled hosts, stuck hypervisors, wrong clocks,
 * virtual machines that are doubled or lost, storage that is full, worn or failing, and networks
 * that are not as they should be, and says so once with evidence. One thread at a time.
 */
public final class Watch {
  private static final String LOST =
      "the bus is lost: until it is back no host is called silent and nothing is planned; see that"
          + " the broker runs and that this scheduler reaches it";

  private final AlertSettings settings;
  private final Liveness liveness;
  private final Overlaps overlaps;
  private final Lost lost = new Lost();
  private final Clocks clocks = new Clocks();
  private final Fullness fullness;
  private final Ailments ailments = new Ailments();
  private final Unsettled unsettled = new Unsettled();
  private final Cabling cabling;
  private final Alerts alerts;
  private final SortedMap<HostId, Instant> stuckSince = new TreeMap<>();

  /** A watch over a fleet that was not heard yet. */
  public Watch(LivenessSettings liveness, AlertSettings settings, Instant start) {
    this.settings = settings;
    this.liveness = new Liveness(liveness, start);
    this.overlaps = new Overlaps(settings);
    this.fullness = new Fullness(settings);
    this.cabling = new Cabling(settings.networks());
    this.alerts = new Alerts(settings.keptFor());
  }

  /**
   * Takes note of a host's beat.
   *
   * @param wall when it came by the wall clock
   * @param believed whether it is news, and not of a second agent of that name
   */
  public void heard(HostBeat beat, Instant wall, boolean believed, Instant now) {
    HostId host = beat.pulse().host();
    liveness.heard(beat.pulse(), now);
    if (!believed) {
      return;
    }
    clocks.heard(beat.pulse(), wall);
    if (beat.hypervisor().health() == Health.ANSWERING) {
      stuckSince.remove(host);
    } else {
      stuckSince.putIfAbsent(host, now);
    }
  }

  /** Forgets a host; what was wrong with it is over. */
  public void forget(HostId host) {
    liveness.forget(host);
    clocks.forget(host);
    overlaps.forget(host);
    stuckSince.remove(host);
  }

  /** Takes note that a move, which may have begun, has failed. */
  public void failed(Move move) {
    lost.failed(move);
  }

  /** Takes note that a virtual machine was found on several hosts by asking them. */
  public void doubled(VmId vm, String name, List<HostId> hosts, Instant now) {
    overlaps.claim(vm, name, hosts, now);
  }

  /** Looks at everything once more; to be called at least every two seconds. */
  public List<Effect> look(FleetView view, Predicate<VmId> moving, Instant now) {
    Optional<Liveness.SelfDoubt> before = liveness.doubt();
    liveness.look(now);
    FleetView trusted = trusted(view, now);
    overlaps.look(trusted, moving, now);
    lost.look(
        trusted, host -> view.host(host).isEmpty() || liveness.status(host, now) == Status.SILENT);
    Findings parts = parts(view, trusted, moving, now);
    Set<Subject> wrong = wrong(view, now);
    wrong.addAll(parts.wrong().keySet());
    List<Effect> effects = new ArrayList<>();
    doubt(before, liveness.doubt()).ifPresent(effects::add);
    alerts
        .settle(wrong, subject -> describe(subject, view, parts, now), parts, now)
        .forEach(event -> effects.add(new Effect.Tell(event)));
    return effects;
  }

  /** What is wrong with parts of the hosts; nothing new is known of those not trusted. */
  private Findings parts(FleetView view, FleetView trusted, Predicate<VmId> moving, Instant now) {
    Set<HostId> doubled = new TreeSet<>(view.hosts().keySet());
    doubled.removeAll(trusted.hosts().keySet());
    Storages storages = new Storages(view.storages(), doubled, now);
    Findings findings = new Findings();
    fullness.look(storages, findings);
    ailments.look(storages, findings);
    unsettled.look(storages, view, moving, findings);
    cabling.look(view.nets(), doubled, vm -> name(vm, view), findings, now);
    return findings;
  }

  private static Optional<String> name(VmId vm, FleetView view) {
    return view.places(vm).stream().map(place -> place.vm().name()).findFirst();
  }

  /** The view without hosts whose name two agents use: nobody knows which of them it tells of. */
  private static FleetView trusted(FleetView view, Instant now) {
    FleetView trusted = view;
    for (HostId host : view.hosts().keySet()) {
      trusted = isDoubled(host, view, now) ? trusted.without(host) : trusted;
    }
    return trusted;
  }

  /** Takes note of how the line to the fleet is, and says so when that changes. */
  public List<Effect> line(Line line, Instant now) {
    boolean before = liveness.isLost();
    return switch (line) {
      case LOST -> {
        liveness.lost(now);
        yield before ? List.of() : List.of(new Effect.Warn(LOST));
      }
      case CONNECTED -> {
        liveness.back(now);
        yield before ? List.of(new Effect.Note(back())) : List.of();
      }
    };
  }

  private String back() {
    return "the bus is back; hosts that stay unheard are called silent in "
        + Evidence.span(liveness.settings().grace())
        + " at the earliest";
  }

  /** What is believed of a host that was heard at least once. */
  public Status status(HostId host, FleetView view, Instant now) {
    Status status = liveness.status(host, now);
    return status != Status.SILENT && isDoubled(host, view, now) ? Status.DOUBLED : status;
  }

  private static boolean isDoubled(HostId host, FleetView view, Instant now) {
    return view.host(host).flatMap(heard -> heard.rival(now)).isPresent();
  }

  /** Whether a host was declared silent and has not come back for good. */
  public boolean isGone(HostId host) {
    return liveness.gone().contains(host);
  }

  /** Whether the observer doubts what it sees, so that nothing should be decided on it. */
  public boolean inDoubt() {
    return liveness.isLost() || liveness.doubt().isPresent();
  }

  /** The alerts that last, then those that ended lately. */
  public List<Alert> alerts() {
    return alerts.all();
  }

  private Set<Subject> wrong(FleetView view, Instant now) {
    Set<Subject> wrong = new TreeSet<>();
    liveness.gone().forEach(host -> wrong.add(Subject.of(Verdict.HOST_SILENT, host)));
    stuckSince.forEach(
        (host, since) -> {
          Optional<Duration> stuck =
              view.host(host).map(heard -> Duration.between(since, heard.at()));
          if (stuck.isPresent() && stuck.get().compareTo(settings.stuckFor()) >= 0) {
            wrong.add(Subject.of(Verdict.HYPERVISOR_STUCK, host));
          }
        });
    for (Overlaps.Overlap overlap : overlaps.doubled()) {
      wrong.add(
          Subject.of(
              overlap.isShared() ? Verdict.VM_ID_SHARED : Verdict.VM_DOUBLED,
              overlap.hosts().getFirst(),
              overlap.vm()));
    }
    lost.all()
        .forEach(loss -> wrong.add(Subject.of(Verdict.VM_LOST, loss.seenBy(), loss.move().vm())));
    view.hosts().keySet().stream()
        .filter(host -> isDoubled(host, view, now))
        .forEach(host -> wrong.add(Subject.of(Verdict.HOST_DOUBLED, host)));
    clocks.wrong().forEach(host -> wrong.add(Subject.of(Verdict.CLOCK_SKEWED, host)));
    return wrong;
  }

  private Finding describe(Subject subject, FleetView view, Findings parts, Instant now) {
    @Nullable Finding known = parts.wrong().get(subject);
    if (known != null) {
      return known;
    }
    HostId host = subject.host();
    Heard<HostBeat> heard = view.host(host).orElseThrow();
    return switch (subject.verdict()) {
      case HOST_SILENT -> Finding.ofHost(heard, Evidence.ofSilence(host, view, liveness, now));
      case HYPERVISOR_STUCK ->
          Finding.ofHost(heard, Evidence.ofStuck(heard, stuckSince.getOrDefault(host, now), now));
      case VM_DOUBLED -> {
        Overlaps.Overlap overlap = overlap(subject);
        yield Finding.of(heard, overlap.names(), Evidence.ofDouble(overlap, view, now));
      }
      case VM_ID_SHARED -> {
        Overlaps.Overlap overlap = overlap(subject);
        yield Finding.of(heard, overlap.names(), Evidence.ofShared(overlap, view));
      }
      case VM_LOST -> {
        Move move = subject.vm().flatMap(lost::move).orElseThrow();
        yield Finding.of(heard, List.of(move.name()), Evidence.ofLoss(move, view, now));
      }
      case HOST_DOUBLED ->
          Finding.ofHost(heard, Evidence.ofNamesakes(heard, heard.rival(now).orElseThrow(), now));
      case CLOCK_SKEWED -> Finding.ofHost(heard, Evidence.ofClock(host, clocks));
      case POOL_FILLING,
          POOL_FULL,
          STORAGE_WORN,
          STORAGE_FAILING,
          VOLUMES_KEPT,
          PORT_DIFFERS,
          ADDRESS_TAKEN,
          UPLINK_DOWN,
          UPLINK_BUSY,
          UPLINK_IDLE ->
          throw new IllegalStateException(subject + " was not found by a look");
    };
  }

  private Overlaps.Overlap overlap(Subject subject) {
    return overlaps.doubled().stream()
        .filter(each -> subject.vm().equals(Optional.of(each.vm())))
        .findFirst()
        .orElseThrow();
  }

  private static Optional<Effect> doubt(
      Optional<Liveness.SelfDoubt> before, Optional<Liveness.SelfDoubt> after) {
    if (before.isEmpty() && after.isPresent()) {
      Liveness.SelfDoubt doubt = after.get();
      return Optional.of(
          new Effect.Warn(
              doubt.late().size()
                  + " of "
                  + doubt.known()
                  + " hosts are late at once ("
                  + names(doubt.late())
                  + "): first of all a problem of this scheduler or of its bus; no verdict and no"
                  + " plan until some are heard again or that lasts"));
    }
    if (before.isPresent() && after.isEmpty()) {
      return Optional.of(new Effect.Note("this scheduler no longer doubts what it hears"));
    }
    return Optional.empty();
  }

  private static String names(Set<HostId> hosts) {
    List<String> names = hosts.stream().sorted().map(HostId::value).toList();
    return names.size() <= 10
        ? String.join(", ", names)
        : String.join(", ", names.subList(0, 10)) + ", ...";
  }
}
