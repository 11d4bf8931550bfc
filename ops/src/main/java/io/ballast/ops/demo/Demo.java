package io.ballast.ops.demo;

import io.ballast.bus.Bus;
import io.ballast.messages.Alert;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostCommand;
import io.ballast.messages.HostId;
import io.ballast.messages.Move;
import io.ballast.messages.VmId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The main job of Ballast on a stage: one crowded host is relieved by live migrations, then a host
 * dies, is missed, and returns.
 *
 * <p>It proves what must hold whatever the machine: each guest runs once and ticks on, each move
 * succeeds and no guest moves twice, the hosts' spread at least halves, the dead host and no other
 * is missed, with its guests, and the alert ends. What is not so is a {@link DemoFailure}. How long
 * things took is told, and judged only by {@link Patience}.
 */
final class Demo {
  private static final Pattern UUID_ELEMENT = Pattern.compile("<uuid>([0-9a-f-]{36})</uuid>");

  /** The fleet is even when nothing has moved for so long. */
  private static final Duration QUIET = Duration.ofSeconds(20);

  /** Over the last part of that the hosts' spread is measured. */
  private static final Duration MEASURED = Duration.ofSeconds(15);

  /** Before the first move, for so long, the spread of the crowded fleet is measured. */
  private static final Duration CROWDED = Duration.ofSeconds(5);

  private final Stage stage;
  private final Show show;
  private final Witness witness;
  private final List<HostId> hosts;
  private final HostId crowded;
  private final Duration quiet;

  /** Opens the stage. */
  Demo(Stage stage, Show show, Patience patience) {
    this.stage = stage;
    this.show = show;
    Bus bus = stage.open(show);
    witness = new Witness(bus, Clock.systemUTC(), show, patience);
    hosts = stage.hosts();
    crowded = hosts.getFirst();
    quiet = QUIET.dividedBy(stage.speed());
  }

  /** Plays to the end; the summary's leftovers are for whoever closes the stage. */
  Summary play() {
    witness.until(
        "beats of " + hosts, Duration.ofSeconds(20), fleet -> fleet.up().equals(Set.copyOf(hosts)));
    Set<String> guests = boot();

    show.step("waiting for the scheduler: " + crowded + " carries everything");
    witness.until(
        "a first move",
        Duration.ofSeconds(60),
        fleet -> witness.chronicle().firstMove().isPresent());
    // On a slow machine the first move may have begun before the last guest ran.
    Instant firstMove = witness.chronicle().firstMove().orElseThrow();
    double spreadBefore = witness.chronicle().cpuSpread(firstMove.minus(CROWDED), firstMove);
    double spreadAfter = untilEven();
    expect(
        spreadAfter <= spreadBefore / 2,
        "the CPU spread of the hosts at least halved",
        "%.0f points before, %.0f after".formatted(100 * spreadBefore, 100 * spreadAfter));
    eachRunsOnce(guests);
    Pauses pauses = stage.pauses();
    expect(pauses.broken().isEmpty(), "guests that tick on", pauses.broken().toString());

    Summary.Silence silence = loseAndRegainAHost();
    guests.removeAll(silence.vms());
    eachRunsOnce(guests);
    List<Move> moves = settled();
    long longest = pauses.worst().map(Map.Entry::getValue).orElse(Duration.ZERO).toMillis();
    return new Summary(
        stage.mode(),
        hosts.size(),
        guests.size() + silence.vms().size(),
        moves.stream().map(Summary.Moved::of).toList(),
        spreadBefore,
        spreadAfter,
        longest,
        silence,
        List.of());
  }

  private Set<String> boot() {
    Map<String, String> guests = stage.guests();
    for (Map.Entry<String, String> guest : guests.entrySet()) {
      String name = guest.getKey();
      show.step("booting " + name + " on " + crowded);
      witness.run(crowded, "the definition of " + name, new HostCommand.Define(guest.getValue()));
      witness.run(crowded, "the start of " + name, new HostCommand.Start(idIn(guest.getValue())));
    }
    witness.until(
        "all guests running",
        Duration.ofSeconds(20),
        fleet -> fleet.running().equals(guests.keySet()));
    return new TreeSet<>(guests.keySet());
  }

