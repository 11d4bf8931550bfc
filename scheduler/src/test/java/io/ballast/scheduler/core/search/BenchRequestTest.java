package io.ballast.scheduler.core.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the benchmark is asked for, and what it makes of measurements. */
final class BenchRequestTest {
  private static final double ROUNDING = 1e-9;

  @TempDir private Path folder;

  @Test
  void eachSizeComesInEachScenario() {
    BenchRequest request =
        BenchRequest.of(
            "--sizes", "5x40,6x30", "--scenarios", "drain,random", "--seed", "7", "--json", "rows");

    assertEquals(
        List.of("5x40-drain", "5x40-random", "6x30-drain", "6x30-random"),
        request.fleets().stream().map(PaperFleet::name).toList());
    assertEquals(FleetMaker.fleet(6, 30, Scenario.DRAIN, 7), request.fleets().get(2));
    assertEquals(List.of(Contender.values()), request.contenders());
    assertEquals(Optional.of(Path.of("rows")), request.json());
  }

  @Test
  void aPictureIsReadAsFarAsItIsPlain() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("fleet.json"),
            """
            {"name":"lab","hosts":[{"id":"a","rack":0,"cpu":16,"mem":65536,"state":"up","used":9},
            {"id":"b","cpu":8.5,"mem":4096,"state":"drain"},{"id":"c","cpu":8,"mem":4096}],
            "vms":[{"id":"v","host":"b","vcpus":4,"cpu":1.3,"mem":2048,"dirty":0,"resident":1}]}
            """);

    assertEquals(
        List.of(
            new PaperFleet(
                "lab",
                List.of(
                    new PaperFleet.Host(16, 65536, false),
                    new PaperFleet.Host(8.5, 4096, true),
                    new PaperFleet.Host(8, 4096, false)),
                List.of(new PaperFleet.Vm(1, 1.3, 2048)))),
        BenchRequest.of("--from", file.toString(), "--planners", "greedy").fleets());
  }

  @Test
  void aVmOnNoHostIsRefused() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("fleet.json"),
            """
            {"hosts":[{"id":"a","cpu":16,"mem":65536}],
            "vms":[{"id":"v","host":"b","cpu":1.3,"mem":2048}]}
            """);

    String told =
        assertThrows(
                IllegalArgumentException.class, () -> BenchRequest.of("--from", file.toString()))
            .toString();
    assertTrue(told.contains("'host'") && told.contains("\"v\""), told);
  }

  @Test
  void growthIsTheExponent() {
    List<Growth.Point> points =
        List.of(
            new Growth.Point(200, 3 * Math.pow(200, 1.5)),
            new Growth.Point(4000, 3 * Math.pow(4000, 1.5)),
            new Growth.Point(200_000, 3 * Math.pow(200_000, 1.5)));

    assertEquals(1.5, Growth.exponent(points).orElseThrow(), ROUNDING);
    assertEquals(OptionalDouble.empty(), Growth.exponent(points.subList(0, 2)));
  }
}
