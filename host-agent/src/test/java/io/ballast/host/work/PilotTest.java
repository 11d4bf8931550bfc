package io.ballast.host.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.host.trade.Passage;
import io.ballast.host.trade.Steering;
import io.ballast.host.work.Pilot.Advice;
import io.ballast.messages.Bytes;
import io.ballast.messages.HostCommand.Migrate;
import io.ballast.messages.HostId;
import io.ballast.messages.Means;
import io.ballast.messages.MigrationProgress;
import io.ballast.messages.VmId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class PilotTest {
  private static final Duration MOST = Duration.ofMillis(850);
  private static final Duration FIRST = Duration.ofMillis(150);
  private static final Advice WAIT = new Advice.Wait();

  private int pass;
  private long second;
  private Duration allowed = FIRST;
  private Pilot pilot = pilot(Means.NONE);

  @Test
  void aShortPauseIsTriedFirst() {
    assertEquals(FIRST, Pilot.first(order(MOST)));
    assertEquals(Duration.ofMillis(20), Pilot.first(order(Duration.ofMillis(20))));
  }

  @Test
  void itIsLeftAloneWhileItGetsBetter() {
    for (int needed : List.of(9000, 8000, 7000, 6000, 5000, 4000, 3000, 2000, 1000, 500)) {
      assertEquals(WAIT, passed(needed));
    }
  }

  /** Until then the hypervisor tells of nothing but what it allows. */
  @Test
  void theFirstPassIsNotTheShortest() {
    for (int needed : List.of(150, 9000, 8000, 7000, 6000, 5000, 4000)) {
      assertEquals(WAIT, passed(needed));
    }
  }

  @Test
  void nothingIsJudgedBeforeTheGuestWasSeenToWrite() {
    pass = 10;
    for (int look = 0; look < 100; look++) {
      second++;
      assertEquals(
          WAIT,
          pilot.see(
              new Passage(
                  progress(Bytes.ofMiB(50), Bytes.ofMiB(50), Bytes.ZERO), FIRST, FIRST, 0, false)));
    }
    assertEquals(WAIT, passed(1000));
  }

  @Test
  void theFirstPassesSayNothing() {
    assertEquals(WAIT, passed(150));
    assertEquals(WAIT, passed(1000));
    assertEquals(WAIT, passed(2000));
    assertEquals(pause(251), passed(2000));
  }

  /** However often it is looked at. */
  @Test
  void onlyTheEndOfAPassCounts() {
    idlePasses(3);
    assertEquals(pause(251), passed(1000));
    for (int look = 0; look < 100; look++) {
      assertEquals(WAIT, look(1000));
    }
    assertEquals(pause(352), passed(1000));
  }

  @Test
  void thePauseGrowsInSevenStepsToWhatWasOrdered() {
    idlePasses(3);
    List<Long> pauses = new ArrayList<>();
    for (int step = 0; step < 7; step++) {
      Advice.Steer advice = assertInstanceOf(Advice.Steer.class, passed(1000));
      pauses.add(assertInstanceOf(Steering.Pause.class, advice.how()).most().toMillis());
    }
    assertEquals(List.of(251L, 352L, 453L, 554L, 655L, 756L, 850L), pauses);
    assertEquals(WAIT, passed(1000));
  }

  @Test
  void aChangeThatWasNotMadeIsAdvisedAgain() {
    idlePasses(3);
    assertEquals(pause(251), seen(1000));
    assertEquals(pause(251), passed(1000));
    assertEquals(pause(352), passed(1000));
  }

  @Test
  void aChangeThatIsRefusedThreeTimesDoesNotKeepItGoingForGood() {
    pilot = pilot(new Means(false, true, 1));
    idlePasses(3);
    for (int refusal = 0; refusal < 3; refusal++) {
      assertEquals(pause(251), seen(1000));
      pilot.refused();
    }
    assertEquals(WAIT, passed(1000));
    second += 40;
    assertInstanceOf(Advice.GiveUp.class, passed(1000));
  }

  @Test
  void postCopyThatIsRefusedThreeTimesIsGivenUpToo() {
    pilot = pilot(new Means(false, true, 1));
    allowed = MOST;
    idlePasses(3);
    for (int refusal = 0; refusal < 3; refusal++) {
      assertEquals(new Advice.Steer(new Steering.PostCopy()), seen(1000));
      pilot.refused();
    }
    second += 40;
    assertInstanceOf(Advice.GiveUp.class, passed(1000));
  }

  /** What an earlier life of the agent raised stays. */
  @Test
  void aPauseThatIsLongerAlreadyIsNotShortened() {
    allowed = Duration.ofMillis(700);
    idlePasses(3);
    assertEquals(pause(801), passed(1000));
    allowed = Duration.ofSeconds(2);
    assertEquals(WAIT, passed(3000));
  }

  /** Three percent are no progress, five are. */
  @Test
  void aLittleBetterIsNotBetter() {
    idlePasses(3);
    assertEquals(pause(251), passed(970));
    assertEquals(WAIT, passed(950));
  }

  @Test
  void whatFitsThePauseEndsByItself() {
    idlePasses(3);
    assertEquals(pause(251), passed(1000));
    shrink(100);
    assertEquals(WAIT, passed(240));
  }

  @Test
  void nothingIsGivenUpBeforeItHasBeenIdleForLong() {
    idlePasses(10);
    second += 38;
    assertEquals(WAIT, passed(1000));
    second += 1;
    Advice.GiveUp advice = assertInstanceOf(Advice.GiveUp.class, passed(1000));
    assertEquals(
        "the guest writes 100 MiB a second, and 50 MiB are sent: it would have to stand still for"
            + " 1.0 s, and 0.9 s are allowed. Allow a longer pause, more bandwidth, auto-converge"
            + " or post-copy",
        advice.why());
  }

  @Test
  void aPassThatTakesLongIsNoStall() {
    passed(9000);
    second += 3600;
    assertEquals(WAIT, look(9000));
    assertEquals(WAIT, passed(5000));
  }

  @Test
  void postCopyIsTheLastMeansWhereItIsAllowed() {
    pilot = pilot(new Means(false, true, 1));
    idlePasses(10);

    Advice.Steer advice = assertInstanceOf(Advice.Steer.class, passed(1000));

    assertEquals(new Steering.PostCopy(), advice.how());
    assertEquals(WAIT, passed(1000), "and once");
  }

  @Test
  void aGuestThatRunsThereIsLeftAlone() {
    pilot = pilot(new Means(false, true, 1));
    idlePasses(10);
    second += 1000;
    pass++;
    assertEquals(WAIT, pilot.see(passage(1000, 0, true)));
  }

  @Test
  void oneThatIsSlowedDownFurtherIsNoStall() {
    idlePasses(10);
    for (int throttle = 20; throttle < 100; throttle += 10) {
      second += 39;
      pass++;
      assertEquals(WAIT, pilot.see(passage(1000, throttle, false)));
    }
    second += 40;
    pass++;
    assertInstanceOf(Advice.GiveUp.class, pilot.see(passage(1000, 90, false)));
  }

  /** 400 MiB left, 50 MiB/s less 30 MiB/s, and 7.5 MiB fit the pause. */
  @Test
  void itSaysWhenItEnds() {
    assertEquals(Optional.of(Duration.ofMillis(19_775)), left(400, 50, 30));
    assertEquals(Optional.of(Duration.ofSeconds(8)), left(400, 50, 0).map(PilotTest::whole));
  }

  @Test
  void whatFitsThePauseTakesNoLonger() {
    assertEquals(Optional.of(Duration.ofMillis(100)), left(5, 50, 90));
  }

  @Test
  void itSaysThatItDoesNotEnd() {
    assertEquals(Optional.empty(), left(400, 50, 50));
    assertEquals(Optional.empty(), left(400, 50, 80));
    assertEquals(Optional.empty(), left(400, 0, 0));
  }

  @Test
  void twoRatesThatAreNearlyTheSameEndNever() {
    MigrationProgress progress =
        progress(Bytes.ofMiB(1_000_000_000), new Bytes(1_000_001), new Bytes(1_000_000));
    assertEquals(
        Optional.empty(),
        pilot.convergence(new Passage(progress, Duration.ZERO, FIRST, 0, false)).left());
  }

  @Test
  void afterPostCopyOnlyTheRestIsSent() {
    Passage there =
        new Passage(
            progress(Bytes.ofMiB(100), Bytes.ofMiB(50), Bytes.ofMiB(90)),
            Duration.ZERO,
            FIRST,
            0,
            true);
    assertEquals(Optional.of(Duration.ofSeconds(2)), pilot.convergence(there).left());
    assertTrue(pilot.convergence(there).postCopy());
  }

  private Optional<Duration> left(long remaining, long rate, long dirty) {
    return pilot
        .convergence(
            new Passage(
                progress(Bytes.ofMiB(remaining), Bytes.ofMiB(rate), Bytes.ofMiB(dirty)),
                Duration.ZERO,
                FIRST,
                0,
                false))
        .left();
  }

  private static Duration whole(Duration time) {
    return Duration.ofSeconds(Math.round(time.toMillis() / 1e3));
  }

  private void idlePasses(int passes) {
    for (int idle = 0; idle < passes; idle++) {
      passed(1000);
    }
  }

  /** Progress that is none of the last passes: from now on less is needed. */
  private void shrink(int millis) {
    passed(millis);
  }

  /** A pass ends, its second later; what is advised is done. */
  private Advice passed(int neededMillis) {
    Advice advice = seen(neededMillis);
    if (advice instanceof Advice.Steer steer) {
      pilot.steered(steer.how(), Duration.ofSeconds(second));
      if (steer.how() instanceof Steering.Pause longer) {
        allowed = longer.most();
      }
    }
    return advice;
  }

  private Advice seen(int neededMillis) {
    pass++;
    second++;
    return look(neededMillis);
  }

  private Advice look(int neededMillis) {
    return pilot.see(passage(neededMillis, 0, false));
  }

  private Passage passage(int neededMillis, int throttle, boolean postCopy) {
    return new Passage(
        progress(Bytes.ofMiB(50), Bytes.ofMiB(50), Bytes.ofMiB(100)),
        Duration.ofMillis(neededMillis),
        allowed,
        throttle,
        postCopy);
  }

  private MigrationProgress progress(Bytes remaining, Bytes rate, Bytes dirty) {
    return new MigrationProgress(
        Duration.ofSeconds(second),
        Bytes.ofMiB(1000),
        Bytes.ofMiB(10),
        remaining,
        rate,
        dirty,
        pass,
        Optional.empty());
  }

  private static Advice pause(long millis) {
    return new Advice.Steer(new Steering.Pause(Duration.ofMillis(millis)));
  }

  private static Pilot pilot(Means means) {
    return new Pilot(order(MOST, Optional.of(means)));
  }

  private static Migrate order(Duration most) {
    return order(most, Optional.empty());
  }

  private static Migrate order(Duration most, Optional<Means> means) {
    return new Migrate(
        VmId.of("11111111-1111-1111-1111-111111111111"),
        new HostId("h2"),
        Optional.empty(),
        Optional.empty(),
        most,
        Duration.ofMinutes(10),
        means);
  }
}
