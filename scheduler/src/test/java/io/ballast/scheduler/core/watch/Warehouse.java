package io.ballast.scheduler.core.watch;

import static io.ballast.scheduler.core.BeatMaker.at;

import io.ballast.messages.Alert;
import io.ballast.messages.Alert.Verdict;
import io.ballast.messages.Beat;
import io.ballast.messages.Bytes;
import io.ballast.messages.Event;
import io.ballast.messages.HostBeat;
import io.ballast.messages.HostId;
import io.ballast.messages.StorageBeat;
import io.ballast.messages.StorageBeat.Health;
import io.ballast.messages.StorageBeat.Pool;
import io.ballast.scheduler.core.BeatMaker;
import io.ballast.scheduler.core.effect.Effect;
import io.ballast.scheduler.core.policy.AlertSettings;
import io.ballast.scheduler.core.policy.LivenessSettings;
import io.ballast.scheduler.core.view.FleetView;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A watch over the storage of a few hosts, for tests; each beat takes three seconds. */
final class Warehouse {
  private final Map<String, BeatMaker> agents = new TreeMap<>();
  final List<String> told = new ArrayList<>();
  private Watch watch = watch();
  private FleetView view = FleetView.EMPTY;
  private double now;

  private static Watch watch() {
    return new Watch(LivenessSettings.DEFAULT, AlertSettings.DEFAULT, BeatMaker.START);
  }

  /** A pool of a directory that holds 1000 MiB. */
  static Pool dir(String name, int usedMib) {
    return pool(name, "dir", usedMib);
  }

  static Pool pool(String name, String type, int usedMib) {
    return new Pool(
        name, type, true, Bytes.ofMiB(1000), Bytes.ofMiB(usedMib), Bytes.ofMiB(1000L - usedMib));
  }

  static Pool inactive(String name) {
    return new Pool(name, "dir", false, Bytes.ZERO, Bytes.ZERO, Bytes.ZERO);
  }

  static Health disk(String name, Health.Verdict verdict, String reason) {
    return health(Health.Kind.DISK, name, verdict, reason);
  }

  static Health health(Health.Kind kind, String name, Health.Verdict verdict, String reason) {
    return new Health(
        kind, Optional.of(name), Optional.of("ST4000, serial 7"), verdict, reason, BeatMaker.START);
  }

  static Health unknown(Health.Kind kind, String reason) {
    return new Health(
        kind, Optional.empty(), Optional.empty(), Health.Verdict.UNKNOWN, reason, BeatMaker.START);
  }

  BeatMaker agent(String host) {
    return agents.computeIfAbsent(host, BeatMaker::new);
  }

  /** Lets a host tell its pools. */
  Warehouse pools(String host, Pool... pools) {
    return hear(agent(host).storage(at(now), List.of(pools), List.of()));
  }

  /** Lets a host tell how its storage fares. */
  Warehouse health(String host, Health... health) {
    return hear(agent(host).storage(at(now), List.of(), List.of(health)));
  }

  /** Lets a host tell both. */
  Warehouse both(String host, List<Pool> pools, Health... health) {
    return hear(agent(host).storage(at(now), pools, List.of(health)));
  }

  /** Lets a host tell that it has not seen its pools yet, or not since. */
  Warehouse blind(String host, boolean ever, Pool... pools) {
    return hear(
        new StorageBeat(
            agent(host).pulse(at(now)),
            List.of(pools),
            ever ? Optional.of(at(now)) : Optional.empty(),
            Optional.of("libvirt hangs")));
  }

  Warehouse hear(Beat beat) {
    view = view.after(beat, at(now));
    if (beat instanceof HostBeat host) {
      watch.heard(host, at(now), true, at(now));
    }
    look();
    return passing(3);
  }

  /** Lets time pass, in which nobody says anything. */
  Warehouse passing(double seconds) {
    now += seconds;
    look();
    return this;
  }

  double now() {
    return now;
  }

  Warehouse forget(String host) {
    view = view.without(new HostId(host));
    watch.forget(new HostId(host));
    look();
    return this;
  }

  /** Another scheduler takes over, which has heard nothing. */
  Warehouse restart() {
    watch = watch();
    view = FleetView.EMPTY;
    told.clear();
    return this;
  }

  /** What was told since this was last asked. */
  List<String> news() {
    List<String> news = List.copyOf(told);
    told.clear();
    return news;
  }

  /** What lasts: verdict, part and host. */
  List<String> lasting() {
    return alerts().stream().map(Warehouse::words).toList();
  }

  /** The evidence of the only alert that lasts. */
  String evidence() {
    return String.join("\n", alert().evidence());
  }

  Alert alert() {
    if (alerts().size() != 1) {
      throw new AssertionError("not one alert: " + alerts());
    }
    return alerts().getFirst();
  }

  private List<Alert> alerts() {
    return watch.alerts().stream()
        .filter(alert -> alert.resolvedAt().isEmpty())
        .filter(alert -> alert.verdict() != Verdict.HOST_SILENT)
        .toList();
  }

  private static String words(Alert alert) {
    return alert.verdict() + " " + alert.object().orElse("?") + " of " + alert.host();
  }

  private void look() {
    for (Effect effect : watch.look(view, vm -> false, at(now))) {
      if (effect instanceof Effect.Tell tell) {
        switch (tell.event()) {
          case Event.AlertRaised raised -> told.add("+ " + words(raised.alert()));
          case Event.AlertResolved resolved ->
              told.add(
                  "- " + words(resolved.alert()) + ": " + resolved.alert().evidence().getLast());
          default -> throw new AssertionError(tell.event());
        }
      }
    }
  }
}
