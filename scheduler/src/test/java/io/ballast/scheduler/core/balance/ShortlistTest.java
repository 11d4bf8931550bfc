package io.ballast.scheduler.core.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Bytes;
import io.ballast.messages.VmId;
import io.ballast.scheduler.core.policy.Metric;
import io.ballast.scheduler.core.policy.Policy;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is kept of earlier looks, against a look at everything anew. */
final class ShortlistTest {
  private static final Policy POLICY = Policy.DEFAULT;

  private static World world(Random random) {
    World world = new World();
    for (int h = 0; h < 6; h++) {
      world.host("h" + h, 8, Bytes.ofMiB(65536));
    }
    for (int g = 0; g < 16; g++) {
      int host = random.nextInt(3) == 0 ? random.nextInt(6) : random.nextInt(2);
      double cpus = random.nextInt(20) / 10.0;
      world.guest("g" + g, "h" + host, cpus, Bytes.ofMiB(1024L << random.nextInt(4)));
    }
    return world.settle();
  }

  @Test
  void whatItNamesIsBestAlsoAfterOthersHaveMoved() {
    int moves = 0;
    for (int seed = 0; seed < 500; seed++) {
      World world = world(new Random(seed));
      Forecast forecast = Forecast.of(world.view(), List.of(), POLICY, world.now());
      EnumSet<Metric> cpu = EnumSet.of(Metric.CPU);
      Scales scales =
          new Scales(
              new Board(forecast.sites(), cpu, POLICY),
              new Rules(world.view(), Past.NONE, POLICY, world.now()),
              new Appeal(cpu, Aim.EVEN_OUT, POLICY));
      Set<VmId> moved = new HashSet<>();
      Shortlist kept = new Shortlist(scales, forecast, guest -> !moved.contains(guest.vm().id()));
      Optional<Leg> next = kept.next();
      while (next.isPresent()) {
        Leg leg = next.get();
        moved.add(leg.guest().vm().id());
        scales.make(leg);
        kept.made(leg);
        moves++;
        next = kept.next();
        Shortlist anew = new Shortlist(scales, forecast, guest -> !moved.contains(guest.vm().id()));
        assertEquals(anew.next(), next, "move " + moved.size() + " of fleet " + seed);
      }
    }
    assertTrue(moves > 1_000, "moves: " + moves);
  }
}
