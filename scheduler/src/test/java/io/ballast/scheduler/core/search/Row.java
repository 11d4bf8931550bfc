package io.ballast.scheduler.core.search;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/**
 * What one planner made of one fleet.
 *
 * @param verdict of its plan; empty if there is none
 * @param overBound the plan's GiB over the least that could reach the same, see {@link LeastCost};
 *     empty where that is nothing, or not comparable
 * @param seconds how long the planner took
 * @param peakMiB most that was on the heap, for those that are measured so
 * @param note what else there is to say
 */
record Row(
    PaperFleet fleet,
    Contender planner,
    Optional<Referee.Verdict> verdict,
    OptionalDouble overBound,
    OptionalDouble seconds,
    OptionalDouble peakMiB,
    String note) {

  /** The titles of the cells. */
  static final List<String> TITLES =
      List.of(
          "FLEET",
          "PLANNER",
          "J BEFORE",
          "J AFTER",
          "MOVES",
          "GIB",
          "GIB/BOUND",
          "SECONDS",
          "HEAP MIB",
          "BROKEN",
          "NOTE");

  private static final String NONE = "-";

  /** A row without a plan. */
  static Row without(PaperFleet fleet, Contender planner, OptionalDouble seconds, String why) {
    return new Row(
        fleet,
        planner,
        Optional.empty(),
        OptionalDouble.empty(),
        seconds,
        OptionalDouble.empty(),
        why);
  }

  /** As text, a cell for each title. */
  List<String> cells() {
    return List.of(
        fleet.name(),
        planner.title(),
        verdict.map(it -> number("%.4f", it.before())).orElse(NONE),
        verdict.map(it -> number("%.4f", it.after())).orElse(NONE),
        verdict.map(it -> Integer.toString(it.moves())).orElse(NONE),
        verdict.map(it -> number("%.0f", it.gibibytes())).orElse(NONE),
        cell("%.2f", overBound),
        cell("%.4f", seconds),
        cell("%.0f", peakMiB),
        verdict.map(it -> Integer.toString(it.broken())).orElse(NONE),
        note);
  }

  /** What moves broke and whom they left, in words; empty if all is well. */
  static String remarks(Referee.Verdict verdict) {
    String broken =
        verdict.violations().entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .map(each -> "%s: %d".formatted(title(each.getKey()), each.getValue()))
            .collect(Collectors.joining(", "));
    String left = verdict.left() == 0 ? "" : verdict.left() + " VMs left on hosts to be emptied";
    return broken.isEmpty() || left.isEmpty() ? broken + left : broken + "; " + left;
  }

  /** As JSON; what there is not is left out. */
  ObjectNode json() {
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("fleet", fleet.name())
            .put("hosts", fleet.hosts().size())
            .put("vms", fleet.vms().size())
            .put("planner", planner.title());
    verdict.ifPresent(it -> put(json, it));
    overBound.ifPresent(it -> json.put("overBound", it));
    seconds.ifPresent(it -> json.put("seconds", it));
    peakMiB.ifPresent(it -> json.put("peakMiB", it));
    return json.put("note", note);
  }

  private static void put(ObjectNode json, Referee.Verdict verdict) {
    json.put("before", verdict.before())
        .put("after", verdict.after())
        .put("moves", verdict.moves())
        .put("gibibytes", verdict.gibibytes())
        .put("left", verdict.left());
    ObjectNode violations = json.putObject("violations");
    verdict.violations().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(each -> violations.put(title(each.getKey()), each.getValue()));
  }

  private static String title(Referee.Violation violation) {
    return violation.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private static String cell(String form, OptionalDouble number) {
    return number.isPresent() ? number(form, number.getAsDouble()) : NONE;
  }

  private static String number(String form, double number) {
    return String.format(Locale.ROOT, form, number);
  }
}
