package io.ballast.scheduler.core.watch;

import io.ballast.messages.Beat;
import io.ballast.messages.Fleet.Status;
import io.ballast.messages.HostBeat;
import io.ballast.messages.HostId;
import io.ballast.messages.Move;
import io.ballast.messages.Pulse;
import io.ballast.messages.Vm;
import io.ballast.scheduler.core.policy.LivenessSettings;
import io.ballast.scheduler.core.view.FleetView;
import io.ballast.scheduler.core.view.Heard;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Why an alert is believed, in sentences for a person. */
final class Evidence {
  /** An agent is called silent too after so many of its intervals. */
  private static final int SILENT_TOO = 3;

  private Evidence() {}

  /** Why a host counts as silent. */
  static List<String> ofSilence(HostId host, FleetView view, Liveness liveness, Instant now) {
    List<String> sentences = new ArrayList<>();
    view.host(host).ifPresent(heard -> sentences.add(lastBeat(heard, now)));
    liveness
        .rhythm(host)
        .ifPresent(
            rhythm ->
                sentences.add(
                    expected(rhythm, liveness.suspicion(host, now), liveness.settings())));
    sentences.add(other("storage", view.storage(host), now));
    sentences.add(other("network", view.net(host), now));
    long up = liveness.known().stream().filter(id -> liveness.status(id, now) == Status.UP).count();
    sentences.add(
        String.format(
            Locale.ROOT,
            "This scheduler hears %d of the %d hosts it knows.",
            up,
            liveness.known().size()));
    liveness.heldBack(host).ifPresent(doubt -> sentences.add(heldBack(doubt)));
    return sentences;
  }

  /** Why a hypervisor counts as stuck. */
  static List<String> ofStuck(Heard<HostBeat> heard, Instant since, Instant now) {
    HostBeat.Hypervisor hypervisor = heard.beat().hypervisor();
    String trouble =
        switch (hypervisor.health()) {
          case ANSWERING -> "answers again";
          case STUCK -> "accepts calls and does not come back";
          case UNREACHABLE -> "can't be reached";
        };
    return List.of(
        String.format(
            Locale.ROOT,
            "The agent beats (number %d, %s ago) and says that its hypervisor %s, for %s now.",
            heard.beat().pulse().sequence(),
            span(heard.age(now)),
            trouble,
            span(Duration.between(since, now))),
        hypervisor
            .sampledAt()
            .map(at -> "The hypervisor last answered at " + clock(at) + ", by the host's clock.")
            .orElse("The hypervisor has not answered since the agent started."),
        "What is shown of its virtual machines is as old; they may run on.");
  }

  /** Why a virtual machine counts as doubled. */
  static List<String> ofDouble(Overlaps.Overlap overlap, FleetView view, Instant now) {
    List<String> sentences = new ArrayList<>();
    sentences.add(
        String.format(
            Locale.ROOT,
            "%s (%s) is active on %s, first seen so %s ago.",
            String.join(" and ", overlap.names()),
            overlap.vm(),
            String.join(" and ", overlap.hosts().stream().map(HostId::value).toList()),
            span(Duration.between(overlap.since(), now))));
    for (FleetView.Place place : view.places(overlap.vm())) {
      view.host(place.host())
          .ifPresent(
              heard ->
                  sentences.add(
                      String.format(
                          Locale.ROOT,
                          "%s last said %s ago that it is %s there.",
                          place.host(),
                          span(heard.age(now)),
                          place.vm().state())));
    }
    sentences.add(
        "Two copies that run on one disk destroy it: suspend one at once, and destroy it when the"
            + " other is known to be good.");
    return sentences;
  }

  /** Why two virtual machines count as different ones that carry one id. */
  static List<String> ofShared(Overlaps.Overlap overlap, FleetView view) {
    String which =
        view.places(overlap.vm()).stream()
            .filter(place -> overlap.hosts().contains(place.host()))
            .map(place -> place.vm().name() + " on " + place.host())
            .collect(Collectors.joining(" and "));
    return List.of(
        "By their names, "
            + which
            + " are different virtual machines; both carry "
            + overlap.vm()
            + ".",
        "Most tools, this one among them, take them for one: neither is moved.",
        "Both may run on. When it suits, shut one of them down, undefine it, and define it again"
            + " with another UUID.");
  }

