package io.ballast.host.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Bytes;
import io.ballast.messages.MigrationProgress;
import io.ballast.messages.Outcome;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class LibvirtJobTest {
  private static final LibvirtParameters VALUES =
      new LibvirtParameters(
          Map.of(
              "time_elapsed", 2500L,
              "downtime", 43L,
              "data_total", 1000L,
              "data_processed", 600L,
              "data_remaining", 400L,
              "memory_bps", 250L,
              "memory_dirty_rate", 3L,
              "memory_page_size", 4096L,
              "memory_iteration", 7L));

  @Test
  void noJobIsNothing() {
    assertEquals(Optional.empty(), LibvirtJob.of(0, VALUES));
  }

  @Test
  void onlyAJobWithoutAnEndIsRunning() {
    assertTrue(LibvirtJob.of(1, VALUES).orElseThrow().running());
    assertTrue(LibvirtJob.of(2, VALUES).orElseThrow().running());
    assertFalse(LibvirtJob.of(3, VALUES).orElseThrow().running());
    assertFalse(LibvirtJob.of(4, VALUES).orElseThrow().running());
  }

  @Test
  void onlyAMigrationThatLeavesCanBeGivenUp() {
    LibvirtParameters leaving = new LibvirtParameters(Map.of("operation", 5L));
    LibvirtParameters dump = new LibvirtParameters(Map.of("operation", 8L));

    assertTrue(LibvirtJob.of(2, leaving).orElseThrow().leaving());
    assertTrue(LibvirtJob.of(2, VALUES).orElseThrow().leaving(), "an old libvirt does not tell");
    assertFalse(LibvirtJob.of(3, leaving).orElseThrow().leaving());
    assertFalse(LibvirtJob.of(2, dump).orElseThrow().leaving());
  }

  @Test
  void theDirtyRateIsInBytes() {
    assertEquals(
        new MigrationProgress(
            Duration.ofMillis(2500),
            new Bytes(1000),
            new Bytes(600),
            new Bytes(400),
            new Bytes(250),
            new Bytes(3 * 4096),
            7,
            Optional.empty()),
        LibvirtJob.of(2, VALUES).orElseThrow().progress());
  }

  @Test
  void theMeasuresAreThoseOfTheHypervisor() {
    assertEquals(
        new Outcome.Migration(Duration.ofMillis(2500), Duration.ofMillis(43), new Bytes(600), 7),
        LibvirtJob.of(3, VALUES).orElseThrow().measures());
  }

  @Test
  void whatIsNotToldYetIsZero() {
    LibvirtJob begun = LibvirtJob.of(2, new LibvirtParameters(Map.of())).orElseThrow();

    assertEquals(0, begun.progress().iteration());
    assertEquals(0, begun.progress().ratio());
  }
}
