package io.ballast.host.trade;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ballast.host.trade.SharedFiles.Seen;
import io.ballast.messages.DiskFile;
import io.ballast.messages.Obstacle;
import io.ballast.messages.Obstacle.Kind;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class SharedFilesTest {
  private static final String PATH = "/nfs/web";
  private static final DiskFile WEB = file("nfs4", Optional.of("4711"));

  @Test
  void whatTheGuestWritesToAndOthersMayReachIsTold() {
    assertEquals(
        List.of(
            new DiskFile("vda", "/nfs/a", "nfs4", Optional.of("11")),
            new DiskFile("vdb", "/nfs/b", "nfs4", Optional.of("12")),
            new DiskFile("sda", "/union/c", "fuse.mergerfs", Optional.empty())),
        told(
            """
            <disk type='file'><source file='/nfs/a'/><target dev='vda'/></disk>
            <disk device='disk'><source file='/nfs//b'/><target dev='vdb'/></disk>
            <disk device='lun'><source file='/union/c'/><target dev='sda'/></disk>
            """));
  }

  @Test
  void whatIsItsHostsOwnOrIsNotWrittenToIsNotTold() {
    assertEquals(
        List.of(),
        told(
            """
            <disk><source file='/local/a'/><target dev='vda'/></disk>
            <disk><source file='/unknown/a'/><target dev='vdb'/></disk>
            <disk><source file='/nfs/a'/><target dev='vdc'/><readonly/></disk>
            <disk device='cdrom'><source file='/nfs/a'/><target dev='sda'/></disk>
            <disk device='cdrom'/>
            <disk type='volume'><source pool='fast' volume='a'/><target dev='vdd'/></disk>
            <disk type='network'><source protocol='rbd' name='rbd/a'/><target dev='vde'/></disk>
            """));
  }

  @Test
  void whatCannotBeToldIsLeftOut() {
    assertEquals(
        List.of(),
        told(
            """
            <disk><source file='/nfs/../nfs/a'/><target dev='vda'/></disk>
            <disk><source file='/nfs/a'/></disk>
            """));
  }

  @Test
  void asManyAreToldAsCanBe() {
    String disk = "<disk><source file='/nfs/a'/><target dev='vda'/></disk>";

    assertEquals(DiskFile.MOST, told(disk.repeat(DiskFile.MOST + 1)).size());
  }

  @Test
  void theFilesOfAllDisksAndDrivesAreLookedAt() {
    assertEquals(
        List.of("/nfs/a", "/nfs/b"),
        SharedFiles.paths(
            domain(
                """
                <disk><source file='/nfs/a'/><target dev='vda'/></disk>
                <disk><source file='/nfs/a'/><target dev='vdb'/></disk>
                <disk device='cdrom'><source file='/nfs/b'/><readonly/></disk>
                <disk type='network'><source protocol='rbd' name='rbd/a'/></disk>
                """)));
  }

  @Test
  void theSameFileIsInNobodysWay() {
    assertEquals(List.of(), obstacles(WEB, new Seen("nfs4", "4711")));
    assertEquals(
        List.of(), obstacles(WEB, new Seen("nfs", "4711")), "by an earlier version of NFS");
    assertEquals(
        List.of(),
        obstacles(file("fuse.mergerfs", Optional.empty()), new Seen("fuse.mergerfs", "9")),
        "where each host numbers files by itself");
    assertEquals(
        List.of(),
        obstacles(file("nfs4", Optional.empty()), new Seen("nfs4", "9")),
        "where its number was not told");
  }

  @Test
  void anotherFileIsInTheWay() {
    assertInTheWay("here another file has that path", WEB, new Seen("nfs4", "4712"));
  }

  @Test
  void anotherFileSystemIsInTheWay() {
    assertInTheWay("here that path lies on ext4", WEB, new Seen("ext4", "4712"));
    assertInTheWay("here that path lies on ceph", WEB, new Seen("ceph", "4711"));
  }

  @Test
  void theServerItselfHasItOnADiskOfItsOwn() {
    assertEquals(List.of(), obstacles(WEB, new Seen("xfs", "4711")));
  }

  @Test
  void whatCantBeLookedAtIsNotCompared() {
    assertEquals(List.of(), obstacles(WEB, Seen.NOTHING));
  }

  @Test
  void aFileSystemOfThisHostAloneIsInTheWayWhateverIsTold() {
    assertEquals(
        List.of(
            new Obstacle(
                Kind.DISK,
                "its disk vda is /nfs/web on the ext4 of its host, and here that path lies on ext4;"
                    + " mount the same here")),
        obstacles(file("ext4", Optional.of("4711")), new Seen("ext4", "4711")));
  }

  @Test
  void noFileIsInTheWay() {
    assertEquals(
        List.of(obstacle("this host sees no such file")),
        SharedFiles.obstacles(List.of(WEB), path -> Optional.empty()));
  }

  private static void assertInTheWay(String why, DiskFile file, Seen here) {
    assertEquals(List.of(obstacle(why)), obstacles(file, here));
  }

  private static Obstacle obstacle(String why) {
    return new Obstacle(
        Kind.DISK,
        "its disk vda is /nfs/web on the nfs4 of its host, and %s; mount the same here"
            .formatted(why));
  }

  private static List<Obstacle> obstacles(DiskFile file, Seen here) {
    return SharedFiles.obstacles(
        List.of(file), path -> path.equals(PATH) ? Optional.of(here) : Optional.empty());
  }

  private static DiskFile file(String fileSystem, Optional<String> inode) {
    return new DiskFile("vda", PATH, fileSystem, inode);
  }

  private static List<DiskFile> told(String disks) {
    Map<String, Seen> seen =
        Map.of(
            "/nfs/a",
            new Seen("nfs4", "11"),
            "/nfs/../nfs/a",
            new Seen("nfs4", "11"),
            "/nfs//b",
            new Seen("nfs4", "12"),
            "/union/c",
            new Seen("fuse.mergerfs", "13"),
            "/local/a",
            new Seen("ext4", "14"));
    return SharedFiles.of(domain(disks), path -> Optional.ofNullable(seen.get(path)));
  }

  private static String domain(String disks) {
    return "<domain><devices>" + disks + "</devices></domain>";
  }
}