  /** Why a virtual machine counts as lost. */
  static List<String> ofLoss(Move move, FleetView view, Instant now) {
    List<String> sentences = new ArrayList<>();
    sentences.add(
        String.format(
            Locale.ROOT,
            "%s (%s) is active nowhere since its move from %s to %s failed %s ago: %s.",
            move.name(),
            move.vm(),
            move.from(),
            move.to(),
            span(Duration.between(move.since(), now)),
            move.note()));
    List<FleetView.Place> places = view.places(move.vm());
    for (FleetView.Place place : places) {
      sentences.add(place.host() + " says that it is " + place.vm().state() + " there.");
    }
    String where =
        places.isEmpty()
            ? "No host knows it any more: define it again from a copy of its description, where its"
                + " disks are, and start it"
            : "Start it where its disks are: 'ballast vm start " + move.name() + "'";
    sentences.add(where + ", unless its guest was shut down on purpose.");
    return sentences;
  }

  /** Why two agents count as using one name. */
  static List<String> ofNamesakes(Heard<HostBeat> one, Heard.Earlier<HostBeat> other, Instant now) {
    String name = one.beat().pulse().host().value();
    return List.of(
        "Two agents beat as " + name + " at the same time:",
        agent(one.beat(), one.at(), now),
        agent(other.last(), other.at(), now),
        "Neither is believed: nothing is moved to or from "
            + name
            + ". Give one of the hosts a name of its own (agent.host) and restart its agent.");
  }

  private static String agent(HostBeat beat, Instant at, Instant now) {
    List<String> vms =
        beat.vms().stream().filter(vm -> vm.state().active()).map(Vm::name).sorted().toList();
    return String.format(
        Locale.ROOT,
        "one (incarnation %d, beat %d, %s ago) is reached at %s and has %s.",
        beat.pulse().incarnation(),
        beat.pulse().sequence(),
        span(Duration.between(at, now)),
        beat.hypervisor().peerUri(),
        vms.isEmpty() ? "no active VM" : "the VMs " + String.join(", ", vms));
  }

  /** Why a clock counts as wrong. */
  static List<String> ofClock(HostId host, Clocks clocks) {
    Duration ahead = clocks.ahead(host);
    int others = clocks.wrong().size() - 1;
    return List.of(
        String.format(
            Locale.ROOT,
            "Its clock is %s %s this scheduler's, by what its latest beats say.",
            span(ahead.abs()),
            ahead.isNegative() ? "behind" : "ahead of"),
        others == 0
            ? "The other hosts' clocks agree with this scheduler's."
            : String.format(
                Locale.ROOT,
                "%d of the %d other hosts differ as well: look at this scheduler's clock first.",
                others,
                clocks.known() - 1),
        "Nothing depends on it here; what runs there may. Set it right (chronyc makestep).");
  }

  private static String lastBeat(Heard<HostBeat> heard, Instant now) {
    Pulse pulse = heard.beat().pulse();
    return String.format(
        Locale.ROOT,
        "The last beat, number %d of the agent's life, came %s ago.",
        pulse.sequence(),
        span(heard.age(now)));
  }

  private static String expected(Rhythm rhythm, double suspicion, LivenessSettings settings) {
    return String.format(
        Locale.ROOT,
        "Its beats come every %.1f s (deviation %.1f s over %d intervals), a pause of %.1f s is"
            + " allowed: silence of more than %s does not belong to it (suspicion %.0f, limit"
            + " %.0f).",
        rhythm.expected(),
        rhythm.deviation(settings),
        rhythm.samples(),
        settings.silentPause() * Rhythm.seconds(rhythm.last().interval()),
        span(rhythm.limit(settings.silentPause(), settings)),
        suspicion,
        settings.phi());
  }

  private static <B extends Beat> String other(
      String trade, Optional<Heard<B>> agent, Instant now) {
    if (agent.isEmpty()) {
      return String.format(Locale.ROOT, "A %s agent was never heard there.", trade);
    }
    Duration age = agent.get().age(now);
    Duration limit = agent.get().beat().pulse().interval().multipliedBy(SILENT_TOO);
    return age.compareTo(limit) > 0
        ? String.format(
            Locale.ROOT, "Its %s agent was last heard %s ago: silent too.", trade, span(age))
        : String.format(
            Locale.ROOT,
            "Its %s agent was heard %s ago: the host may live, and only its host agent be gone.",
            trade,
            span(age));
  }

  private static String heldBack(Liveness.SelfDoubt doubt) {
    return String.format(
        Locale.ROOT,
        "%d of %d hosts fell silent together; that was held back first as this scheduler's own"
            + " problem, and stayed so.",
        doubt.late().size(),
        doubt.known());
  }

  private static String clock(Instant instant) {
    return instant.truncatedTo(ChronoUnit.MILLIS).toString();
  }

  /** A span for people, such as {@code 0.4 s}, {@code 12.9 s} or {@code 3 min 5 s}. */
  static String span(Duration span) {
    double seconds = Rhythm.seconds(span);
    return seconds < 120
        ? String.format(Locale.ROOT, "%.1f s", seconds)
        : String.format(Locale.ROOT, "%d min %d s", span.toMinutes(), span.toSecondsPart());
  }
}
