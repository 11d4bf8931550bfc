package io.ballast.scheduler.core.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Bytes;
import io.ballast.messages.HostId;
import io.ballast.messages.Move;
import io.ballast.messages.VmId;
import io.ballast.scheduler.core.policy.Policy;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A balanced fleet is left alone, however full it is and however much its values scatter. */
final class RestTest {
  private static final double CPUS = 16;
  private static final Bytes MEMORY = Bytes.ofMiB(131_072);
  private static final int GUESTS_PER_HOST = 10;
  private static final Duration TO_REST = Duration.ofMinutes(30);
  private static final Duration LONG = Duration.ofHours(4);
  private static final double SHARE = 0.15;

  /** Equal hosts, and guests of different appetites that were thrown on them with uneven luck. */
  private static World fleet(int hosts, double mean, long seed) {
    Random random = new Random(seed);
    World world = new World();
    for (int i = 0; i < hosts; i++) {
      world.host(host(i), CPUS, MEMORY);
    }
    double[] shares = random.doubles((long) hosts * GUESTS_PER_HOST, 0.3, 2.0).toArray();
    double unit = hosts * CPUS * (mean - World.OWN_SHARE) / Arrays.stream(shares).sum();
    int lucky = Math.max(1, hosts * 3 / 4);
    double[] given = new double[hosts];
    for (int i = 0; i < shares.length; i++) {
      int memory = 1024 << random.nextInt(4);
      int host = random.nextInt(random.nextInt(4) == 0 ? hosts : lucky);
      while (given[host] + memory > 120_000) {
        host = random.nextInt(hosts);
      }
      given[host] += memory;
      world.guest("w" + i, host(host), unit * shares[i], Bytes.ofMiB(memory));
    }
    return world.settle();
  }

  private static String host(int number) {
    return "h%02d".formatted(number);
  }

  @ParameterizedTest
  @CsvSource({
    "2, 0.30",
    "2, 0.65",
    "2, 0.75",
    "2, 0.85",
    "2, 0.95",
    "5, 0.30",
    "5, 0.55",
    "5, 0.70",
    "5, 0.75",
    "5, 0.85",
    "5, 0.95",
    "20, 0.30",
    "20, 0.55",
    "20, 0.65",
    "20, 0.70",
    "20, 0.75",
    "20, 0.85",
    "20, 0.95",
    "50, 0.75"
  })
  void aFleetAtRestMakesNoMoveForNoise(int hosts, double mean) {
    World world = fleet(hosts, mean, 7).scatter(SHARE, 7);
    Rounds rounds = new Rounds(world, Policy.DEFAULT).run(TO_REST);
    List<Move> before = List.copyOf(rounds.moves);

    rounds.run(LONG);

    assertEquals(before, rounds.moves);
    assertEquals(0, returned(rounds.moves));
  }

  @ParameterizedTest
  @CsvSource({"5, 0.65", "5, 0.75", "5, 0.85", "20, 0.55", "20, 0.70", "20, 0.75", "20, 0.95"})
  void demandsThatWanderMoveFewAndNothingGoesBackAndForth(int hosts, double mean) {
    World world = fleet(hosts, mean, 7).wander(SHARE, 7);
    Rounds rounds = new Rounds(world, Policy.DEFAULT).run(TO_REST);
    int before = rounds.moves.size();

    rounds.run(LONG);

    double perHour = (double) (rounds.moves.size() - before) / LONG.toHours();
    double per100 = perHour * 100 / (hosts * GUESTS_PER_HOST);
    assertTrue(per100 <= 2, () -> per100 + " moves an hour per 100 VMs");
    assertEquals(0, returned(rounds.moves));
  }

  @Test
  void aFleetThatWasNeverOverATriggerIsLeftAloneHoweverUneven() {
    World world = new World();
    for (int i = 0; i < 6; i++) {
      world.host(host(i), CPUS, MEMORY);
    }
    for (int i = 0; i < 20; i++) {
      world.guest("w" + i, host(i % 2), 1.0, Bytes.ofMiB(2048));
    }
    world.scatter(SHARE, 1).settle();

    assertEquals(List.of(), new Rounds(world, Policy.DEFAULT).run(LONG).moves);
  }

