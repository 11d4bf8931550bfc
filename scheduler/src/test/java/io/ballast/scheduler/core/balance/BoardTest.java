package io.ballast.scheduler.core.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Bytes;
import io.ballast.scheduler.core.policy.Metric;
import io.ballast.scheduler.core.policy.Policy;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a board of numbers says of moves, against what the sites themselves say. */
final class BoardTest {
  private static final Policy POLICY = Policy.DEFAULT;
  private static final double ROUNDING = 1e-9;

  /** Five hosts, some of them saturated and some over a trigger. */
  private static World world(long seed) {
    Random random = new Random(seed);
    World world = new World();
    for (int h = 0; h < 5; h++) {
      world.host("h" + h, 2 << random.nextInt(3), Bytes.ofMiB(8192L << random.nextInt(3)));
    }
    for (int g = 0; g < 20; g++) {
      String host = "h" + random.nextInt(random.nextInt(5) + 1);
      Bytes memory = Bytes.ofMiB(128L << random.nextInt(4));
      world.guest("w" + g, host, random.nextDouble() * 2, memory);
    }
    return world.settle();
  }

  @Test
  void aMoveIsWeighedAsTheScoreWeighsIt() {
    int weighed = 0;
    for (int seed = 0; seed < 100; seed++) {
      World world = world(seed);
      Forecast forecast = Forecast.of(world.view(), List.of(), POLICY, world.now());
      Rules rules = new Rules(world.view(), Past.NONE, POLICY, world.now());
      EnumSet<Metric> ripe = EnumSet.of(Metric.CPU, Metric.LOAD);
      Board board = new Board(forecast.sites(), ripe, POLICY);
      Score before = forecast.score(POLICY);
      for (int from = 0; from < board.size(); from++) {
        for (Guest guest : forecast.guests(board.site(from).id())) {
          for (int to = 0; to < board.size(); to++) {
            if (to != from) {
              Site source = board.site(from);
              Site target = board.site(to);
              Score after = before.after(source, target, source.without(guest), target.with(guest));
              board.weigh(guest, from, to);
              assertEquals(before.total() - after.total(), board.gain(), ROUNDING);
              assertEquals(
                  before.of(Metric.CPU)
                      + before.of(Metric.LOAD)
                      - after.of(Metric.CPU)
                      - after.of(Metric.LOAD),
                  board.gainInRipe(),
                  ROUNDING);
              assertEquals(rules.isHot(target.with(guest)), board.becomesHot(guest, to, 0));
              weighed++;
            }
          }
        }
      }
    }
    assertTrue(weighed > 1000, "weighed: " + weighed);
  }

  @Test
  void anExchangeIsWeighedAsTwoMoves() {
    World world = world(3);
    Forecast forecast = Forecast.of(world.view(), List.of(), POLICY, world.now());
    Board board = new Board(forecast.sites(), EnumSet.of(Metric.CPU), POLICY);
    Scales scales =
        new Scales(
            board,
            new Rules(world.view(), Past.NONE, POLICY, world.now()),
            new Appeal(EnumSet.of(Metric.CPU), Aim.EVEN_OUT, POLICY));
    Guest one = forecast.guests(board.site(0).id()).getFirst();
    Guest other = forecast.guests(board.site(1).id()).getFirst();

    board.weigh(one, 0, other, 1);
    double together = board.gain();
    board.weigh(one, 0, 1);
    double first = board.gain();
    scales.make(new Leg(one, 0, 1));
    board.weigh(other, 1, 0);

    assertEquals(together, first + board.gain(), ROUNDING);
  }
}
