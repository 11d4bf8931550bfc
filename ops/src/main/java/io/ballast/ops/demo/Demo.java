package io.ballast.ops.demo;

import io.ballast.bus.Bus;
import io.ballast.messages.Alert;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostCommand;
import io.ballast.messages.HostId;
import io.ballast.messages.Move;
import io.ballast.messages.Vm;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The main job of Ballast on a stage: one crowded host is relieved by live migrations, then a host
 * dies, is missed, and returns. Whatever does not happen as it must is a {@link DemoFailure}.
 */
final class Demo {
  private static final Pattern UUID_ELEMENT = Pattern.compile("<uuid>([0-9a-f-]{36})</uuid>");
  private static final Duration QUIET = Duration.ofSeconds(15);

  private final Stage stage;
  private final Show show;
  private final Watch watch;
  private final List<HostId> hosts;
  private final HostId crowded;

  /** Opens the stage. */
  Demo(Stage stage, Show show) {
    this.stage = stage;
    this.show = show;
    Bus bus = stage.open(show);
    watch = new Watch(bus, Clock.systemUTC(), show);
    hosts = stage.hosts();
    crowded = hosts.getFirst();
  }

  /** Plays to the end; the summary's leftovers are for whoever closes the stage. */
  Summary play() {
    watch.until(
        "beats of " + hosts, Duration.ofSeconds(90), fleet -> up(fleet).equals(Set.copyOf(hosts)));
    int guests = boot();

    show.step("waiting for the scheduler: " + crowded + " carries everything");
    Instant crowdedSince = watch.now();
    watch.until(
        "a first move", Duration.ofSeconds(90), fleet -> !watch.chronicle().moves().isEmpty());
    double spreadBefore = watch.chronicle().cpuSpread(crowdedSince, watch.now());
    untilEven();
    show.step("even: watching for " + QUIET.toSeconds() + " s that nothing moves back");
    double spreadAfter = stayQuiet();
    Pauses pauses = stage.pauses();
    if (!pauses.broken().isEmpty()) {
      throw new DemoFailure("guests lost ticks: " + pauses.broken());
    }

    Summary.Silence silence = loseAndRegainAHost();
    List<Move> moves = settled();
    long longest = pauses.worst().map(Map.Entry::getValue).orElse(Duration.ZERO).toMillis();
    return new Summary(
        stage.mode(),
        hosts.size(),
        guests,
        moves.stream().map(Summary.Moved::of).toList(),
        spreadBefore,
        spreadAfter,
        longest,
        silence,
        List.of());
  }

  private int boot() {
    Map<String, String> guests = stage.guests();
    for (Map.Entry<String, String> guest : guests.entrySet()) {
      String name = guest.getKey();
      show.step("booting " + name + " on " + crowded);
      watch.run(crowded, "the definition of " + name, new HostCommand.Define(guest.getValue()));
      watch.run(crowded, "the start of " + name, new HostCommand.Start(idIn(guest.getValue())));
    }
    watch.until(
        "all guests running on " + crowded,
        Duration.ofSeconds(60),
        fleet -> running(fleet, crowded).equals(guests.keySet()));
    return guests.size();
  }

  /** Waits until moves were made and none is open or wanted any more. */
  private void untilEven() {
    watch.until(
        "an even fleet: no open move, and none planned",
        Duration.ofSeconds(150),
        fleet -> {
          List<Move> moves = watch.chronicle().moves();
          return moves.stream().noneMatch(move -> move.state().open())
              && fleet.decisions().stream().allMatch(decision -> decision.moves().isEmpty())
              && quietSince(moves).plusSeconds(5).isBefore(watch.now());
        });
  }

  private static Instant quietSince(List<Move> moves) {
    return moves.stream().map(Move::since).max(Instant::compareTo).orElse(Instant.MIN);
  }

  /** The moves that were made; each VM at most once, each done. */
  private List<Move> settled() {
    List<Move> moves = watch.chronicle().moves();
    Set<VmId> moved = new HashSet<>();
    for (Move move : moves) {
      if (move.state() != Move.State.DONE) {
        throw new DemoFailure("the move of " + move.name() + " failed: " + move.note());
      }
      if (!moved.add(move.vm())) {
        throw new DemoFailure(move.name() + " moved twice");
      }
    }
    return moves;
  }

  private double stayQuiet() {
    int moves = watch.chronicle().moves().size();
    Instant from = watch.now();
    watch.until(
        "a quiet fleet", QUIET.multipliedBy(2), fleet -> watch.now().isAfter(from.plus(QUIET)));
    if (watch.chronicle().moves().size() != moves) {
      throw new DemoFailure("the fleet was even, and yet moved: " + watch.chronicle().moves());
    }
    return watch.chronicle().cpuSpread(from, watch.now());
  }

  private Summary.Silence loseAndRegainAHost() {
    Fleet before = watch.until("a picture", Duration.ofSeconds(10), fleet -> true);
    HostId victim =
        hosts.reversed().stream()
            .filter(host -> !host.equals(crowded) && !running(before, host).isEmpty())
            .findFirst()
            .orElseThrow(() -> new DemoFailure("no guest runs beside " + crowded));
    Set<String> taken = running(before, victim);

    show.step("cutting the power of " + victim + ", which runs " + String.join(", ", taken));
    Instant cut = watch.now();
    stage.cut(victim);
    watch.until(
        "an alert for " + victim,
        Duration.ofSeconds(60),
        fleet -> !watch.chronicle().alerts(victim).isEmpty());
    Chronicle.Seen raised = watch.chronicle().alerts(victim).getFirst();
    if (!new TreeSet<>(raised.alert().vms()).equals(taken)) {
      throw new DemoFailure(
          "the alert names %s, but %s ran there".formatted(raised.alert().vms(), taken));
    }
    if (raised.alert().verdict() != Alert.Verdict.HOST_SILENT
        || raised.alert().evidence().isEmpty()) {
      throw new DemoFailure("the alert lacks verdict or evidence: " + raised.alert());
    }

    show.step("giving " + victim + " its power back");
    Instant restored = watch.now();
    stage.restore(victim);
    watch.until(
        "the end of the alert, and beats of " + victim,
        Duration.ofSeconds(60),
        fleet ->
            up(fleet).contains(victim)
                && watch.chronicle().alerts(victim).stream().anyMatch(Chronicle.Seen::resolved));
    List<Chronicle.Seen> alerts = watch.chronicle().alerts(victim);
    if (alerts.size() != 2) {
      throw new DemoFailure("one alert and its end were expected, but there came " + alerts);
    }
    return new Summary.Silence(
        victim.value(),
        raised.alert().verdict().name(),
        Duration.between(cut, raised.at()).toMillis(),
        Duration.between(restored, alerts.getLast().at()).toMillis(),
        List.copyOf(taken));
  }

  private static Set<HostId> up(Fleet fleet) {
    return fleet.hosts().stream()
        .filter(host -> host.status() == Fleet.Status.UP)
        .map(Fleet.Host::id)
        .collect(Collectors.toSet());
  }

  private static Set<String> running(Fleet fleet, HostId host) {
    return fleet.hosts().stream()
        .filter(candidate -> candidate.id().equals(host))
        .flatMap(candidate -> candidate.beat().vms().stream())
        .filter(vm -> vm.state() == VmState.RUNNING)
        .map(Vm::name)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static VmId idIn(String xml) {
    var found = UUID_ELEMENT.matcher(xml);
    if (!found.find()) {
      throw new DemoFailure("a guest's XML has no <uuid>");
    }
    return VmId.of(found.group(1));
  }
}