  @Test
  void aSaturatedHostIsRelieved() {
    World world = fleet(5, 0.55, 3);
    for (int i = 0; i < 4; i++) {
      world.guest("hungry" + i, host(4), 4, Bytes.ofMiB(1024));
    }
    assertTrue(world.demand(new HostId(host(4))) > 1);
    world.scatter(SHARE, 3);

    new Rounds(world, Policy.DEFAULT).run(TO_REST);

    double hottest = world.hosts().stream().mapToDouble(world::demand).max().orElseThrow();
    assertTrue(hottest < 0.9, () -> "still at " + hottest);
  }

  @Test
  void aHostOverItsTriggerOnAverageIsRelievedThoughSomeBeatsAreBelow() {
    Duration within = Policy.DEFAULT.thresholds().cpu().hold().plusSeconds(30);
    int relieved = 0;
    for (long seed = 1; seed <= 100; seed++) {
      World world = new World().host("h1", CPUS, MEMORY).host("h2", CPUS, MEMORY);
      for (int i = 0; i < 8; i++) {
        world.guest("w" + i, "h1", CPUS * 0.1, Bytes.ofMiB(2048));
      }
      // A deviation of 5 points of the host is one of 50 x sqrt(8) / 8 points of each guest.
      Rounds rounds = new Rounds(world.scatter(0.5 / Math.sqrt(8), seed).settle(), Policy.DEFAULT);
      relieved += rounds.run(within).moves.isEmpty() ? 0 : 1;
    }
    int times = relieved;
    assertTrue(times >= 95, () -> times + " of 100");
  }

  @Test
  void theHotHostComesBeforeTheMerelyWarm() {
    World world =
        new World()
            .host("h1", CPUS, MEMORY)
            .host("h2", CPUS, MEMORY)
            .host("h3", CPUS, MEMORY)
            .host("h4", CPUS, MEMORY);
    for (int i = 0; i < 10; i++) {
      world.guest("heavy" + i, "h1", CPUS * 0.085, Bytes.ofMiB(12_000));
      world.guest("light" + i, "h2", CPUS * 0.07, Bytes.ofMiB(512));
    }

    Rounds rounds = new Rounds(world.settle(), Policy.DEFAULT).run(Duration.ofMinutes(3));

    assertEquals(new HostId("h1"), rounds.moves.getFirst().from());
  }

  @Test
  void aFullFleetSaysSoOnceAndRests() {
    World world = fleet(5, 0.75, 5).scatter(SHARE, 5);
    Rounds rounds = new Rounds(world, Policy.DEFAULT).run(TO_REST);
    int decided = rounds.decisions.size();

    rounds.run(Duration.ofHours(1));

    assertFalse(rounds.moves.isEmpty());
    rounds.decisions.stream()
        .skip(decided)
        .forEach(
            decision ->
                assertTrue(
                    decision
                        .summary()
                        .matches(
                            "the fleet is full: 7\\d % of 80 % CPU on average; more hosts or a"
                                + " higher trigger"),
                    decision::summary));
  }

  @Test
  void nothingIsMovedAfterItWasSaidToBeAsEvenAsItGets() {
    for (long seed = 1; seed <= 10; seed++) {
      World world = fleet(6, 0.6, seed).scatter(SHARE, seed);
      Rounds rounds = new Rounds(world, Policy.DEFAULT).run(Duration.ofHours(1));
      Instant even =
          rounds.decisions.stream()
              .filter(decision -> decision.summary().startsWith("as even as moves can make it"))
              .findFirst()
              .orElseThrow()
              .at();

      rounds.moves.forEach(move -> assertTrue(move.since().isBefore(even), move::toString));
    }
  }

  /** How many moves led a guest back to a host that it had left. */
  private static long returned(List<Move> moves) {
    Map<VmId, Set<HostId>> left = new HashMap<>();
    long returned = 0;
    for (Move move : moves) {
      Set<HostId> past = left.computeIfAbsent(move.vm(), vm -> new HashSet<>());
      past.add(move.from());
      returned += past.contains(move.to()) ? 1 : 0;
    }
    return returned;
  }
}
