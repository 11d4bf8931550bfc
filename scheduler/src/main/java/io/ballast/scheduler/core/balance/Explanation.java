package io.ballast.scheduler.core.balance;

import io.ballast.messages.Decision.PlannedMove;
import io.ballast.messages.Move;
import io.ballast.scheduler.core.balance.Statement.Kind;
import io.ballast.scheduler.core.policy.Metric;
import io.ballast.scheduler.core.policy.Policy;
import io.ballast.scheduler.core.view.Objections;
import io.ballast.scheduler.core.watch.Overload;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Says in a line what was decided and why. */
final class Explanation {
  /** So many are named one by one; of the others only the number is told. */
  private static final int NAMED = 4;

  /** A host over its trigger is told of after this part of the hold time. */
  private static final int TOLD = 4;

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
  Statement tooFew(int all) {
    String absent =
        listed(
            forecast.absent().entrySet().stream()
                .map(entry -> entry.getKey() + " " + entry.getValue().wire()));
    return Statement.of(
        Kind.QUIET,
        String.format(
            "nothing to do: %d of %d hosts can be judged%s",
            forecast.sites().size(), all, absent.isEmpty() ? "" : " (" + absent + ")"));
  }

  /** Moves are under way, or their hosts were not heard for long enough since they ended. */
  static Statement unsettled(Unsettled moves) {
    Stream<Move> all =
        moves.underWay().isEmpty() ? moves.ended().stream() : moves.underWay().stream();
    String text =
        moves.underWay().isEmpty()
            ? "waiting for fresh beats of "
                + listed(
                    moves.ended().stream()
                        .map(
                            move ->
                                "%s and %s after the move of %s"
                                    .formatted(move.from(), move.to(), move.name())))
            : "waiting for "
                + listed(
                    moves.underWay().stream()
                        .map(
                            move ->
                                "%s on its way from %s to %s"
                                    .formatted(move.name(), move.from(), move.to())));
    return Statement.of(Kind.UNSETTLED, all.limit(NAMED).map(move -> move.id().value()), text);
  }

  /** No host is to be relieved. */
  Statement quiet() {
    Optional<Statement> full = full(overload.settled());
    if (full.isPresent()) {
      return full.get();
    }
    List<Overload.Spell> over = over();
    if (!overload.balancing().isEmpty() && !over.isEmpty()) {
      return Statement.of(
          Kind.WAITING,
          "nothing more to do: "
              + listed(over.stream().map(this::standing))
              + " will cool down by the moves made");
    }
    List<Overload.Spell> young =
        overload.spells().stream()
            .filter(spell -> !spell.judged() && isWorthTelling(spell))
            .toList();
    if (!young.isEmpty()) {
      return Statement.of(Kind.OVER, named(young), listed(young.stream().map(this::held)));
    }
    return isHelpless()
        ? helpless(judged(), overload.objections())
        : Statement.of(
            Kind.QUIET, nearest().map(this::calm).orElse("nothing to do: no host can be judged"));
  }

  /** The cluster is to be balanced, and no move is worth it or allowed. */
  Statement stuck(Objections objections) {
    Optional<Statement> full = full(overload.balancing());
    if (full.isPresent()) {
      return full.get();
    }
    List<Overload.Spell> over = over();
    return over.isEmpty()
        ? Statement.of(
            Kind.EVEN,
            "as even as moves can make it: "
                + listed(aims().map(this::range))
                + "; "
                + why(objections))
        : helpless(over, objections);
  }

  /** Moves are to be made. */
  Statement moves(List<PlannedMove> moves) {
    List<Overload.Spell> over = over();
    String reason =
        over.isEmpty()
            ? "evening out " + listed(aims().map(Metric::word))
            : listed(over.stream().map(this::standing));
    Metric metric =
        over.stream()
            .map(Overload.Spell::metric)
            .findFirst()
            .or(() -> aims().findFirst())
            .orElse(Metric.CPU);
    Stream<String> each =
        moves.stream().map(move -> move.name() + " from " + move.from() + " to " + move.to());
    return Statement.of(
        Kind.MOVES,
        moves.stream()
            .filter(move -> move.wave() == 1)
            .map(move -> move.vm() + " " + move.from() + " " + move.to())
            .sorted(),
        String.format(
            "%s: move %s; %s becomes %s",
            reason, listed(each), range(metric), Range.of(metric, forecast).text(metric)));
  }

  /**
   * That all hosts together have little left of one of these metrics, so that no move helps for
   * long.
   */
  private Optional<Statement> full(Set<Metric> metrics) {
    return metrics.stream()
        .sorted()
        .filter(metric -> forecast.isFull(metric, policy))
        .findFirst()
        .map(
            metric ->
                Statement.of(
                    Kind.FULL,
                    String.format(
                        "the fleet is full: %s of %s %s on average; more hosts or a higher"
                            + " trigger",
                        metric.text(forecast.mean(metric)),
                        metric.text(trigger(metric)),
                        metric.word())));
  }

  private double trigger(Metric metric) {
    return policy.thresholds().of(metric).trigger();
  }

  /** Whether a host is over a trigger for which an episode ended without help. */
  boolean isHelpless() {
    return !judged().isEmpty();
  }

  private List<Overload.Spell> judged() {
    return over().stream().filter(Overload.Spell::judged).toList();
  }

  private Statement helpless(List<Overload.Spell> over, Objections objections) {
    return Statement.of(
        Kind.HELPLESS,
        named(over),
        "nothing helps " + listed(over.stream().map(this::standing)) + ": " + why(objections));
  }

  private static Stream<String> named(List<Overload.Spell> spells) {
    return spells.stream().limit(NAMED).map(spell -> spell.host() + " " + spell.metric());
  }

  private static String why(Objections objections) {
    return objections.text().isEmpty() ? "there is nothing to move" : objections.text();
  }

  /** Whether a host was over its trigger for long enough that it is no passing noise. */
  private boolean isWorthTelling(Overload.Spell spell) {
    Duration hold = policy.thresholds().of(spell.metric()).hold();
    return spell.held().multipliedBy(TOLD).compareTo(hold) >= 0;
  }

  /** What the episode is about. */
  private Stream<Metric> aims() {
    return overload.balancing().stream().sorted();
  }

  /**
   * The hosts that take part and are over a trigger; in an episode those that it is about, and
   * where some have been over it for long enough only those.
   */
  private List<Overload.Spell> over() {
    Set<Metric> about = overload.balancing();
    List<Overload.Spell> over =
        overload.spells().stream()
            .filter(spell -> spell.over() && forecast.site(spell.host()).isPresent())
            .filter(spell -> about.isEmpty() || about.contains(spell.metric()))
            .toList();
    List<Overload.Spell> ripe = over.stream().filter(Overload.Spell::ripe).toList();
    return ripe.isEmpty() ? over : ripe;
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

  /** Such as {@code h1 at 97 % CPU (trigger 80 %)}. */
  private String standing(Overload.Spell spell) {
    Metric metric = spell.metric();
    return String.format(
        "%s at %s %s (trigger %s)",
        spell.host(),
        forecast.site(spell.host()).map(site -> measured(site, metric)).orElse("unknown"),
        metric.word(),
        metric.text(trigger(metric)));
  }

  /** Such as {@code CPU of the hosts 20 % to 97 %}, as it was before the plan. */
  private String range(Metric metric) {
    return metric.word()
        + " of the hosts "
        + Objects.requireNonNull(before.get(metric)).text(metric);
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
