package io.ballast.scheduler.core;

import io.ballast.messages.Decision.PlannedMove;
import io.ballast.messages.Move;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Says in a line what was decided and why. */
final class Explanation {
  /** So many are named one by one; of the others only the number is told. */
  private static final int NAMED = 4;

  private final Forecast forecast;
  private final Overload overload;
  private final Policy policy;
  private final Map<Metric, Range> before = new EnumMap<>(Metric.class);

  /**
   * @param forecast as it is before the plan; a plan may change it before it is explained
   */
  Explanation(Forecast forecast, Overload overload, Policy policy) {
    this.forecast = forecast;
    this.overload = overload;
    this.policy = policy;
    for (Metric metric : Metric.values()) {
      before.put(metric, Range.of(metric, forecast));
    }
  }

  /** The least and the most of a metric over the hosts. */
  private record Range(double least, double most) {
    static Range of(Metric metric, Forecast forecast) {
      double[] values =
          forecast.sites().stream().mapToDouble(site -> shown(site, metric)).sorted().toArray();
      return values.length == 0 ? new Range(0, 0) : new Range(values[0], values[values.length - 1]);
    }

    String text(Metric metric) {
      return metric.text(least) + " to " + metric.text(most);
    }
  }

  /** Too few hosts can be judged. */
  String tooFew(int all) {
    String absent =
        listed(
            forecast.absent().entrySet().stream()
                .map(entry -> entry.getKey() + " " + entry.getValue().wire()));
    return String.format(
        "nothing to do: %d of %d hosts can be judged%s",
        forecast.sites().size(), all, absent.isEmpty() ? "" : " (" + absent + ")");
  }

  /** Moves of the wave before are under way. */
  static String underWay(List<Move> moves) {
    Stream<String> each =
        moves.stream()
            .map(move -> move.name() + " on its way from " + move.from() + " to " + move.to());
    return "waiting for " + listed(each);
  }

  /** A move ended, and its hosts were not heard for long enough since. */
  static String settling(Move move) {
    return String.format(
        "waiting for fresh beats of %s and %s after the move of %s",
        move.from(), move.to(), move.name());
  }

  /** No host is to be relieved. */
  String quiet() {
    List<Overload.Spell> over = overload.spells().stream().filter(Overload.Spell::over).toList();
    if (ripe(Overload.Spell::over).findAny().isPresent()) {
      return "nothing more to do: "
          + listed(ripe(Overload.Spell::over).map(this::standing))
          + " will cool down by the moves made";
    }
    return over.isEmpty()
        ? nearest().map(this::calm).orElse("nothing to do: no host can be judged")
        : listed(over.stream().map(this::held));
  }

  /** A host is to be relieved, and no move is worth it or allowed. */
  String stuck(Objections objections) {
    String why = objections.text().isEmpty() ? "there is nothing to move" : objections.text();
    boolean hot = ripe(Overload.Spell::over).findAny().isPresent();
    return hot
        ? listed(ripe(Overload.Spell::over).map(this::standing))
            + (" is hot but nothing helps: " + why)
        : "as even as moves can make it: "
            + listed(ripe(spell -> true).map(this::standing))
            + ("; " + why);
  }

  /** Moves are to be made. */
  String moves(List<PlannedMove> moves) {
    Metric metric = ripe(spell -> true).map(Overload.Spell::metric).findFirst().orElse(Metric.CPU);
    Stream<String> each =
        moves.stream().map(move -> move.name() + " from " + move.from() + " to " + move.to());
    return String.format(
        "%s: move %s; %s of the hosts %s becomes %s",
        listed(ripe(spell -> true).map(this::standing)),
        listed(each),
        metric.word(),
        Objects.requireNonNull(before.get(metric)).text(metric),
        Range.of(metric, forecast).text(metric));
  }

  /** What one move does to its hosts, in the metric that it is about. */
  static String why(Metric metric, Site from, Site fromAfter, Site to, Site toAfter) {
    return String.format(
        "%s of %s %s to %s, of %s %s to %s",
        metric.word(),
        from.id(),
        metric.text(shown(from, metric)),
        metric.text(shown(fromAfter, metric)),
        to.id(),
        metric.text(shown(to, metric)),
        metric.text(shown(toAfter, metric)));
  }

  private Stream<Overload.Spell> ripe(Predicate<Overload.Spell> which) {
    return overload.ripe().stream().filter(which);
  }

  /** Such as {@code h1 at 97 % CPU (trigger 80 %)}. */
  private String standing(Overload.Spell spell) {
    Metric metric = spell.metric();
    Policy.Threshold threshold = policy.thresholds().of(metric);
    return String.format(
        "%s at %s %s (%s)",
        spell.host(),
        forecast.site(spell.host()).map(site -> measured(site, metric)).orElse("unknown"),
        metric.word(),
        spell.over()
            ? "trigger " + metric.text(threshold.trigger())
            : "low mark " + metric.text(threshold.low()));
  }

  /** Such as {@code h1 over its CPU trigger for 4 s of 10 s}. */
  private String held(Overload.Spell spell) {
    return String.format(
        "%s over its %s trigger for %s of %s",
        spell.host(),
        spell.metric().word(),
        seconds(spell.held()),
        seconds(policy.thresholds().of(spell.metric()).hold()));
  }

  private record Near(Site site, Metric metric, double heat) {}

  /** Which host is nearest to a trigger, and to which. */
  private Optional<Near> nearest() {
    return forecast.sites().stream()
        .flatMap(site -> Stream.of(Metric.values()).map(metric -> near(site, metric)))
        .max(Comparator.comparingDouble(Near::heat));
  }

  private Near near(Site site, Metric metric) {
    double trigger = policy.thresholds().of(metric).trigger();
    return new Near(site, metric, metric.of(site.host().beat()) / trigger);
  }

  private String calm(Near near) {
    return String.format(
        "nothing to do: no host over its trigger (%s at %s %s, trigger %s)",
        near.site().id(),
        measured(near.site(), near.metric()),
        near.metric().word(),
        near.metric().text(policy.thresholds().of(near.metric()).trigger()));
  }

  private static String measured(Site site, Metric metric) {
    return metric.text(metric.of(site.host().beat()));
  }

  /** A forecast as it would be measured: a host that wants more than it has uses all of it. */
  private static double shown(Site site, Metric metric) {
    double value = site.value(metric);
    return switch (metric) {
      case CPU, MEMORY -> Math.min(1, value);
      case LOAD -> value;
    };
  }

  private static String seconds(Duration duration) {
    return duration.toSeconds() + " s";
  }

  private static String listed(Stream<String> all) {
    List<String> each = all.toList();
    String named = each.stream().limit(NAMED).collect(Collectors.joining(", "));
    return each.size() > NAMED ? named + " and " + (each.size() - NAMED) + " more" : named;
  }
}