  /** Waits until moves were made and none is open or wanted any more; the spread that is left. */
  private double untilEven() {
    show.step("balancing, until nothing has moved for " + quiet.toSeconds() + " s");
    witness.until(
        "an even fleet, in which nothing moves for " + quiet.toSeconds() + " s",
        Duration.ofSeconds(90),
        fleet -> fleet.isAtRest() && quietSince(settled()).plus(quiet).isBefore(witness.now()));
    return witness
        .chronicle()
        .cpuSpread(witness.now().minus(MEASURED.dividedBy(stage.speed())), witness.now());
  }

  private static Instant quietSince(List<Move> moves) {
    return moves.stream().map(Move::since).max(Instant::compareTo).orElse(Instant.MIN);
  }

  /** The moves that were made; none failed, and no VM moved twice. */
  private List<Move> settled() {
    List<Move> moves = witness.chronicle().moves();
    Set<VmId> moved = new HashSet<>();
    for (Move move : moves) {
      expect(move.state() != Move.State.FAILED, "moves that succeed", Glance.words(move));
      expect(moved.add(move.vm()), "each guest moved once", move.name() + " moved twice");
    }
    return moves;
  }

  private void eachRunsOnce(Set<String> guests) {
    witness.until(
        "each of " + String.join(", ", guests) + " running on exactly one host",
        Duration.ofSeconds(10),
        fleet -> fleet.misplaced(guests).isEmpty());
  }

  private Summary.Silence loseAndRegainAHost() {
    Fleet before =
        witness.until(
            "an end of alerts from before the power cut",
            Duration.ofSeconds(20),
            fleet -> witness.chronicle().openAlerts().isEmpty());
    Glance glance = new Glance(before);
    HostId victim =
        hosts.reversed().stream()
            .filter(host -> !host.equals(crowded) && !glance.running(host).isEmpty())
            .findFirst()
            .orElseThrow(() -> new DemoFailure("no guest runs beside " + crowded));
    Set<String> taken = glance.running(victim);

    show.step("cutting the power of " + victim + ", which runs " + String.join(", ", taken));
    Instant cut = witness.now();
    stage.cut(victim);
    witness.until(
        "an alert for " + victim, Duration.ofSeconds(20), fleet -> !alerts(victim, cut).isEmpty());
    Chronicle.Seen raised = alerts(victim, cut).getFirst();
    expect(
        new TreeSet<>(raised.alert().vms()).equals(taken),
        "an alert that names " + taken,
        "one that names " + raised.alert().vms());
    expect(
        raised.alert().verdict() == Alert.Verdict.HOST_SILENT
            && !raised.alert().evidence().isEmpty(),
        "the verdict HOST_SILENT with evidence",
        raised.alert().verdict() + " with " + raised.alert().evidence().size() + " sentences");

    show.step("giving " + victim + " its power back");
    Instant restored = witness.now();
    stage.restore(victim);
    witness.until(
        "the end of the alert, and beats of " + victim,
        Duration.ofSeconds(30),
        fleet ->
            fleet.up().contains(victim)
                && alerts(victim, cut).stream().anyMatch(Chronicle.Seen::resolved));
    List<Chronicle.Seen> alerts = alerts(victim, cut);
    expect(
        alerts.size() == 2,
        "one alert for " + victim + " and its end",
        alerts.stream().map(Chronicle.Seen::words).toList().toString());
    for (HostId living : hosts) {
      expect(
          living.equals(victim) || alerts(living, cut).isEmpty(),
          "no alert for a host that lives",
          alerts(living, cut).stream().map(Chronicle.Seen::words).toList().toString());
    }
    return new Summary.Silence(
        victim.value(),
        raised.alert().verdict().name(),
        Duration.between(cut, raised.at()).toMillis(),
        Duration.between(restored, alerts.getLast().at()).toMillis(),
        List.copyOf(taken));
  }

  private List<Chronicle.Seen> alerts(HostId host, Instant since) {
    return witness.chronicle().alerts(host, since);
  }

  private static void expect(boolean holds, String wanted, String seen) {
    if (!holds) {
      throw new DemoFailure("expected: " + wanted + "; seen: " + seen);
    }
  }

  private static VmId idIn(String xml) {
    var found = UUID_ELEMENT.matcher(xml);
    if (!found.find()) {
      throw new DemoFailure("a guest's XML has no <uuid>");
    }
    return VmId.of(found.group(1));
  }
}
