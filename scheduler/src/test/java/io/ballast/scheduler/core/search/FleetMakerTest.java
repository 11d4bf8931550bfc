package io.ballast.scheduler.core.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What the fleets that are made up for the benchmark are like. */
final class FleetMakerTest {
  private static final int SEEDS = 20;

  private static PaperFleet fleet(Scenario scenario, long seed) {
    return FleetMaker.fleet(20, 200, scenario, seed);
  }

  private static double cpus(PaperFleet fleet, int host) {
    return fleet.vms().stream()
        .filter(vm -> vm.host() == host)
        .mapToDouble(PaperFleet.Vm::cpus)
        .sum();
  }

  private static double memory(PaperFleet fleet, int host) {
    return fleet.vms().stream()
        .filter(vm -> vm.host() == host)
        .mapToDouble(PaperFleet.Vm::memory)
        .sum();
  }

  private static double cpuShare(PaperFleet fleet, int host) {
    return cpus(fleet, host) / fleet.hosts().get(host).cpus();
  }

  private static double unevenness(PaperFleet fleet) {
    return fleet.problem().unevenness(List.of());
  }

  @Test
  void aSeedAlwaysGivesTheSameFleet() {
    for (Scenario scenario : Scenario.values()) {
      assertEquals(fleet(scenario, 3), fleet(scenario, 3));
      assertNotEquals(fleet(scenario, 3).vms(), fleet(scenario, 4).vms());
    }
  }

  @Test
  void everyVmFitsWhereItIs() {
    for (Scenario scenario : Scenario.values()) {
      for (int seed = 0; seed < SEEDS; seed++) {
        for (PaperFleet fleet :
            new PaperFleet[] {FleetMaker.fleet(5, 40, scenario, seed), fleet(scenario, seed)}) {
          for (int h = 0; h < fleet.hosts().size(); h++) {
            String where = fleet.name() + ", seed " + seed + ", host " + h;
            assertTrue(cpuShare(fleet, h) <= 1, where);
            assertTrue(memory(fleet, h) <= fleet.hosts().get(h).memory(), where);
          }
        }
      }
    }
  }

  @Test
  void hostsAreHalfInUseOfCpuAndThreeFifthsOfMemory() {
    PaperFleet fleet = fleet(Scenario.RANDOM, 1);
    double cpus = fleet.hosts().stream().mapToDouble(PaperFleet.Host::cpus).sum();
    double memory = fleet.hosts().stream().mapToDouble(PaperFleet.Host::memory).sum();

    assertEquals(200, fleet.vms().size());
    assertEquals(0.5, fleet.vms().stream().mapToDouble(PaperFleet.Vm::cpus).sum() / cpus, 0.001);
    assertEquals(0.6, fleet.vms().stream().mapToDouble(PaperFleet.Vm::memory).sum() / memory, 0.01);
  }

  @Test
  void eachScenarioShowsWhatItSays() {
    for (int seed = 0; seed < SEEDS; seed++) {
      PaperFleet hot = fleet(Scenario.HOTRACK, seed);
      PaperFleet extended = fleet(Scenario.NEWHOSTS, seed);
      PaperFleet drained = fleet(Scenario.DRAIN, seed);

      assertTrue(IntStream.range(0, 10).allMatch(h -> cpuShare(hot, h) > 0.85), "hot rack");
      assertTrue(
          IntStream.range(10, 20).mapToDouble(h -> cpuShare(hot, h)).average().orElse(1) < 0.62,
          "the other rack");
      assertEquals(
          4, IntStream.range(0, 20).filter(h -> memory(extended, h) == 0).count(), "new hosts");
      assertTrue(IntStream.range(16, 20).allMatch(h -> memory(extended, h) == 0));
      assertEquals(1, drained.hosts().stream().filter(PaperFleet.Host::drained).count());
      assertTrue(drained.vms().stream().anyMatch(vm -> drained.hosts().get(vm.host()).drained()));
      assertTrue(unevenness(fleet(Scenario.RANDOM, seed)) > 1.5 * unevenness(drained));
    }
  }

  @Test
  void aFleetThatCannotBeIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> FleetMaker.fleet(9, 1, Scenario.RANDOM, 1));
  }
}
