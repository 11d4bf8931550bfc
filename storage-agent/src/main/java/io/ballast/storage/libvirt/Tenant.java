package io.ballast.storage.libvirt;

import io.ballast.messages.Volume;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A virtual machine of this host and what its disks lie on, by libvirt.
 *
 * @param name of the domain
 * @param active whether it is in memory
 * @param written what it may write to: paths, {@code rbd:POOL/IMAGE}, or {@code volume:POOL/NAME}
 * @param read what it only reads, such as that which its disks build upon
 * @param raw those of them whose bytes are its own, whatever they look like
 */
record Tenant(String name, boolean active, Set<String> written, Set<String> read, Set<String> raw) {
  /** A hyphen parts the group from the volume, and is written twice within either. */
  private static final Pattern MAPPED =
      Pattern.compile("/dev/(?:mapper/|disk/by-id/dm-name-)((?:[^-]|--)+)-((?:[^-]|--)+)");

  Tenant {
    written = Set.copyOf(written);
    read = Set.copyOf(read);
    raw = Set.copyOf(raw);
  }

  /** One whose disks all have a form, and build upon nothing. */
  Tenant(String name, boolean active, Set<String> written) {
    this(name, active, written, Set.of(), Set.of());
  }

  /**
   * Reads libvirt's description of a domain.
   *
   * @throws IllegalArgumentException if it is none
   */
  static Tenant of(String xml, boolean active) {
    Xml domain = Xml.of(xml);
    Set<String> written = new TreeSet<>();
    Set<String> read = new TreeSet<>();
    Set<String> raw = new TreeSet<>();
    for (Xml disk : domain.at("devices").map(devices -> devices.all("disk")).orElse(List.of())) {
      collect(disk, disk.at("readonly").isPresent() ? read : written, read);
      disk.at("source").flatMap(Tenant::source).filter(source -> isRaw(disk)).ifPresent(raw::add);
      disk.all("backingStore").forEach(below -> rawBelow(below, raw));
    }
    return new Tenant(name(domain), active, written, read, raw);
  }

  /** The name of a domain; its UUID where nobody could see that. */
  static String name(Xml domain) {
    return domain
        .text("name")
        .filter(name -> !name.isBlank())
        .or(() -> domain.text("uuid"))
        .orElse("?");
  }

  /** Libvirt takes a disk for raw of which nothing else is said. */
  private static boolean isRaw(Xml disk) {
    return disk.at("driver")
        .flatMap(driver -> driver.attribute("type"))
        .orElse("raw")
        .equals("raw");
  }

  /** What a guest wrote to a raw disk is still its own when a snapshot has put a layer upon it. */
  private static void rawBelow(Xml layer, Set<String> raw) {
    if (layer.at("format").flatMap(it -> it.attribute("type")).equals(Optional.of("raw"))) {
      layer.at("source").flatMap(Tenant::source).ifPresent(raw::add);
    }
    layer.all("backingStore").forEach(below -> rawBelow(below, raw));
  }

  /** A disk, or a layer below it: its own source, then what it builds upon or is copied to. */
  private static void collect(Xml layer, Set<String> own, Set<String> below) {
    layer.at("source").flatMap(Tenant::source).ifPresent(own::add);
    layer.all("backingStore").forEach(lower -> collect(lower, below, below));
    layer.all("mirror").forEach(copy -> collect(copy, own, below));
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
    return user(pool, item).isPresent();
  }

  /** Whether it is in memory and may write to a volume. */
  boolean writes(String pool, Shelf.Item item) {
    return active && among(written, pool, item);
  }

  /** The sources that this has and another has not, as one that is not in memory. */
  Tenant without(Tenant other) {
    return new Tenant(name, false, less(written, other), less(read, other), less(raw, other));
  }

  private static Set<String> less(Set<String> sources, Tenant other) {
    return sources.stream()
        .filter(source -> !other.written.contains(source) && !other.read.contains(source))
        .collect(Collectors.toSet());
  }

  /** Whether all bytes of a volume are its own: what it writes there may look like a header. */
  boolean ownsBytes(String pool, Shelf.Item item) {
    return among(raw, pool, item);
  }

  private static boolean among(Set<String> sources, String pool, Shelf.Item item) {
    return sources.contains(item.path()) || sources.contains("volume:" + pool + "/" + item.name());
  }

  /** This as the user of a volume; empty if it does not use it. */
  Optional<Volume.User> user(String pool, Shelf.Item item) {
    return among(written, pool, item)
        ? Optional.of(new Volume.User(Volume.User.Kind.VM, name, active))
        : among(read, pool, item)
            ? Optional.of(new Volume.User(Volume.User.Kind.READER, name, active))
            : Optional.empty();
  }
}
