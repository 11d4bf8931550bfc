package io.ballast.host.trade;

import io.ballast.agent.tool.FileSystem;
import io.ballast.messages.Obstacle;
import io.ballast.messages.Obstacle.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.w3c.dom.Element;

/**
 * What in a domain's description ties it to its host, as far as it shows there. Whether the
 * hypervisor takes it elsewhere all the same, it says itself: newer ones can do so with more.
 */
public final class DomainObstacles {
  /** File systems that no two hosts have at once. */
  static final Set<String> DRIVES = Set.of("cdrom", "floppy");

  private final Function<String, Optional<String>> fileSystem;

  /**
   * Looks for them.
   *
   * @param fileSystem the kind of file system on which a path lies, such as {@code ext4}; empty if
   *     that is not known
   */
  public DomainObstacles(Function<String, Optional<String>> fileSystem) {
    this.fileSystem = fileSystem;
  }

  /** All of them, in the order of the description. */
  public List<Obstacle> of(String xml) {
    List<Obstacle> obstacles = new ArrayList<>();
    children(DomainDocument.of(DomainXml.plain(xml)), "devices")
        .flatMap(devices -> DomainDocument.children(devices).stream())
        .forEach(device -> device(device, obstacles));
    return obstacles;
  }

  private void device(Element device, List<Obstacle> obstacles) {
    switch (device.getLocalName()) {
      case "disk" -> disk(device, obstacles);
      case "hostdev" -> {
        if (!device.getAttribute("type").equals("usb")) {
          taken(device, obstacles);
        }
      }
      case "interface" -> {
        if (device.getAttribute("type").equals("hostdev")) {
          taken(device, obstacles);
        }
      }
      case "filesystem" -> obstacles.add(tied("<filesystem>", "shares a folder of"));
      case "tpm" -> {
        if (children(device, "backend")
            .anyMatch(it -> it.getAttribute("type").equals("passthrough"))) {
          obstacles.add(tied("<tpm>", "uses a device of"));
        }
      }
      default -> {}
    }
  }

  /** The half of a team that is unplugged on its way is in nobody's way. */
  private static void taken(Element device, List<Obstacle> obstacles) {
    if (children(device, "teaming").noneMatch(it -> it.getAttribute("type").equals("transient"))) {
      obstacles.add(tied("<" + device.getLocalName() + ">", "uses a device of"));
    }
  }

  private static Obstacle tied(String device, String how) {
    return new Obstacle(
        Kind.DEVICE,
        "its %s %s its host: unplug that, or shut the VM down and define it on another host"
            .formatted(device, how));
  }

  private void disk(Element disk, List<Obstacle> obstacles) {
    boolean drive = DRIVES.contains(disk.getAttribute("device"));
    String target =
        children(disk, "target").map(it -> it.getAttribute("dev")).findFirst().orElse("a disk");
    if (!drive && children(disk, "readonly").findAny().isPresent()) {
      return;
    }
    children(disk, "source")
        .map(source -> source.getAttribute("file"))
        .filter(file -> !file.isEmpty())
        .findFirst()
        .ifPresent(
            file ->
                fileSystem
                    .apply(file)
                    .filter(kind -> new FileSystem(kind).isLocal())
                    .ifPresent(kind -> obstacles.add(local(drive, target, file, kind))));
    if (!drive
        && children(disk, "driver").anyMatch(it -> it.getAttribute("cache").equals("unsafe"))) {
      obstacles.add(
          new Obstacle(
              Kind.CACHE,
              "its disk %s has cache='unsafe', so that its last writes may be missing at the target:"
                      .formatted(target)
                  + " set another cache mode and restart the VM"));
    }
  }

  private static Obstacle local(boolean drive, String target, String file, String kind) {
    String where =
        "%s is %s, which lies on the %s of its host alone:".formatted(target, file, kind);
    return drive
        ? new Obstacle(
            Kind.DRIVE, "the medium of its drive " + where + " eject it, or have it there")
        : new Obstacle(
            Kind.DISK,
            "its disk "
                + where
                + " have it copied, for which both hosts need the storage role, or share its"
                + " storage",
            Optional.of(target));
  }

  private static Stream<Element> children(Element element, String name) {
    return DomainDocument.children(element).stream()
        .filter(child -> child.getLocalName().equals(name));
  }
}
