package io.ballast.storage.libvirt;

import static io.ballast.storage.trade.Proving.operation;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.bus.RefusedException;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.storage.libvirt.Guests.Rest;
import io.ballast.storage.libvirt.Guests.Woken;
import io.ballast.testing.Lab;
import io.ballast.testing.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Machines that rest and are woken, by a real libvirt and QEMU, in a host of a lab. Needs what
 * {@code ops/install lab} installs: {@code ops/test lab} runs it.
 */
@Tag("lab")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RestIT implements Writing {
  @TempDir static Path folder;
  private Lab lab;
  private GuestConnection guests;

  @BeforeAll
  void start() {
    lab = Lab.up(1);
    guests = GuestConnection.open(lab.uri(1));
  }

  @AfterAll
  void stop() {
    guests.end();
    lab.close();
  }

  @Override
  public Lab lab() {
    return lab;
  }

  @Override
  public Path descriptions() {
    return folder;
  }

  private Lab.Guest writing(String... more) throws IOException {
    Path disk = Files.createTempFile(folder, "disk", ".raw");
    Program.run("truncate", "-s", "8M", disk.toString());
    Lab.Guest guest = started("raw:" + disk, more);
    guest.awaitTold("wrote", 2);
    return guest;
  }

  private boolean isMarked(Lab.Guest guest) {
    return lab.virsh(1, "dumpxml", guest.name()).contains(Resting.NAMESPACE);
  }

  private String state(Lab.Guest guest) {
    return lab.virsh(1, "domstate", guest.name()).strip();
  }

  /** As the next life of an agent does. */
  private void wakeAnew(Lab.Guest guest) {
    GuestConnection other = GuestConnection.open(lab.uri(1));
    assertEquals(List.of(guest.name()), other.wakeAll());
    other.end();
  }

  @Test
  void aGuestThatIsFrozenWritesNothingUntilAnotherWakesIt() throws IOException {
    Lab.Guest guest = writing("--agent");
    awaitAgent(guest);
    OperationId operation = operation();

    guests.rest(guest.name(), operation, Rest.FROZEN, LONG);
    int written = guest.told("wrote").size();
    guest.awaitTicks(3);
    assertEquals(written, guest.told("wrote").size());
    assertEquals("running", state(guest));

    assertEquals(Woken.GONE, guests.wake(operation()));
    assertTrue(isMarked(guest), "another operation has brought it to rest");
    wakeAnew(guest);
    assertEquals(Woken.GONE, guests.wake(operation));
    guest.awaitTold("wrote", 2);
    assertEquals(guest.told("frozen"), guest.told("thawed"));
    assertFalse(isMarked(guest));

    lab.virsh(1, "domfsfreeze", guest.name());
    assertEquals(Reason.HYPERVISOR_REFUSED, refusal(guest, operation, Rest.FROZEN));
    assertEquals(1, guest.told("thawed").size(), "what others have frozen stays so");
    assertFalse(isMarked(guest));
    cut(guest);
  }

  @Test
  void aMachineThatIsPausedGoesOnWhenAnotherWakesIt() throws IOException {
    Lab.Guest guest = writing();
    OperationId operation = operation();

    guests.rest(guest.name(), operation, Rest.PAUSED, LONG);
    assertEquals("paused", state(guest));
    wakeAnew(guest);

    assertEquals("running", state(guest));
    guest.awaitTicks(2);
    assertEquals(List.of(), guest.breaks());
    assertFalse(isMarked(guest));
    cut(guest);
  }

  @Test
  void whatDoesNotRestIsNotMarkedAndWhoeverElsePausedItStaysSo() throws IOException {
    Lab.Guest guest = writing();
    OperationId operation = operation();
    assertEquals(Reason.HYPERVISOR_REFUSED, refusal(guest, operation, Rest.FROZEN));
    assertFalse(isMarked(guest));
    lab.virsh(1, "suspend", guest.name());

    assertEquals(Reason.WRONG_STATE, refusal(guest, operation, Rest.PAUSED));
    assertEquals(Woken.GONE, guests.wake(operation));

    assertEquals("paused", state(guest));
    cut(guest);
    assertEquals(Reason.WRONG_STATE, refusal(guest, operation, Rest.PAUSED));
  }

  @Test
  void aGuestIsFrozenAndPausedAndItIsToldWhetherItRestedUntilItWasWoken() throws IOException {
    Lab.Guest guest = writing("--agent");
    awaitAgent(guest);
    for (String meanwhile : List.of("", "resume")) {
      OperationId operation = operation();
      guests.rest(guest.name(), operation, Rest.FROZEN_AND_PAUSED, LONG);
      assertEquals("paused", state(guest));
      if (!meanwhile.isEmpty()) {
        lab.virsh(1, meanwhile, guest.name());
      }

      assertEquals(meanwhile.isEmpty() ? Woken.RESTED : Woken.DISTURBED, guests.wake(operation));
      guest.awaitTold("wrote", 2);
      assertEquals(guest.told("frozen"), guest.told("thawed"));
    }
    OperationId operation = operation();
    guests.rest(guest.name(), operation, Rest.FROZEN, LONG);
    lab.virsh(1, "domfsthaw", guest.name());
    assertEquals(Woken.DISTURBED, guests.wake(operation));

    guests.rest(guest.name(), operation, Rest.FROZEN_AND_PAUSED, LONG);
    cut(guest);
    assertEquals(Woken.GONE, guests.wake(operation));
  }

  @Test
  void whatTookTooLongGoesOn() throws IOException {
    Lab.Guest guest = writing("--agent");
    awaitAgent(guest);
    RefusedException refused =
        assertThrows(
            RefusedException.class,
            () -> guests.rest(guest.name(), operation(), Rest.FROZEN_AND_PAUSED, Duration.ZERO));

    assertEquals(Reason.BUSY, refused.reason());
    guest.awaitTold("wrote", 2);
    assertFalse(isMarked(guest));
    cut(guest);
  }

  private Reason refusal(Lab.Guest guest, OperationId operation, Rest how) {
    return assertThrows(
            RefusedException.class, () -> guests.rest(guest.name(), operation, how, LONG))
        .reason();
  }
}
