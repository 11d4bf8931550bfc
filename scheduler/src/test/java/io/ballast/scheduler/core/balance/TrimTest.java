package io.ballast.scheduler.core.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Bytes;
import io.ballast.scheduler.core.policy.Metric;
import io.ballast.scheduler.core.policy.Policy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is left of a plan once all its moves are known. */
final class TrimTest {
  private static final Policy POLICY = Policy.DEFAULT;
  private static final double ROUNDING = 1e-6;

  /** The moves of a plan for a world whose CPU is ripe. */
  private record Draft(World world, Forecast forecast, Scales scales) {
    static Draft of(World world) {
      Forecast forecast = Forecast.of(world.view(), List.of(), POLICY, world.now());
      EnumSet<Metric> cpu = EnumSet.of(Metric.CPU);
      Scales scales =
          new Scales(
              new Board(forecast.sites(), cpu, POLICY),
              new Rules(world.view(), Past.NONE, POLICY, world.now()),
              new Appeal(cpu, Aim.EVEN_OUT, POLICY));
      return new Draft(world, forecast, scales);
    }

    List<Guest> guests(int place) {
      return forecast.guests(scales.board.site(place).id());
    }

    Leg leg(String name) {
      return guests(0).stream()
          .filter(guest -> guest.vm().name().equals(name))
          .map(guest -> new Leg(guest, 0, 1))
          .findFirst()
          .orElseThrow();
    }

    List<Site> sites() {
      return IntStream.range(0, scales.board.size()).mapToObj(scales.board::site).toList();
    }

    List<Leg> trimmed(List<Leg> legs) {
      return new Trim(scales).trimmed(legs, Set.of(), this::guests);
    }

    /** Some moves, each of them worth it in its turn. */
    List<Leg> moves(Random random) {
      List<Leg> all = new ArrayList<>();
      for (int from : scales.free) {
        for (Guest guest : guests(from)) {
          scales.free.stream()
              .filter(to -> to != from)
              .forEach(to -> all.add(new Leg(guest, from, to)));
        }
      }
      Collections.shuffle(all, random);
      List<Leg> moves = new ArrayList<>();
      Set<Guest> moved = new HashSet<>();
      List<Site> before = sites();
      for (Leg leg : all) {
        boolean allowed = scales.objection(leg.guest(), leg.from(), leg.to()).isEmpty();
        if (moves.size() < 3 && allowed && moved.add(leg.guest())) {
          moves.add(leg);
          scales.make(leg);
        }
      }
      reset(before);
      return moves;
    }

    /** Whether each of some moves is worth it in its turn. */
    boolean areWorthIt(List<Leg> legs) {
      List<Site> before = sites();
      boolean worthIt = true;
      for (Leg leg : legs) {
        worthIt &= scales.objection(leg.guest(), leg.from(), leg.to()).isEmpty();
        scales.make(leg);
      }
      reset(before);
      return worthIt;
    }

    private void reset(List<Site> sites) {
      IntStream.range(0, sites.size()).forEach(place -> scales.board.set(place, sites.get(place)));
    }

    /** The score after moves. */
    Score after(List<Leg> legs) {
      Forecast after = Forecast.of(world.view(), List.of(), POLICY, world.now());
      for (Leg leg : legs) {
        Site from = after.site(scales.board.site(leg.from()).id()).orElseThrow();
        Site to = after.site(scales.board.site(leg.to()).id()).orElseThrow();
        after.move(leg.guest(), from, to);
      }
      return after.score(POLICY);
    }

    /** The score after moves and what they must gain. */
    double total(List<Leg> legs) {
      double least = legs.stream().mapToDouble(leg -> scales.appeal.leastGain(leg.guest())).sum();
      return after(legs).total() + least;
    }
  }

  @Test
  void whatBringsNothingIsTakenOutAndALighterGuestGoesInstead() {
    Draft draft =
        Draft.of(
            new World()
                .host("h1", 8, Bytes.ofMiB(65536))
                .host("h2", 8, Bytes.ofMiB(65536))
                .guest("heavy", "h1", 3, Bytes.ofMiB(32768))
                .guest("light", "h1", 3, Bytes.ofMiB(1024))
                .guest("small", "h1", 0.8, Bytes.ofMiB(16))
                .settle());
    List<Site> before = draft.sites();

    // Once both large ones have gone, it would be better to have the small one back.
    List<Leg> kept = draft.trimmed(List.of(draft.leg("small"), draft.leg("heavy")));

    assertEquals(List.of(draft.leg("light")), kept);
    assertEquals(before, draft.sites());
  }

  /** A few hosts, the first of them busiest, with guests that hold up to half of what it has. */
  private static World world(Random random) {
    World world = new World();
    int hosts = 2 + random.nextInt(2);
    for (int h = 0; h < hosts; h++) {
      world.host("h" + h, 8, Bytes.ofMiB(65536));
    }
    for (int g = 0; g < 6; g++) {
      int host = random.nextInt(3) == 0 ? random.nextInt(hosts) : 0;
      double cpus = random.nextInt(20) / 10.0;
      world.guest("g" + g, "h" + host, cpus, Bytes.ofMiB(1024L << random.nextInt(6)));
    }
    return world.settle();
  }

  @Test
  void whatIsLeftIsWorthNoLessAndHelpsWhatTriggered() {
    int without = 0;
    int lighter = 0;
    for (int seed = 0; seed < 2_000; seed++) {
      String fleet = "fleet " + seed;
      Random random = new Random(seed);
      Draft draft = Draft.of(world(random));
      List<Leg> moves = draft.moves(random);

      List<Leg> kept = draft.trimmed(moves);

      assertTrue(draft.areWorthIt(kept), fleet);
      int fewer = moves.size() - kept.size();
      assertTrue(draft.total(kept) <= draft.total(moves) + ROUNDING, fleet);
      double most =
          draft.after(moves).of(Metric.CPU) + fewer * draft.scales.appeal.leastGain() + ROUNDING;
      assertTrue(draft.after(kept).of(Metric.CPU) <= most, fleet);
      without += fewer;
      lighter += moves.containsAll(kept) ? 0 : 1;
    }
    assertTrue(without > 100, "moves taken out: " + without);
    assertTrue(lighter > 100, "plans with a lighter guest: " + lighter);
  }
}
