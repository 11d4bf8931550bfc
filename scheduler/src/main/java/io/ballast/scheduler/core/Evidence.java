package io.ballast.scheduler.core;

import io.ballast.messages.Beat;
import io.ballast.messages.Fleet.Status;
import io.ballast.messages.HostBeat;
import io.ballast.messages.HostId;
import io.ballast.messages.Pulse;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

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
            overlap.name(),
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

  private static String lastBeat(Heard<HostBeat> heard, Instant now) {
    Pulse pulse = heard.beat().pulse();
    return String.format(
        Locale.ROOT,
        "The last beat, number %d of the agent's life, came at %s, %s ago.",
        pulse.sequence(),
        clock(heard.at()),
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

  private static String heldBack(Liveness.Doubt doubt) {
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
