package io.ballast.scheduler.core.watch;

import static io.ballast.scheduler.core.BeatMaker.at;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Fleet.Status;
import io.ballast.messages.HostId;
import io.ballast.scheduler.core.BeatMaker;
import io.ballast.scheduler.core.policy.LivenessSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.DoublePredicate;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class LivenessTest {
  private static final double STEP = 0.5;

  private final Liveness liveness = new Liveness(LivenessSettings.DEFAULT, BeatMaker.START);
  private final List<BeatMaker> hosts = new ArrayList<>();

  @Property(tries = 200)
  void steadyBeatsNeverAlarmUnderJitterAndLoss(
      @ForAll long seed,
      @ForAll @DoubleRange(min = 0, max = 1.5) double jitter,
      @ForAll @IntRange(min = 1, max = 8) int count) {
    LivenessTest test = new LivenessTest();
    Random random = new Random(seed);
    List<BeatMaker> makers = test.hosts(count);
    double[] next = random.doubles(count, 0, 3).toArray();
    boolean[] lost = new boolean[count];
    for (double now = 0; now < 300; now += STEP) {
      for (int i = 0; i < count; i++) {
        if (next[i] <= now) {
          // Never two beats lost in a row: that is more than jitter.
          lost[i] = !lost[i] && random.nextInt(20) == 0;
          if (lost[i]) {
            makers.get(i).lose(1);
          } else {
            test.liveness.heard(makers.get(i).pulse(at(now)), at(now));
          }
          next[i] += 3 + jitter * (random.nextDouble() - 0.5);
        }
      }
      test.liveness.look(at(now));
      assertEquals(Set.of(), test.liveness.gone(), () -> "after " + seed);
    }
  }

  @Property(tries = 100)
  void aHostThatFallsSilentIsDeclaredOnceAndReturnsOnce(
      @ForAll long seed,
      @ForAll @DoubleRange(min = 31, max = 200) double silentFrom,
      @ForAll @DoubleRange(min = 40, max = 200) double silentFor,
      @ForAll @IntRange(min = 1, max = 8) int count) {
    LivenessTest test = new LivenessTest();
    test.hosts(count);
    Random random = new Random(seed);
    double phase = random.nextDouble();
    int declared = 0;
    int returned = 0;
    for (double now = 0; now < silentFrom + silentFor + 30; now += STEP) {
      double time = now;
      boolean before = !test.liveness.gone().isEmpty();
      test.step(
          now, phase, host -> host != 0 || time < silentFrom || time > silentFrom + silentFor);
      boolean after = !test.liveness.gone().isEmpty();
      declared += !before && after ? 1 : 0;
      returned += before && !after ? 1 : 0;
      if (!before && after) {
        assertTrue(now - silentFrom <= 12, "declared after " + (now - silentFrom) + " s");
        assertTrue(now - silentFrom >= 7, "declared after " + (now - silentFrom) + " s");
      }
    }

    assertEquals(1, declared);
    assertEquals(1, returned);
  }

  @Property(tries = 100)
  void timeThatTheObserverSleptCountsAgainstNobody(
      @ForAll @DoubleRange(min = 2.5, max = 10_000) double sleep,
      @ForAll @DoubleRange(min = 31, max = 60) double from) {
    LivenessTest test = new LivenessTest();
    test.hosts(5);
    double until = Math.floor(from);
    test.run(0, until, host -> true);
    for (double now = until + sleep; now < until + sleep + 30; now += STEP) {
      test.step(now, 0, host -> true);
      assertEquals(Set.of(), test.liveness.gone());
    }
  }

  @Property(tries = 50)
  void aSilentHostIsDeclaredThoughTheObserverNapsAllTheTime(
      @ForAll @DoubleRange(min = 2.5, max = 20) double nap) {
    LivenessTest test = new LivenessTest();
    test.hosts(3);
    test.run(0, 60, host -> true);
    double now = 60;
    for (int i = 0; i < 20; i++) {
      test.run(now, now + 1, host -> host != 0);
      now += 1 + nap;
      // What waited for the observer is heard as it wakes.
      test.liveness.heard(test.hosts.get(1).pulse(at(now)), at(now));
      test.liveness.heard(test.hosts.get(2).pulse(at(now)), at(now));
    }
    assertEquals(Set.of(new HostId("h0")), test.liveness.gone());
  }

  @Property(tries = 100)
  void questionsAtOddMomentsChangeNoVerdict(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 8) int count) {
    LivenessTest asked = new LivenessTest();
    LivenessTest quiet = new LivenessTest();
    asked.hosts(count);
    quiet.hosts(count);
    Random random = new Random(seed);
    boolean[] speaks = new boolean[count];
    Arrays.fill(speaks, true);
    for (double now = 0; now < 300; now += STEP) {
      if (random.nextInt(40) == 0) {
        speaks[random.nextInt(count)] = random.nextBoolean();
      }
      asked.step(now, 0, host -> speaks[(int) host]);
      quiet.step(now, 0, host -> speaks[(int) host]);
      asked.ask(random.nextDouble(-1000, 1000));
      asked.ask(now + random.nextDouble(0, 20));
      assertEquals(quiet.liveness.gone(), asked.liveness.gone(), "at " + now);
      assertEquals(quiet.liveness.doubt(), asked.liveness.doubt(), "at " + now);
      for (BeatMaker host : quiet.hosts) {
        HostId id = host.host();
        assertEquals(quiet.liveness.status(id, at(now)), asked.liveness.status(id, at(now)));
        assertEquals(quiet.liveness.suspicion(id, at(now)), asked.liveness.suspicion(id, at(now)));
      }
    }
  }

  private void ask(double moment) {
    for (BeatMaker host : hosts) {
      liveness.status(host.host(), at(moment));
      liveness.suspicion(host.host(), at(moment));
    }
  }

  @Test
  void aStepOfTheClockIsNoSilenceAndHidesNone() {
    hosts(3);
    run(0, 60, host -> true);
    run(-3600, -3590, host -> true);
    assertEquals(Set.of(), liveness.gone());
    run(-3590, -3570, host -> host != 0);
    assertEquals(Set.of(new HostId("h0")), liveness.gone());
  }

  @Test
  void aSilentHostIsSuspectFirst() {
    hosts(3);
    run(0, 60, host -> true);
    run(60, 66.5, host -> host != 0);

    assertEquals(Status.SUSPECT, liveness.status(new HostId("h0"), at(66.5)));
    assertEquals(Status.UP, liveness.status(new HostId("h1"), at(66.5)));
    assertEquals(Set.of(), liveness.gone());
  }

  @Test
  void nothingIsDeclaredDuringTheGrace() {
    hosts(3);
    run(0, 6, host -> true);
    run(6, 29.5, host -> host != 0);
    assertEquals(Set.of(), liveness.gone());
    run(29.5, 31, host -> host != 0);
    assertEquals(Set.of(new HostId("h0")), liveness.gone());
  }

  @Test
  void theOneHostOfASmallFleetIsDeclared() {
    hosts(1);
    run(0, 60, host -> true);
    run(60, 75, host -> false);

    assertEquals(Set.of(new HostId("h0")), liveness.gone());
  }

  @Test
  void oneOfThreeIsDeclaredAndTwoOfThreeAreToo() {
    hosts(3);
    run(0, 60, host -> true);
    run(60, 75, host -> host != 0);
    assertEquals(Set.of(new HostId("h0")), liveness.gone());
    run(75, 90, host -> host == 2);
    assertEquals(Set.of(new HostId("h0"), new HostId("h1")), liveness.gone());
  }

  @Test
  void aBusThatIsLostForAWhileRaisesNothing() {
    hosts(3);
    run(0, 60, host -> true);
    run(60, 100, host -> false);
    assertTrue(liveness.doubt().isPresent());
    for (double now = 100; now < 140; now += STEP) {
      step(now, 0.7, host -> true);
      assertEquals(Set.of(), liveness.gone(), "at " + now);
    }
    assertTrue(liveness.doubt().isEmpty());
  }

  @Test
  void whoDiedWhileTheBusWasLostIsDeclaredAFullSilenceAfterTheOthersCameBack() {
    hosts(5);
    run(0, 60, host -> true);
    run(60, 90, host -> false);
    run(90, 99, host -> host != 0);
    assertEquals(Set.of(), liveness.gone());
    run(99, 105, host -> host != 0);
    assertEquals(Set.of(new HostId("h0")), liveness.gone());
  }

  @Test
  void manySilentHostsAreDeclaredWhenTheyStaySilent() {
    hosts(10);
    run(0, 60, host -> true);
    run(60, 85, host -> host >= 4);
    assertEquals(Set.of(), liveness.gone());
    run(85, 105, host -> host >= 4);
    assertEquals(4, liveness.gone().size());
    assertEquals(4, liveness.heldBack(new HostId("h0")).orElseThrow().late().size());
  }

  @Test
  void totalSilenceIsDeclaredInTheEnd() {
    hosts(4);
    run(0, 60, host -> true);
    run(60, 125, host -> false);
    assertEquals(Set.of(), liveness.gone());
    run(125, 140, host -> false);
    assertEquals(4, liveness.gone().size());
  }

  @Test
  void aSingleBeatAfterASilenceIsNoReturn() {
    hosts(3);
    run(0, 60, host -> true);
    run(60, 75, host -> host != 0);
    liveness.heard(hosts.get(0).pulse(at(75)), at(75));

    assertEquals(Status.SUSPECT, liveness.status(new HostId("h0"), at(75)));
    assertEquals(Set.of(new HostId("h0")), liveness.gone());
    liveness.heard(hosts.get(0).pulse(at(78)), at(78));
    assertEquals(Set.of(), liveness.gone());
  }

  private List<BeatMaker> hosts(int count) {
    for (int i = 0; i < count; i++) {
      hosts.add(new BeatMaker("h" + i));
    }
    return hosts;
  }

  private void run(double from, double to, DoublePredicate speaks) {
    for (double now = from; now < to; now += STEP) {
      step(now, 0, speaks);
    }
  }

  /** Half a second of a fleet in which hosts beat every three seconds, one after the other. */
  private void step(double now, double phase, DoublePredicate speaks) {
    for (int i = 0; i < hosts.size(); i++) {
      double into = (((now + phase + i * STEP) % 3) + 3) % 3;
      if (into < STEP) {
        if (speaks.test(i)) {
          liveness.heard(hosts.get(i).pulse(at(now)), at(now));
        } else {
          hosts.get(i).lose(1);
        }
      }
    }
    liveness.look(at(now));
  }
}
