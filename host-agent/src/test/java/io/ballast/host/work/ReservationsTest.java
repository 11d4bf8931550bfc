package io.ballast.host.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ballast.bus.RefusedException;
import io.ballast.host.trade.Domain;
import io.ballast.host.trade.Needs;
import io.ballast.messages.Bytes;
import io.ballast.messages.HostCommand;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class ReservationsTest {
  private static final Bytes FREE = Bytes.ofMiB(900);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration NOW = Duration.ofHours(5);
  private static final OperationId ONE = new OperationId("one");
  private static final OperationId TWO = new OperationId("two");

  private final Reservations reservations = new Reservations();

  @Test
  void twoThatFitAloneAndNotTogetherAreNotBothPromisedRoom() {
    promise(ONE, needs("web", 600), NOW);

    assertRefused(
        Reason.NO_ROOM,
        "db needs 500 MiB of memory; 900 MiB is available here, of which 600 MiB is promised to"
            + " VMs on their way; choose another host",
        () -> promise(TWO, needs("db", 500), NOW));
    promise(TWO, needs("db", 300), NOW);
    assertEquals(Bytes.ofMiB(900), reservations.promised(false, NOW));
  }

  @Test
  void whatIsReleasedIsFree() {
    promise(ONE, needs("web", 600), NOW);

    reservations.release(ONE);
    reservations.release(ONE);

    assertEquals(Optional.empty(), reservations.of(ONE, NOW));
    promise(TWO, needs("web", 900), NOW);
  }

  @Test
  void whatIsLateIsFree() {
    promise(ONE, needs("web", 600), NOW);

    Duration almost = NOW.plus(MINUTE).minusMillis(1);
    assertEquals(Bytes.ofMiB(600), reservations.promised(false, almost));
    assertEquals(Bytes.ZERO, reservations.promised(false, NOW.plus(MINUTE)));
    promise(TWO, needs("web", 900), NOW.plus(MINUTE));
  }

  @Test
  void noPromiseLastsForEver() {
    reservations.promise(ONE, needs("web", 600), Duration.ofDays(1_000_000), huge -> FREE, NOW);

    assertEquals(Bytes.ZERO, reservations.promised(false, NOW.plus(HostCommand.LONGEST_PROMISE)));
  }

  @Test
  void thePromiseForTheLongestMigrationLastsToItsEnd() {
    Duration longest = HostCommand.LONGEST_WITHIN.plusMinutes(2);
    reservations.promise(ONE, needs("web", 600), longest, huge -> FREE, NOW);

    assertEquals(Bytes.ofMiB(600), reservations.promised(false, NOW.plus(longest).minusMillis(1)));
  }

  @Test
  void whatHasArrivedIsFree() {
    Needs web = needs("web", 600);
    promise(ONE, web, NOW);

    reservations.seen(List.of(domain(web, VmState.PAUSED, 0)));
    assertEquals(Bytes.ofMiB(600), reservations.promised(false, NOW));
    reservations.seen(List.of());
    assertEquals(Bytes.ofMiB(600), reservations.promised(false, NOW));
    reservations.seen(List.of(domain(web, VmState.RUNNING, 600)));

    assertEquals(Bytes.ZERO, reservations.promised(false, NOW));
  }

  @Test
  void whatAGuestOnItsWayAlreadyHoldsIsNotCountedTwiceOnceTheHostCountsIt() {
    Needs web = needs("web", 600);
    promise(ONE, web, NOW);

    reservations.seen(List.of(domain(web, VmState.PAUSED, 250)));
    assertEquals(Bytes.ofMiB(600), reservations.promised(false, NOW));
    reservations.seen(List.of(domain(web, VmState.PAUSED, 700)));
    assertEquals(Bytes.ofMiB(350), reservations.promised(false, NOW));
    reservations.seen(List.of());
    assertEquals(Bytes.ZERO, reservations.promised(false, NOW));
    reservations.seen(List.of());
    assertEquals(Bytes.ofMiB(600), reservations.promised(false, NOW));
  }

  @Test
  void whatAGuestOnItsWayHoldsCountsOnlyIfItWasTold() {
    Needs web = needs("web", 600);
    promise(ONE, web, NOW);

    for (int i = 0; i < 3; i++) {
      reservations.seen(List.of(domain(web, VmState.PAUSED, 600, false)));
    }

    assertEquals(Bytes.ofMiB(600), reservations.promised(false, NOW));
    assertRefused(
        Reason.NO_ROOM,
        "db needs 500 MiB of memory; 900 MiB is available here, of which 600 MiB is promised to"
            + " VMs on their way; choose another host",
        () -> promise(TWO, needs("db", 500), NOW));
  }

  @Test
  void hugePagesAreCountedApart() {
    Needs web = needs("web", 600);
    promise(
        ONE,
        new Needs(
            web.vm(),
            "web",
            web.memory(),
            true,
            1,
            Optional.empty(),
            List.of(),
            List.of(),
            Optional.empty()),
        NOW);

    promise(TWO, needs("db", 900), NOW);

    assertEquals(Bytes.ofMiB(600), reservations.promised(true, NOW));
    assertEquals(Bytes.ofMiB(900), reservations.promised(false, NOW));
  }

  @Test
  void aVmAndANameArePromisedToOneOperation() {
    Needs web = needs("web", 10);
    promise(ONE, web, NOW);
    Needs renamed =
        new Needs(
            web.vm(),
            "new",
            web.memory(),
            false,
            1,
            Optional.empty(),
            List.of(),
            List.of(),
            Optional.empty());

    for (Needs other : List.of(web, renamed, needs("web", 10))) {
      assertRefused(
          Reason.BUSY,
          "web is on its way here for operation one; wait for that to end",
          () -> promise(TWO, other, NOW));
    }
    assertEquals(Optional.of(web), reservations.of(ONE, NOW));
    assertEquals(Optional.empty(), reservations.of(TWO, NOW));
  }

  @Test
  void thereAreNotMoreThanAHundred() {
    for (int i = 0; i < Reservations.MOST; i++) {
      promise(new OperationId("op-" + i), needs("vm-" + i, 1), NOW);
    }

    RefusedException refused =
        assertThrows(RefusedException.class, () -> promise(ONE, needs("web", 1), NOW));
    assertEquals(Reason.BUSY, refused.reason());
    promise(ONE, needs("web", 1), NOW.plus(MINUTE));
  }

  private void promise(OperationId operation, Needs needs, Duration now) {
    reservations.promise(operation, needs, MINUTE, huge -> FREE, now);
  }

  private static Needs needs(String name, long mebibytes) {
    return new Needs(
        new VmId(UUID.randomUUID()),
        name,
        Bytes.ofMiB(mebibytes),
        false,
        1,
        Optional.empty(),
        List.of(),
        List.of(),
        Optional.empty());
  }

  private static Domain domain(Needs needs, VmState state, long resident) {
    return domain(needs, state, resident, true);
  }

  private static Domain domain(Needs needs, VmState state, long resident, boolean told) {
    return new Domain(
        needs.vm(),
        needs.name(),
        state,
        1,
        Duration.ZERO,
        needs.memory(),
        Bytes.ofMiB(resident),
        told,
        Domain.Counters.ZERO,
        false);
  }

  private static void assertRefused(Reason reason, String message, Runnable promise) {
    RefusedException refused = assertThrows(RefusedException.class, promise::run);
    assertEquals(message, refused.getMessage());
    assertEquals(reason, refused.reason());
  }
}
