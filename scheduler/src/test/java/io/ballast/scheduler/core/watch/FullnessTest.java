package io.ballast.scheduler.core.watch;

import static io.ballast.scheduler.core.watch.Warehouse.dir;
import static io.ballast.scheduler.core.watch.Warehouse.health;
import static io.ballast.scheduler.core.watch.Warehouse.inactive;
import static io.ballast.scheduler.core.watch.Warehouse.pool;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.StorageBeat.Health;
import io.ballast.messages.StorageBeat.Pool;
import io.ballast.scheduler.core.BeatMaker;
import io.ballast.scheduler.core.policy.AlertSettings;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FullnessTest {
  private static final String FILLING = "POOL_FILLING pool images of h1";
  private static final String FULL = "POOL_FULL pool images of h1";

  private final Warehouse fleet = new Warehouse();

  @ParameterizedTest
  @CsvSource(
      nullValues = "none",
      textBlock =
          """
             0 | none
           849 | none
           850 | POOL_FILLING
           949 | POOL_FILLING
           950 | POOL_FULL
          1000 | POOL_FULL
          """,
      delimiter = '|')
  void aPoolIsNearlyFullFrom85PercentAndAsGoodAsFullFrom95(int usedMib, String verdict) {
    fleet.pools("h1", dir("images", usedMib));

    assertEquals(
        verdict == null ? List.of() : List.of(verdict + " pool images of h1"), fleet.lasting());
  }

  @Test
  void theEvidenceNamesThePoolItsUseAndWhatIsLeft() {
    fleet.pools("h1", dir("images", 873));

    assertTrue(
        fleet.evidence().contains("87.3% of pool images are used, 127 MiB of 1.0 GiB are left."),
        fleet.evidence());
    assertTrue(fleet.evidence().contains("Over below 83.0%."), fleet.evidence());
    assertTrue(
        fleet.alert().id().startsWith("pool-filling:h1/pool images:1000:"), fleet.alert().id());
  }

  @Test
  void aPoolThatSwaysAtTheLimitIsToldOnce() {
    for (int i = 0; i < 10; i++) {
      fleet.pools("h1", dir("images", 850)).pools("h1", dir("images", 830));
    }
    assertEquals(List.of("+ " + FILLING), fleet.news());

    fleet.pools("h1", dir("images", 829));
    assertEquals(List.of("- " + FILLING + ": 82.9% of it are used by now."), fleet.news());
    fleet.pools("h1", dir("images", 849));
    assertEquals(List.of(), fleet.lasting());
  }

  @Test
  void aPoolThatSwaysAtTheUpperLimitIsToldOnceToo() {
    for (int i = 0; i < 10; i++) {
      fleet.pools("h1", dir("images", 950)).pools("h1", dir("images", 930));
    }
    assertEquals(List.of("+ " + FULL), fleet.news());

    fleet.pools("h1", dir("images", 929));
    assertEquals(
        List.of("- " + FULL + ": 92.9% of it are used by now: POOL_FILLING of h1.", "+ " + FILLING),
        fleet.news());
    fleet.pools("h1", dir("images", 949));
    assertEquals(List.of(), fleet.news());
  }

  @Test
  void ofOnePoolOneAlertLastsWhileItGrowsWorseAndBetter() {
    fleet.pools("h1", dir("images", 900)).pools("h1", dir("images", 960));
    assertEquals(
        List.of(
            "+ " + FILLING,
            "- " + FILLING + ": 96.0% of it are used by now: POOL_FULL of h1.",
            "+ " + FULL),
        fleet.news());
    assertEquals(List.of(FULL), fleet.lasting());

    fleet.pools("h1", dir("images", 500));
    assertEquals(List.of("- " + FULL + ": 50.0% of it are used by now."), fleet.news());
    assertEquals(List.of(), fleet.lasting());
  }

  @Test
  void whatIsSaidOfAPoolIsKeptUpToDateWhileItLasts() {
    fleet.pools("h1", dir("images", 860));
    String id = fleet.alert().id();
    fleet.pools("h1", dir("images", 940));

    assertEquals(id, fleet.alert().id());
    assertTrue(fleet.evidence().contains("94.0% of pool images"), fleet.evidence());
    assertEquals(1, fleet.news().size());
  }

  @Test
  void poolsAreToldEachForItself() {
    fleet
        .pools("h1", dir("images", 900), dir("scratch", 990), dir("iso", 10))
        .pools("h2", dir("images", 900));

    assertEquals(
        List.of(FILLING, "POOL_FILLING pool images of h2", "POOL_FULL pool scratch of h1"),
        fleet.lasting().stream().sorted().toList());
    assertEquals(3, fleet.news().size());
  }

  @Test
  void anAgentThatFallsSilentLeavesTheAlertAsItWasAndItSaysHowOldThatIs() {
    fleet.pools("h1", dir("images", 900)).passing(600);

    assertEquals(List.of("+ " + FILLING), fleet.news());
    assertTrue(
        fleet.evidence().contains("storage agent was last heard 10 min 3 s ago"), fleet.evidence());
    assertTrue(fleet.evidence().contains("90.0% of pool images"), fleet.evidence());

    fleet.pools("h1", dir("images", 100));
    assertEquals(List.of(), fleet.lasting());
  }

  @Test
  void aPoolThatIsNotActiveOrCantBeSeenStaysWhatItWas() {
    fleet.pools("h1", dir("images", 900));
    fleet
        .pools("h1", inactive("images"))
        .blind("h1", true, dir("images", 900))
        .blind("h1", false)
        .both(
            "h1",
            List.of(),
            health(Health.Kind.POOL, "images", Health.Verdict.UNKNOWN, "libvirt can't read it"))
        .both("h1", List.of(), Warehouse.unknown(Health.Kind.POOL, "libvirt hangs"));

    assertEquals(List.of("+ " + FILLING), fleet.news());
    assertEquals(List.of(FILLING), fleet.lasting());
  }

  @Test
  void whatIsNotKnownBeginsNothing() {
    fleet
        .pools("h1", inactive("images"))
        .blind("h2", true, dir("images", 990))
        .pools("h3", pool("lun", "iscsi", 1000));

    assertEquals(List.of(), fleet.news());
  }

  @Test
  void aPoolThatVanishesEndsItsAlertWithThatAsEvidence() {
    fleet.pools("h1", dir("images", 900)).pools("h1", dir("iso", 1));

    assertEquals(
        List.of(
            "+ " + FILLING,
            "- " + FILLING + ": No pool of that name is there any more, by what its agent says."),
        fleet.news());
  }

  @Test
  void aHostThatIsForgottenEndsItsAlerts() {
    fleet.pools("h1", dir("images", 900)).forget("h1");

    assertEquals(
        List.of("+ " + FILLING, "- " + FILLING + ": The host was forgotten."), fleet.news());
  }

  @Test
  void anotherSchedulerTellsTheSameOfTheSameBeats() {
    fleet.pools("h1", dir("images", 960)).restart().pools("h1", dir("images", 960));

    assertEquals(List.of("+ " + FULL), fleet.news());
  }

  @Test
  void whatAFullPoolDoesToGuestsIsToldByItsKind() {
    fleet.pools("h1", dir("images", 960));
    assertTrue(fleet.evidence().contains("is paused by its hypervisor."), fleet.evidence());

    fleet.pools("h1", dir("images", 100));
    fleet.pools("h1", pool("vg", "logical", 960));
    assertTrue(fleet.evidence().contains("Guests have all the room"), fleet.evidence());
    assertTrue(!fleet.evidence().contains("paused"), fleet.evidence());
  }

  @Test
  void aPoolThatHostsShareHasOneAlertAndTheFullestCounts() {
    Pool shared = pool("ceph", "rbd", 900);
    fleet.pools("h1", shared).pools("h2", shared).pools("h3", pool("ceph", "rbd", 910));

    assertEquals(List.of("+ POOL_FILLING pool ceph of h1"), fleet.news());
    assertTrue(
        fleet.evidence().contains("h1, h2, h3 have a pool of that name and kind (rbd)"),
        fleet.evidence());
    assertTrue(fleet.evidence().contains("fullest, seen by h3."), fleet.evidence());

    fleet.pools("h3", pool("ceph", "rbd", 960));
    assertEquals(List.of("POOL_FULL pool ceph of h1"), fleet.lasting());
  }

  @Test
  void aPoolThatHostsShareGoesOnByAnotherHostWhenItsOwnIsForgotten() {
    Pool shared = pool("ceph", "rbd", 900);
    fleet.pools("h2", shared).pools("h1", shared);
    assertEquals(List.of("+ POOL_FILLING pool ceph of h2"), fleet.news());

    fleet.forget("h2");
    assertEquals(
        List.of(
            "- POOL_FILLING pool ceph of h2: 90.0% of it are used by now: POOL_FILLING of h1.",
            "+ POOL_FILLING pool ceph of h1"),
        fleet.news());
  }

  @Test
  void ofASharedPoolCountsOnlyWhoWasHeardLately() {
    fleet.pools("h1", pool("ceph", "rbd", 990)).pools("h2", pool("ceph", "rbd", 990)).passing(600);
    fleet.pools("h2", pool("ceph", "rbd", 100));

    assertEquals(List.of(), fleet.lasting());
  }

  @Test
  void nothingNewIsBelievedOfAHostWithTwoAgents() {
    fleet.pools("h1", dir("images", 900));
    BeatMaker other = new BeatMaker("h1").incarnation(999).lose(5000);
    for (int i = 0; i < 3; i++) {
      fleet.pools("h1", dir("images", 900));
      fleet.hear(other.storage(BeatMaker.at(fleet.now()), List.of(dir("images", 100)), List.of()));
    }
    fleet.pools("h1", dir("images", 100));

    assertEquals(List.of("+ " + FILLING), fleet.news());
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, 0.96, Double.NaN})
  void limitsThatMakeNoSenseAreRefused(double filling) {
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new AlertSettings(
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                filling,
                0.95,
                AlertSettings.Networks.DEFAULT));
  }
}
