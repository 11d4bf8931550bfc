package io.ballast.storage.libvirt;

import io.ballast.messages.Volume;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A virtual machine of this host and what its disks lie on, by libvirt.
 *
 * @param name of the domain
 * @param active whether it is in memory
 * @param sources what its disks and their backing files lie on: paths, {@code rbd:POOL/IMAGE}, or
 *     {@code volume:POOL/NAME}
 * @param raw those of them whose bytes are its own, whatever they look like
 */
record Tenant(String name, boolean active, Set<String> sources, Set<String> raw) {
  /** A hyphen parts the group from the volume, and is written twice within either. */
  private static final Pattern MAPPED =
      Pattern.compile("/dev/(?:mapper/|disk/by-id/dm-name-)((?:[^-]|--)+)-((?:[^-]|--)+)");

  Tenant {
    sources = Set.copyOf(sources);
    raw = Set.copyOf(raw);
  }

  /** One whose disks all have a form. */
  Tenant(String name, boolean active, Set<String> sources) {
    this(name, active, sources, Set.of());
  }

  /**
   * Reads libvirt's description of a domain.
   *
   * @throws IllegalArgumentException if it is none
   */
  static Tenant of(String xml, boolean active) {
    Xml domain = Xml.of(xml);
    Set<String> sources = new TreeSet<>();
    Set<String> raw = new TreeSet<>();
    for (Xml disk : domain.at("devices").map(devices -> devices.all("disk")).orElse(List.of())) {
      collect(disk, sources);
      disk.at("source").flatMap(Tenant::source).filter(source -> isRaw(disk)).ifPresent(raw::add);
    }
    return new Tenant(
        domain.text("name").or(() -> domain.text("uuid")).orElse("?"), active, sources, raw);
  }

  /** Libvirt takes a disk for raw of which nothing else is said. */
  private static boolean isRaw(Xml disk) {
    return disk.at("driver")
        .flatMap(driver -> driver.attribute("type"))
        .orElse("raw")
        .equals("raw");
  }

  /** A disk, or a layer below it: its own source, then what it builds upon or is copied to. */
  private static void collect(Xml layer, Set<String> sources) {
    layer.at("source").flatMap(Tenant::source).ifPresent(sources::add);
    layer.all("backingStore").forEach(below -> collect(below, sources));
    layer.all("mirror").forEach(copy -> collect(copy, sources));
  }

  static Optional<String> source(Xml source) {
    return source
        .attribute("file")
        .or(() -> source.attribute("dev").map(Tenant::device))
        .or(
            () ->
                source
                    .attribute("volume")
                    .map(name -> "volume:" + source.attribute("pool").orElse("") + "/" + name))
        .or(
            () ->
                source
                    .attribute("name")
                    .map(name -> source.attribute("protocol").orElse("") + ":" + name));
  }

  /** A logical volume by the name that LVM gives it, where it is named as the kernel's map does. */
  private static String device(String path) {
    Matcher mapped = MAPPED.matcher(path);
    return mapped.matches()
        ? "/dev/%s/%s"
            .formatted(mapped.group(1).replace("--", "-"), mapped.group(2).replace("--", "-"))
        : path;
  }

  /** Whether it uses a volume. */
  boolean uses(String pool, Shelf.Item item) {
    return sources.contains(item.path()) || sources.contains("volume:" + pool + "/" + item.name());
  }

  /** Whether all bytes of a volume are its own: what it writes there may look like a header. */
  boolean ownsBytes(String pool, Shelf.Item item) {
    return raw.contains(item.path()) || raw.contains("volume:" + pool + "/" + item.name());
  }

  /** This as the user of a volume. */
  Volume.User user() {
    return new Volume.User(Volume.User.Kind.VM, name, active);
  }
}
