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
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * A balanced fleet is left alone, however full it is and however much its values scatter. {@code
 * -Dballast.rest=PT4H} looks for so long whether it is; {@code ops/soak fleets} does so.
 */
final class RestTest {
  private static final double CPUS = 16;
  private static final Bytes MEMORY = Bytes.ofMiB(131_072);
  private static final int GUESTS_PER_HOST = 10;
  private static final Duration TO_REST = Duration.ofMinutes(30);
  private static final Duration LONG = Duration.parse(System.getProperty("ballast.rest", "PT2H"));
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

  /** So many hosts, which want such a share of their CPU. */
  private record Kind(int hosts, double mean) {
    World fleet() {
      return RestTest.fleet(hosts, mean, 7);
    }
  }

  private static Stream<Kind> kinds(int hosts, double... means) {
    return Arrays.stream(means).mapToObj(mean -> new Kind(hosts, mean));
  }

  @Test
  void aFleetAtRestMakesNoMoveForNoise() {
    Stream.of(
            kinds(2, 0.30, 0.65, 0.75, 0.85, 0.95),
            kinds(5, 0.30, 0.55, 0.70, 0.75, 0.85, 0.95),
            kinds(20, 0.30, 0.55, 0.65, 0.70, 0.75, 0.85, 0.95),
            kinds(50, 0.75))
        .flatMap(kinds -> kinds)
        .toList()
        .parallelStream()
        .forEach(
            kind -> {
              Rounds rounds = new Rounds(kind.fleet().scatter(SHARE, 7), Policy.DEFAULT);
              List<Move> before = List.copyOf(rounds.run(TO_REST).moves);

              rounds.run(LONG);

              assertEquals(before, rounds.moves, kind::toString);
              assertEquals(0, returned(rounds.moves), kind::toString);
            });
  }

  @Test
  void demandsThatWanderMoveFewAndNothingGoesBackAndForth() {
    Stream.of(kinds(5, 0.65, 0.75, 0.85), kinds(20, 0.55, 0.70, 0.75, 0.95))
        .flatMap(kinds -> kinds)
        .toList()
        .parallelStream()
        .forEach(
            kind -> {
              Rounds rounds = new Rounds(kind.fleet().wander(SHARE, 7), Policy.DEFAULT);
              int before = rounds.run(TO_REST).moves.size();

              rounds.run(LONG);

              double perHour = (double) (rounds.moves.size() - before) * 60 / LONG.toMinutes();
              double per100 = perHour * 100 / (kind.hosts() * GUESTS_PER_HOST);
              assertTrue(per100 <= 2, () -> kind + ": " + per100 + " moves an hour per 100 VMs");
              assertEquals(0, returned(rounds.moves), kind::toString);
            });
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
