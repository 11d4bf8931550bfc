package io.ballast.host.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ballast.host.trade.Domain;
import io.ballast.host.trade.Hypervisor.Description;
import io.ballast.host.trade.Leaving;
import io.ballast.host.trade.Needs;
import io.ballast.messages.Bytes;
import io.ballast.messages.Machine;
import io.ballast.messages.Obstacle;
import io.ballast.messages.Obstacle.Kind;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.libvirt.LibvirtException;
import org.libvirt.StoragePool;

/** On libvirt's own test driver, which has a domain and a pool, and can't compare CPUs. */
final class LibvirtGuestsTest {
  private static final String POOL = "default-pool";

  private static final Domain DOMAIN =
      new Domain(
          new VmId(UUID.randomUUID()),
          "web",
          VmState.RUNNING,
          1,
          Duration.ZERO,
          Bytes.ofMiB(1),
          Bytes.ofMiB(1),
          true,
          Domain.Counters.ZERO,
          false);

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
    assertEquals(
        List.of(),
        LibvirtGuests.coming(
            connection,
            needs(
                "web", List.of("lo"), List.of(POOL), Optional.of("<cpu><model>x</model></cpu>"))));
  }

  @Test
  void aBridgeThatIsMissingIsSaid() {
    for (String missing : List.of("no-such-bridge", "../net/lo", "lo/..")) {
      assertInTheWay(
          Kind.BRIDGE,
          "this host has no bridge " + missing + "; make it, or choose another",
          needs("web", List.of("lo", missing), List.of(), Optional.empty()));
    }
  }

  @Test
  void aPoolThatIsMissingOrNotActiveIsSaid() throws LibvirtException {
    assertInTheWay(
        Kind.POOL,
        "this host has no pool fast; make it, or choose another",
        needs("web", List.of(), List.of(POOL, "fast"), Optional.empty()));
    StoragePool pool = connection.storagePoolLookupByName(POOL);
    pool.destroy();
    try {
      assertInTheWay(
          Kind.POOL,
          "the pool default-pool of this host is not active; start it",
          needs("web", List.of(), List.of(POOL), Optional.empty()));
    } finally {
      pool.create(0); // the driver has one for all tests
    }
  }

  @Test
  void anotherGuestOfTheNameAndTheGuestItselfAreInTheWay() throws LibvirtException {
    String uuid = connection.domainLookupByName("test").getUUIDString();

    assertInTheWay(
        Kind.NAME,
        "another VM here, " + uuid + ", has the name test; rename one, or choose another host",
        needs("test", List.of(), List.of(), Optional.empty()));
    assertInTheWay(
        Kind.STATE,
        "web is active here already; look which copy is the one",
        needs(VmId.of(uuid), "web", List.of(), List.of(), Optional.empty()));
  }

  @Test
  void aCpuThatIsNoneLeavesTheDecisionToTheMigration() {
    assertEquals(
        List.of(),
        LibvirtGuests.coming(
            connection,
            needs("web", List.of(), List.of(), Optional.of("no description of a CPU"))));
  }

  @Test
  void anOlderHypervisorIsInTheWay() throws LibvirtException {
    long version = connection.getVersion();
    assertEquals(List.of(), LibvirtGuests.coming(connection, from(version)));
    assertEquals(List.of(), LibvirtGuests.coming(connection, from(version + 1)), "a mended one");

    List<Obstacle> obstacles = LibvirtGuests.coming(connection, from(version + 1_000));

    assertEquals(Kind.VERSION, obstacles.getFirst().kind());
  }

  @Test
  void allThatIsInTheWayIsSaid() {
    assertEquals(
        List.of(Kind.NAME, Kind.POOL, Kind.BRIDGE),
        LibvirtGuests.coming(
                connection, needs("test", List.of("none"), List.of("fast"), Optional.empty()))
            .stream()
            .map(Obstacle::kind)
            .toList());
  }

  @Test
  void whatTiesAGuestToItsHostIsFoundByItsFiles(@TempDir Path folder) throws IOException {
    Path file = Files.createFile(folder.resolve("disk"));
    String kind = Files.getFileStore(file).type();

    Leaving leaving =
        LibvirtGuests.leaving(
            connection,
            new Description(
                DOMAIN,
                "<domain><devices><disk><source file='%s'/><target dev='vda'/></disk>"
                        .formatted(file)
                    + "<disk><source file='/nowhere'/></disk></devices></domain>"));

    assertEquals(
        List.of(
            new Obstacle(
                Kind.DISK,
                "its disk vda is %s, which lies on the %s of its host alone: take it along with --copy, or share its storage"
                    .formatted(file, kind))),
        leaving.obstacles());
  }

  private void assertInTheWay(Kind kind, String message, Needs needs) {
    assertEquals(List.of(new Obstacle(kind, message)), LibvirtGuests.coming(connection, needs));
  }

  private static Needs from(long version) {
    return new Needs(
        new VmId(UUID.randomUUID()),
        "web",
        Bytes.ofMiB(1),
        false,
        1,
        Optional.empty(),
        List.of(),
        List.of(),
        Optional.of(new Machine(Optional.empty(), "x86_64", "pc", "kvm", version)));
  }

  private static Needs needs(
      String name, List<String> bridges, List<String> pools, Optional<String> cpu) {
    return needs(new VmId(UUID.randomUUID()), name, bridges, pools, cpu);
  }

  private static Needs needs(
      VmId vm, String name, List<String> bridges, List<String> pools, Optional<String> cpu) {
    return new Needs(vm, name, Bytes.ofMiB(1), false, 1, cpu, bridges, pools, Optional.empty());
  }
}
