package io.ballast.host.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ballast.bus.RefusedException;
import io.ballast.host.trade.Needs;
import io.ballast.messages.Bytes;
import io.ballast.messages.Reason;
import io.ballast.messages.VmId;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.libvirt.LibvirtException;

/** On libvirt's own test driver, which has a domain and a pool, and can't compare CPUs. */
final class LibvirtGuestsTest {
  private static final String POOL = "default-pool";

  private LibvirtConnection connection;

  @BeforeEach
  void open() throws LibvirtException {
    connection = new LibvirtConnection("test:///default");
  }

  @AfterEach
  void close() {
    connection.end();
  }

  @Test
  void aGuestComesWhereAllIsThatItNeeds() {
    LibvirtGuests.check(
        connection,
        needs("web", List.of("lo"), List.of(POOL), Optional.of("<cpu><model>x</model></cpu>")));
  }

  @Test
  void aBridgeThatIsMissingIsSaid() {
    for (String missing : List.of("no-such-bridge", "../net/lo", "lo/..")) {
      assertRefused(
          Reason.NOT_ALLOWED,
          "this host has no bridge " + missing + "; make it, or choose another",
          needs("web", List.of("lo", missing), List.of(), Optional.empty()));
    }
  }

  @Test
  void aPoolThatIsMissingOrNotActiveIsSaid() throws LibvirtException {
    assertRefused(
        Reason.NOT_ALLOWED,
        "this host has no pool fast; make it, or choose another",
        needs("web", List.of(), List.of(POOL, "fast"), Optional.empty()));
    connection.storagePoolLookupByName(POOL).destroy();
    assertRefused(
        Reason.NOT_ALLOWED,
        "the pool default-pool of this host is not active; start it",
        needs("web", List.of(), List.of(POOL), Optional.empty()));
  }

  @Test
  void anotherGuestOfTheNameAndTheGuestItselfAreInTheWay() throws LibvirtException {
    String uuid = connection.domainLookupByName("test").getUUIDString();

    assertRefused(
        Reason.WRONG_STATE,
        "another VM here, " + uuid + ", has the name test; rename one, or choose another host",
        needs("test", List.of(), List.of(), Optional.empty()));
    assertRefused(
        Reason.WRONG_STATE,
        "web is active here already; look which copy is the one",
        needs(VmId.of(uuid), "web", List.of(), List.of(), Optional.empty()));
  }

  @Test
  void aCpuThatIsNoneLeavesTheDecisionToTheMigration() {
    LibvirtGuests.check(
        connection, needs("web", List.of(), List.of(), Optional.of("no description of a CPU")));
  }

  private void assertRefused(Reason reason, String message, Needs needs) {
    RefusedException refused =
        assertThrows(RefusedException.class, () -> LibvirtGuests.check(connection, needs));
    assertEquals(message, refused.getMessage());
    assertEquals(reason, refused.reason());
  }

  private static Needs needs(
      String name, List<String> bridges, List<String> pools, Optional<String> cpu) {
    return needs(new VmId(UUID.randomUUID()), name, bridges, pools, cpu);
  }

  private static Needs needs(
      VmId vm, String name, List<String> bridges, List<String> pools, Optional<String> cpu) {
    return new Needs(vm, name, Bytes.ofMiB(1), false, 1, cpu, bridges, pools);
  }
}
