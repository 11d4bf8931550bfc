package io.ballast.scheduler.core.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ballast.messages.Bytes;
import io.ballast.messages.HostId;
import io.ballast.scheduler.core.policy.Policy;
import io.ballast.scheduler.core.view.Variance;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ChanceTest {
  private static final Policy.Thresholds LIMITS = Policy.DEFAULT.thresholds();
  private static final double GUEST_ERROR = 0.05;
  private static final double HOST_ERROR = 0.15;

  /** The error of the formula against that of gains computed from values with noise. */
  @ParameterizedTest
  @CsvSource({"9.0, 4.0", "12.0, 2.0", "13.8, 4.0", "14.5, 9.0", "15.5, 5.0"})
  void theErrorIsThatOfGainsMeasuredAgainAndAgain(double demand, double other) {
    Random random = new Random(1);
    int times = 4_000;
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < times; i++) {
      double guest = 1.5 + GUEST_ERROR * random.nextGaussian();
      double rest = demand - 1.5 + HOST_ERROR * random.nextGaussian();
      double gain = gain(guest, rest + guest, other + HOST_ERROR * random.nextGaussian());
      sum += gain;
      squares += gain * gain;
    }
    double mean = sum / times;
    double measured = Math.sqrt(squares / times - mean * mean);

    double computed = error(1.5, demand, other);

    assertEquals(1, computed / measured, 0.25, measured + " measured, " + computed + " computed");
  }

  @Test
  void whatIsCertainHasNoError() {
    Guest guest = guest(1.5, Variance.NONE);
    Site from = site("h1", 12, Variance.NONE);
    Site to = site("h2", 4, Variance.NONE);

    assertEquals(0, Chance.error(guest, from, to, from.without(guest), to.with(guest), LIMITS));
  }

  private static double gain(double guest, double demand, double other) {
    Guest moved = guest(guest, Variance.NONE);
    Site from = site("h1", demand, Variance.NONE);
    Site to = site("h2", other, Variance.NONE);
    Score before = Score.of(List.of(from, to, site("h3", 8, Variance.NONE)), LIMITS);
    return before.total() - before.after(from, to, from.without(moved), to.with(moved)).total();
  }

  private static double error(double guest, double demand, double other) {
    Variance ofGuest = new Variance(GUEST_ERROR * GUEST_ERROR, 0, 0);
    Variance ofHost = new Variance(HOST_ERROR * HOST_ERROR, 0, 0);
    Guest moved = guest(guest, ofGuest);
    Site from = site("h1", demand, ofHost.plus(ofGuest));
    Site to = site("h2", other, ofHost);
    return Chance.error(moved, from, to, from.without(moved), to.with(moved), LIMITS);
  }

  private static Guest guest(double appetite, Variance variance) {
    World world = world().guest("w1", "h1", appetite, Bytes.ofMiB(1024));
    return new Guest(
        world.view().hosts().getFirst().beat().vms().getFirst(),
        appetite,
        Bytes.ofMiB(1024),
        Bytes.ofMiB(1024),
        variance);
  }

  private static Site site(String name, double demand, Variance variance) {
    World world = world();
    return new Site(
        world.beat(new HostId(name)),
        demand,
        demand,
        Bytes.ofMiB(8192),
        Bytes.ZERO,
        true,
        variance,
        Bytes.ofMiB(8192));
  }

  private static World world() {
    return new World()
        .host("h1", 16, Bytes.ofMiB(65_536))
        .host("h2", 16, Bytes.ofMiB(65_536))
        .host("h3", 16, Bytes.ofMiB(65_536));
  }
}
