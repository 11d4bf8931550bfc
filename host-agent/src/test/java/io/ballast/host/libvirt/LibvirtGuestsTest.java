package io.ballast.host.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ballast.host.trade.Domain;
import io.ballast.host.trade.Hypervisor.Description;
import io.ballast.host.trade.Leaving;
import io.ballast.host.trade.Needs;
import io.ballast.host.trade.SharedFiles.Seen;
import io.ballast.messages.Bytes;
import io.ballast.messages.DiskFile;
import io.ballast.messages.Machine;
import io.ballast.messages.Obstacle;
import io.ballast.messages.Obstacle.Kind;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
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
        coming(
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
        coming(needs("web", List.of(), List.of(), Optional.of("no description of a CPU"))));
  }

  @Test
  void anOlderHypervisorIsInTheWay() throws LibvirtException {
    long version = connection.getVersion();
    assertEquals(List.of(), coming(from(version)));
    assertEquals(List.of(), coming(from(version + 1)), "a mended one");

    List<Obstacle> obstacles = coming(from(version + 1_000));

    assertEquals(Kind.VERSION, obstacles.getFirst().kind());
  }

  @Test
  void allThatIsInTheWayIsSaid() {
    assertEquals(
        List.of(Kind.NAME, Kind.POOL, Kind.BRIDGE),
        coming(needs("test", List.of("none"), List.of("fast"), Optional.empty())).stream()
            .map(Obstacle::kind)
            .toList());
  }

  @Test
  void aDiskThatIsAnotherFileHereIsSaid() {
    Needs web = needs("web", List.of(), List.of(), Optional.empty());

    assertEquals(List.of(), coming(web.sharing(List.of(file("4711")))));
    assertInTheWay(
        Kind.DISK,
        "its disk vdb is /nfs/a on the nfs4 of its host, and here another file has that path;"
            + " mount the same here",
        web.sharing(List.of(file("4712"))));
  }

  @Test
  void whatTiesAGuestToItsHostAndWhatItSharesIsFoundByItsFiles() {
    Leaving leaving =
        LibvirtGuests.leaving(
            connection,
            new Description(
                DOMAIN,
                "<domain><devices><disk><source file='/local/a'/><target dev='vda'/></disk>"
                    + "<disk><source file='/nfs/a'/><target dev='vdb'/></disk>"
                    + "<disk><source file='/nowhere'/></disk></devices></domain>"),
            LibvirtGuestsTest::see);

    assertEquals(
        List.of(
            new Obstacle(
                Kind.DISK,
                "its disk vda is /local/a, which lies on the ext4 of its host alone: have it"
                    + " copied, for which both hosts need the storage role, or share its storage",
                Optional.of("vda"))),
        leaving.obstacles());
    assertEquals(List.of(file("4711")), leaving.files());
  }

  private static DiskFile file(String inode) {
    return new DiskFile("vdb", "/nfs/a", "nfs4", Optional.of(inode));
  }

  private static Optional<Seen> see(String path) {
    return switch (path) {
      case "/local/a" -> Optional.of(new Seen("ext4", "12"));
      case "/nfs/a" -> Optional.of(new Seen("nfs4", "4711"));
      default -> Optional.empty();
    };
  }

  private List<Obstacle> coming(Needs needs) {
    return LibvirtGuests.coming(connection, needs, LibvirtGuestsTest::see);
  }

  private void assertInTheWay(Kind kind, String message, Needs needs) {
    assertEquals(List.of(new Obstacle(kind, message)), coming(needs));
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
