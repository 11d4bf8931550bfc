package io.ballast.scheduler.core.search;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What is to be measured.
 *
 * @param json where the rows are written to as JSON, too
 */
record BenchRequest(List<PaperFleet> fleets, List<Contender> contenders, Optional<Path> json) {
  private static final String SIZES = "5x40,20x200,100x2000,400x8000";

  BenchRequest {
    fleets = List.copyOf(fleets);
    contenders = List.copyOf(contenders);
  }

  /**
   * The request of a command line: {@code --option value...}, checked by {@code ops/bench}.
   *
   * @throws IllegalArgumentException if a fleet can't be made or makes no sense
   */
  static BenchRequest of(String... arguments) {
    Map<String, List<String>> options = new HashMap<>();
    List<String> values = new ArrayList<>();
    for (String argument : arguments) {
      if (argument.startsWith("--")) {
        values = options.computeIfAbsent(argument, option -> new ArrayList<>());
      } else {
        values.add(argument);
      }
    }
    return new BenchRequest(
        fleets(options),
        names(options, "--planners")
            .map(names -> names.map(Contender::of).toList())
            .orElse(List.of(Contender.values())),
        Optional.ofNullable(options.get("--json")).map(files -> Path.of(files.getFirst())));
  }

  private static List<PaperFleet> fleets(Map<String, List<String>> options) {
    List<String> files = options.getOrDefault("--from", List.of());
    if (!files.isEmpty()) {
      return files.stream().map(file -> new FleetFile(Path.of(file)).read()).toList();
    }
    long seed = Long.parseLong(options.getOrDefault("--seed", List.of("1")).getFirst());
    List<Scenario> scenarios =
        names(options, "--scenarios")
            .map(names -> names.map(Scenario::of).toList())
            .orElse(List.of(Scenario.values()));
    return names(options, "--sizes")
        .orElseGet(() -> split(SIZES))
        .flatMap(size -> scenarios.stream().map(scenario -> made(size, scenario, seed)))
        .toList();
  }

  private static PaperFleet made(String size, Scenario scenario, long seed) {
    int x = size.indexOf('x');
    return FleetMaker.fleet(
        Integer.parseInt(size.substring(0, x)),
        Integer.parseInt(size.substring(x + 1)),
        scenario,
        seed);
  }

  private static Optional<Stream<String>> names(Map<String, List<String>> options, String option) {
    return Optional.ofNullable(options.get(option)).map(List::getFirst).map(BenchRequest::split);
  }

  private static Stream<String> split(String list) {
    return Arrays.stream(list.split(",", -1));
  }
}
