package io.ballast.scheduler.core.watch;

import static io.ballast.scheduler.core.watch.Warehouse.disk;
import static io.ballast.scheduler.core.watch.Warehouse.health;
import static io.ballast.scheduler.core.watch.Warehouse.unknown;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.StorageBeat.Health;
import io.ballast.messages.StorageBeat.Health.Verdict;
import java.util.List;
import org.junit.jupiter.api.Test;

final class AilmentsTest {
  private static final String SDA = "/dev/sda";
  private static final String WORN = "STORAGE_WORN disk /dev/sda of h1";
  private static final String FAILING = "STORAGE_FAILING disk /dev/sda of h1";

  private final Warehouse fleet = new Warehouse();

  @Test
  void whatIsGoodOrUnknownIsNotTold() {
    fleet.health(
        "h1",
        disk(SDA, Verdict.GOOD, "It passes its own test."),
        disk("/dev/vda", Verdict.UNKNOWN, "It answers no SMART question."),
        unknown(Health.Kind.ARRAY, "/proc/mdstat can't be read."));

    assertEquals(List.of(), fleet.news());
  }

  @Test
  void aWornDiskIsToldWithItsReasonAndWhichOneItIs() {
    fleet.passing(90).health("h1", disk(SDA, Verdict.WARNING, "8 sectors can't be read."));

    assertEquals(List.of(WORN), fleet.lasting());
    assertTrue(fleet.evidence().contains("8 sectors can't be read."), fleet.evidence());
    assertTrue(fleet.evidence().contains("It is a ST4000, serial 7."), fleet.evidence());
    assertTrue(fleet.evidence().contains("It was asked 93.0 s ago."), fleet.evidence());
  }

  @Test
  void ofOneDiskOneAlertLastsWhileItGrowsWorse() {
    fleet
        .health("h1", disk(SDA, Verdict.WARNING, "8 sectors can't be read."))
        .health("h1", disk(SDA, Verdict.FAILING, "It fails its own test."));

    assertEquals(
        List.of(
            "+ " + WORN,
            "- " + WORN + ": It is STORAGE_FAILING by now: It fails its own test.",
            "+ " + FAILING),
        fleet.news());
    assertEquals(List.of(FAILING), fleet.lasting());
  }

  @Test
  void whatIsGoodAgainIsOver() {
    Health bad = health(Health.Kind.ARRAY, "md0", Verdict.WARNING, "1 of 2 devices is missing.");
    Health good = health(Health.Kind.ARRAY, "md0", Verdict.GOOD, "All 2 devices work.");
    fleet.health("h1", bad).health("h1", good);

    assertEquals(
        List.of(
            "+ STORAGE_WORN array md0 of h1",
            "- STORAGE_WORN array md0 of h1: All 2 devices work."),
        fleet.news());
  }

  @Test
  void theUnknownEndsNothing() {
    fleet.health("h1", disk(SDA, Verdict.FAILING, "It fails its own test."));
    fleet
        .health("h1", disk(SDA, Verdict.UNKNOWN, "It did not answer."))
        .health("h1", unknown(Health.Kind.DISK, "smartctl is not installed."))
        .health("h1");

    assertEquals(List.of("+ " + FAILING), fleet.news());
    assertEquals(List.of(FAILING), fleet.lasting());
  }

  @Test
  void whyAPartCantBeAskedNowIsSaidBesideWhatWasKnown() {
    fleet
        .health("h1", disk(SDA, Verdict.FAILING, "It fails its own test."))
        .health("h1", unknown(Health.Kind.DISK, "smartctl is not installed."));

    assertTrue(fleet.evidence().startsWith("It fails its own test."), fleet.evidence());
    assertTrue(
        fleet.evidence().contains("It can't be asked now: smartctl is not installed."),
        fleet.evidence());
  }

  @Test
  void aPartThatIsGoneEndsItsAlert() {
    fleet
        .health("h1", disk(SDA, Verdict.FAILING, "It fails its own test."))
        .health("h1", disk("/dev/sdb", Verdict.GOOD, "It passes its own test."));

    assertEquals(
        List.of(
            "+ " + FAILING,
            "- " + FAILING + ": There is no disk /dev/sda any more, by what the agent says."),
        fleet.news());
  }

  @Test
  void aSilentAgentLeavesWhatItSaidAsItWas() {
    fleet.health("h1", disk(SDA, Verdict.FAILING, "It fails its own test.")).passing(3600);

    assertEquals(List.of("+ " + FAILING), fleet.news());
    assertTrue(fleet.evidence().contains("was last heard 60 min 3 s ago"), fleet.evidence());
  }

  @Test
  void aHostThatIsForgottenEndsItsAlertsAndAnotherSchedulerTellsThemAgain() {
    Health bad = disk(SDA, Verdict.FAILING, "It fails its own test.");
    fleet.health("h1", bad).forget("h1");
    assertEquals(
        List.of("+ " + FAILING, "- " + FAILING + ": The host was forgotten."), fleet.news());

    fleet.restart().health("h1", bad);
    assertEquals(List.of("+ " + FAILING), fleet.news());
  }

  @Test
  void disksOfSeveralHostsAndNamesHaveAlertsOfTheirOwn() {
    Health bad = disk(SDA, Verdict.FAILING, "It fails its own test.");
    fleet
        .health("h1", bad, disk("/dev/sdb", Verdict.FAILING, "It fails its own test."))
        .health("h2", bad);

    assertEquals(3, fleet.lasting().size());
    assertEquals(3, fleet.news().size());
  }
}
