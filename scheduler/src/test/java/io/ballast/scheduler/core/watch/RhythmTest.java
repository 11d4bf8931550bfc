package io.ballast.scheduler.core.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.scheduler.core.BeatMaker;
import io.ballast.scheduler.core.policy.LivenessSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

final class RhythmTest {
  private static final LivenessSettings SETTINGS = LivenessSettings.DEFAULT;

  @Test
  void aCalmRhythmOfThreeSecondsIsSuspectAfterSixAndSilentAfterElevenSeconds() {
    Rhythm rhythm = steady(50);

    assertEquals(6.07, Rhythm.seconds(rhythm.limit(0.5, SETTINGS)), 0.01);
    assertEquals(10.57, Rhythm.seconds(rhythm.limit(2, SETTINGS)), 0.01);
  }

  @Test
  void suspicionReachesPhiExactlyAtTheLimit() {
    Rhythm rhythm = steady(50);
    Instant limit = rhythm.arrival().plus(rhythm.limit(2, SETTINGS));

    assertEquals(SETTINGS.phi(), rhythm.suspicion(limit, 2, SETTINGS), 0.05);
  }

  @Test
  void lostBeatsDoNotMakeTheRhythmSlower() {
    BeatMaker maker = new BeatMaker("h1");
    Rhythm rhythm = Rhythm.first(maker.pulse(BeatMaker.START), BeatMaker.START);
    for (int i = 1; i < 50; i++) {
      maker.lose(1);
      Instant at = BeatMaker.at(i * 6.0);
      rhythm = rhythm.after(maker.pulse(at), at, SETTINGS);
    }

    assertEquals(3, rhythm.expected(), 1e-6);
  }

  @Test
  void anOutageTeachesNothing() {
    BeatMaker maker = new BeatMaker("h1");
    Rhythm before = Rhythm.first(maker.pulse(BeatMaker.START), BeatMaker.START);
    Instant at = BeatMaker.at(600);
    Rhythm after = before.after(maker.pulse(at), at, SETTINGS);

    assertEquals(before.limit(2, SETTINGS), after.limit(2, SETTINGS));
    assertEquals(at, after.arrival());
  }

  @Test
  void aNewLifeBeginsANewRhythm() {
    Rhythm rhythm = steady(50);
    BeatMaker reborn = new BeatMaker("h1").incarnation(2000);
    Instant at = rhythm.arrival().plusSeconds(2);

    assertEquals(0, rhythm.after(reborn.pulse(at), at, SETTINGS).samples());
  }

  @Property
  void newsBetweenTheBeatsDoesNotPutTheVerdictOff(
      @ForAll long seed,
      @ForAll @DoubleRange(min = 0, max = 1) double late,
      @ForAll @IntRange(min = 1, max = 10) int newsEvery) {
    Random random = new Random(seed);
    BeatMaker quiet = new BeatMaker("h1");
    BeatMaker lively = new BeatMaker("h1");
    Instant at = BeatMaker.START;
    Rhythm without = Rhythm.first(quiet.pulse(at), at);
    Rhythm with = Rhythm.first(lively.pulse(at), at);
    for (int i = 0; i < 200; i++) {
      long interval = Math.round(3000 + 1000 * late * random.nextDouble());
      if (i % newsEvery == 0) {
        Instant early = at.plusMillis(random.nextLong(interval));
        with = with.after(lively.pulse(early), early, SETTINGS);
      }
      at = at.plusMillis(interval);
      without = without.after(quiet.pulse(at), at, SETTINGS);
      with = with.after(lively.pulse(at), at, SETTINGS);
    }

    double most = 1.01 * Rhythm.seconds(without.limit(SETTINGS.silentPause(), SETTINGS));
    assertTrue(Rhythm.seconds(with.limit(SETTINGS.silentPause(), SETTINGS)) <= most);
  }

  @Test
  void aRhythmOfNewsAloneIsTheIntendedOne() {
    BeatMaker maker = new BeatMaker("h1");
    Rhythm rhythm = Rhythm.first(maker.pulse(BeatMaker.START), BeatMaker.START);
    for (int i = 1; i < 300; i++) {
      Instant at = BeatMaker.at(i * 0.7);
      rhythm = rhythm.after(maker.pulse(at), at, SETTINGS);
    }

    assertEquals(3, rhythm.mean(), 1e-9);
    assertEquals(0, rhythm.variance(), 1e-9);
  }

  @Property
  void suspicionNeverFallsWhileNothingArrives(
      @ForAll @LongRange(min = 0, max = 100_000) long earlier,
      @ForAll @LongRange(min = 0, max = 100_000) long more,
      @ForAll @DoubleRange(min = 0, max = 5) double pause) {
    Rhythm rhythm = steady(10);
    Instant first = rhythm.arrival().plusMillis(earlier);

    assertTrue(
        rhythm.suspicion(first, pause, SETTINGS)
            <= rhythm.suspicion(first.plusMillis(more), pause, SETTINGS));
  }

  @Property
  void noRhythmPutsTheVerdictOffForever(@ForAll List<@LongRange(min = 0, max = 60_000) Long> gaps) {
    BeatMaker maker = new BeatMaker("h1");
    Instant at = BeatMaker.START;
    Rhythm rhythm = Rhythm.first(maker.pulse(at), at);
    for (long gap : gaps) {
      at = at.plusMillis(gap);
      rhythm = rhythm.after(maker.pulse(at), at, SETTINGS);
    }

    Duration most = BeatMaker.INTERVAL.multipliedBy(11);
    assertTrue(rhythm.limit(SETTINGS.silentPause(), SETTINGS).compareTo(most) < 0);
  }

  private static Rhythm steady(int beats) {
    BeatMaker maker = new BeatMaker("h1");
    Rhythm rhythm = Rhythm.first(maker.pulse(BeatMaker.START), BeatMaker.START);
    for (int i = 1; i < beats; i++) {
      Instant at = BeatMaker.at(i * 3.0);
      rhythm = rhythm.after(maker.pulse(at), at, SETTINGS);
    }
    return rhythm;
  }
}
