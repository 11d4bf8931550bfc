package io.ballast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ballast.messages.Bytes;
import io.ballast.messages.StorageBeat.Health;
import io.ballast.messages.StorageBeat.Health.Kind;
import io.ballast.messages.StorageBeat.Health.Verdict;
import io.ballast.messages.StorageBeat.Pool;
import io.ballast.storage.testing.FakeDevices;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class HealthSamplerTest {
  private static final String YET = "DISK all UNKNOWN The disks have not answered yet.";

  private final FakeDevices devices = new FakeDevices();
  private final Watch clock = new Watch();
  private final HealthSampler sampler = new HealthSampler(devices, clock);

  HealthSamplerTest() {
    devices.put(Kind.DISK, "/dev/sda", Verdict.GOOD, "It passes its own test.");
    devices.put(Kind.ARRAY, "md0", Verdict.GOOD, "All of its devices work.");
  }

  @Test
  void whatWasNotAskedYetIsToldAsUnknown() {
    assertEquals(
        List.of(
            "POOL all UNKNOWN The pools have not been seen yet.",
            "ARRAY all UNKNOWN The arrays have not been looked at yet.",
            YET),
        told());
  }

  @Test
  void arraysAreAskedWithEachLookAndDisksEveryTenMinutes() {
    sampler.sample();
    devices.put(Kind.ARRAY, "md0", Verdict.WARNING, "Only 1 of its 2 devices work.");
    devices.put(Kind.DISK, "/dev/sda", Verdict.FAILING, "It fails its own test.");
    clock.pass(HealthSampler.DISKS_EVERY.minusMillis(1));
    sampler.sample();

    assertEquals(1, devices.disksAsked());
    assertEquals("ARRAY md0 WARNING Only 1 of its 2 devices work.", told().get(1));
    assertEquals("DISK /dev/sda GOOD It passes its own test.", told().get(2));

    clock.pass(Duration.ofMillis(1));
    sampler.sample();
    assertEquals(2, devices.disksAsked());
    assertEquals("DISK /dev/sda FAILING It fails its own test.", told().get(2));
  }

  @Test
  void aClockThatIsSetBackDoesNotKeepDisksFromBeingAsked() {
    sampler.sample();
    clock.pass(Duration.ofDays(-1));
    sampler.sample();

    assertEquals(2, devices.disksAsked());
  }

  @Test
  void disksThatHangAreAskedOnceAndWhatWasKnownStaysUntilTheyAnswer() {
    sampler.sample();
    devices.hang();
    for (int i = 0; i < 3; i++) {
      clock.pass(HealthSampler.DISKS_EVERY);
      sampler.sample();
    }
    assertEquals(2, devices.disksAsked());
    assertEquals("DISK /dev/sda GOOD It passes its own test.", told().get(2));

    devices.recover();
    clock.pass(HealthSampler.DISKS_EVERY);
    sampler.sample();
    assertEquals(3, devices.disksAsked());
  }

  @Test
  void aHostThatCantAskSaysSoOnceInPlaceOfWhatWasKnown() {
    sampler.sample();
    devices.refuse("smartctl is not installed on this host; install it");
    clock.pass(HealthSampler.DISKS_EVERY);
    sampler.sample();

    assertEquals(
        List.of(
            "ARRAY all UNKNOWN smartctl is not installed on this host; install it",
            "DISK all UNKNOWN smartctl is not installed on this host; install it"),
        told().subList(1, 3));
  }

  @Test
  void aPoolFailsOnlyWhereItShouldBeActive() {
    sampler.pools(
        List.of(
            pool("active", true, Optional.empty()),
            pool("failed", false, Optional.of(true)),
            pool("old", false, Optional.empty()),
            pool("stopped", false, Optional.of(false))),
        Map.of("odd", "no such folder"),
        Map.of());

    assertEquals(
        List.of(
            "POOL active GOOD It is active.",
            "POOL failed FAILING It is not active and should be whenever its host is up;"
                + " 'ballast pool start failed' says what is in the way.",
            "POOL odd UNKNOWN It can't be read: no such folder",
            "POOL old UNKNOWN It is not active, and whether it should be is not known.",
            "POOL stopped GOOD It is not active, and not meant to be unless somebody starts it."),
        told().subList(0, 5));
    assertEquals(clock.instant(), sampler.health().getFirst().sampledAt());
  }

  @Test
  void aPoolThatCantBeMeasuredIsUnknownUntilItCan() {
    List<Pool> pools = List.of(pool("full", true, Optional.of(true)));

    sampler.pools(pools, Map.of(), Map.of("full", "there is no folder '/full'"));
    assertEquals(
        "POOL full UNKNOWN It can't be measured: there is no folder '/full'", told().getFirst());

    sampler.pools(
        pools, Map.of("full", "end of file"), Map.of("full", "there is no folder '/full'"));
    assertEquals("POOL full UNKNOWN It can't be read: end of file", told().getFirst());

    sampler.pools(pools, Map.of(), Map.of());
    assertEquals("POOL full GOOD It is active.", told().getFirst());
  }

  private static Pool pool(String name, boolean active, Optional<Boolean> autostart) {
    return new Pool(name, "dir", active, Bytes.ZERO, Bytes.ZERO, Bytes.ZERO, autostart);
  }

  private List<String> told() {
    return sampler.health().stream().map(HealthSamplerTest::words).toList();
  }

  private static String words(Health health) {
    return "%s %s %s %s"
        .formatted(health.kind(), health.name().orElse("all"), health.verdict(), health.reason());
  }

  /** A clock that passes when it is told to. */
  private static final class Watch extends Clock {
    private Instant now = Instant.parse("2030-01-31T12:00:00Z");

    void pass(Duration time) {
      now = now.plus(time);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}
