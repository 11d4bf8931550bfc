package io.ballast.host.trade;

import io.ballast.agent.tool.FileSystem;
import io.ballast.messages.DiskFile;
import io.ballast.messages.Obstacle;
import io.ballast.messages.Obstacle.Kind;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.w3c.dom.Element;

/**
 * The files of a domain's disks that several hosts are to reach. Whether two hosts mean the same
 * file is told by the kind of the file system and by the file's number there: its path is the same
 * also where another server's folder is mounted.
 */
public final class SharedFiles {
  private static final Logger LOG = LoggerFactory.getLogger(SharedFiles.class);

  /** What a guest may write to; where nothing is said, it is a disk. */
  private static final Set<String> WRITTEN = Set.of("", "disk", "lun");

  /** File systems on which all hosts see one number for one file. */
  private static final Set<String> NUMBERED =
      Set.of("nfs", "nfs4", "ceph", "gfs2", "ocfs2", "fuse.glusterfs");

  /** Kinds that are one, reached by another version of its protocol. */
  private static final Map<String, String> VERSIONS = Map.of("nfs4", "nfs", "smb3", "cifs");

  private SharedFiles() {}

  /**
   * What a host sees of a file.
   *
   * @param kind of the file system on which it lies, such as {@code nfs4}
   * @param inode its number there, in decimal
   */
  public record Seen(String kind, String inode) {
    /** Of a file that may be there, and can't be looked at. */
    public static final Seen NOTHING = new Seen("", "");

    private boolean isOf(String otherKind) {
      return VERSIONS.getOrDefault(kind, kind).equals(VERSIONS.getOrDefault(otherKind, otherKind));
    }
  }

  /** The files of all disks and drives of a domain, by their paths. */
  public static List<String> paths(String xml) {
    return disks(xml).flatMap(disk -> file(disk).stream()).distinct().toList();
  }

  /**
   * Those that the guest writes to and that are surely not its host's alone, the first {@value
   * DiskFile#MOST} of them.
   *
   * @param look what is seen of a file by its path; empty if that is not known
   */
  public static List<DiskFile> of(String xml, Function<String, Optional<Seen>> look) {
    return disks(xml)
        .filter(disk -> WRITTEN.contains(disk.getAttribute("device")))
        .filter(disk -> children(disk, "readonly").findAny().isEmpty())
        .flatMap(disk -> shared(disk, look).stream())
        .limit(DiskFile.MOST)
        .toList();
  }

  /**
   * Why files are not the same here as at the host that told of them.
   *
   * @param look what is seen here of a file by its path; empty if there is none
   */
  public static List<Obstacle> obstacles(
      List<DiskFile> files, Function<String, Optional<Seen>> look) {
    return files.stream()
        .flatMap(file -> difference(file, look.apply(file.path())).map(why -> obstacle(file, why)))
        .toList();
  }

  private static Stream<String> difference(DiskFile file, Optional<Seen> found) {
    if (found.isEmpty()) {
      return Stream.of("this host sees no such file");
    }
    Seen here = found.get();
    boolean local = new FileSystem(here.kind()).isLocal();
    boolean served =
        file.fileSystem().startsWith("nfs")
            && local
            && file.inode().equals(Optional.of(here.inode()));
    if (here.equals(Seen.NOTHING) || served) {
      return Stream.empty();
    }
    if (!here.isOf(file.fileSystem()) || local) {
      return Stream.of("here that path lies on " + here.kind());
    }
    return file.inode().isPresent()
            && number(here).isPresent()
            && !file.inode().equals(number(here))
        ? Stream.of("here another file has that path")
        : Stream.empty();
  }

  private static Obstacle obstacle(DiskFile file, String why) {
    return new Obstacle(
        Kind.DISK,
        "its disk %s is %s on the %s of its host, and %s; mount the same here"
            .formatted(file.place(), file.path(), file.fileSystem(), why));
  }

  private static Optional<DiskFile> shared(Element disk, Function<String, Optional<Seen>> look) {
    return file(disk)
        .flatMap(
            path ->
                look.apply(path)
                    .filter(seen -> !seen.equals(Seen.NOTHING))
                    .filter(seen -> !new FileSystem(seen.kind()).isLocal())
                    .flatMap(seen -> told(disk, path, seen)));
  }

  /** One that has no name or path in the form that is told stays unknown to other hosts. */
  private static Optional<DiskFile> told(Element disk, String path, Seen seen) {
    String place =
        children(disk, "target").map(it -> it.getAttribute("dev")).findFirst().orElse("");
    try {
      return Optional.of(new DiskFile(place, Path.of(path).toString(), seen.kind(), number(seen)));
    } catch (IllegalArgumentException e) {
      LOG.info("Other hosts are not told that disk '{}' is {}: {}", place, path, e.getMessage());
      return Optional.empty();
    }
  }

  private static Optional<String> number(Seen seen) {
    return NUMBERED.contains(seen.kind()) ? Optional.of(seen.inode()) : Optional.empty();
  }

  private static Stream<Element> disks(String xml) {
    return children(DomainDocument.of(DomainXml.plain(xml)), "devices")
        .flatMap(devices -> children(devices, "disk"));
  }

  private static Optional<String> file(Element disk) {
    return children(disk, "source")
        .map(source -> source.getAttribute("file"))
        .filter(file -> !file.isEmpty())
        .findFirst();
  }

  private static Stream<Element> children(Element element, String name) {
    return DomainDocument.children(element).stream()
        .filter(child -> child.getLocalName().equals(name));
  }
}
