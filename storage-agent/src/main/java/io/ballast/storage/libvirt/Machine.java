package io.ballast.storage.libvirt;

import io.ballast.messages.Bytes;
import io.ballast.messages.DiskLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A virtual machine and the disks in it, by libvirt.
 *
 * @param active whether it is in memory, or saved with its memory
 */
record Machine(String name, boolean active, List<Disk> disks) {
  Machine {
    disks = List.copyOf(disks);
  }

  /**
   * A disk of a machine.
   *
   * @param target where it is plugged in: {@code vda}
   * @param source what it lies on: a path, {@code volume:POOL/NAME}, or {@code rbd:POOL/IMAGE};
   *     empty for a drive without a medium
   * @param format in which QEMU opens that
   * @param written whether the guest may write to it
   * @param below what the source builds upon, nearest first, as far as libvirt tells; only of a
   *     machine that is active
   * @param ready whether a job that writes it into what it builds upon only waits for its end
   * @param limits to which it is held
   */
  record Disk(
      String target,
      String source,
      String format,
      boolean written,
      List<String> below,
      boolean ready,
      Optional<DiskLimits> limits) {
    Disk {
      below = List.copyOf(below);
    }

    /** One without limits. */
    Disk(
        String target,
        String source,
        String format,
        boolean written,
        List<String> below,
        boolean ready) {
      this(target, source, format, written, below, ready, Optional.empty());
    }

    /** Whether it lies on a file, itself or by what it builds upon. */
    boolean lies(String file) {
      return source.equals(file) || below.contains(file);
    }

    /** Whether it lies on something itself, and not on what builds upon it. */
    boolean liesOn(String pool, Shelf.Item item) {
      return source.equals(item.path()) || source.equals("volume:" + pool + "/" + item.name());
    }
  }

  /**
   * Reads libvirt's description of a domain.
   *
   * @throws IllegalArgumentException if it is none
   */
  static Machine of(String xml, boolean active) {
    Xml domain = Xml.of(xml);
    List<Disk> disks = new ArrayList<>();
    domain
        .at("devices")
        .ifPresent(devices -> devices.all("disk").forEach(disk -> disks.add(disk(disk))));
    return new Machine(Tenant.name(domain), active, disks);
  }

  private static Disk disk(Xml disk) {
    String device = disk.attribute("device").orElse("disk");
    boolean written =
        (device.equals("disk") || device.equals("lun")) && disk.at("readonly").isEmpty();
    return new Disk(
        disk.at("target").flatMap(target -> target.attribute("dev")).orElse("?"),
        disk.at("source").flatMap(Tenant::source).orElse(""),
        disk.at("driver").flatMap(driver -> driver.attribute("type")).orElse("raw"),
        written,
        below(disk),
        disk.at("mirror").flatMap(mirror -> mirror.attribute("ready")).equals(Optional.of("yes")),
        disk.at("iotune").flatMap(Machine::limits));
  }

  /** What a hypervisor has that can't be said so is none of ours. */
  private static Optional<DiskLimits> limits(Xml tune) {
    try {
      DiskLimits limits =
          new DiskLimits(
              most(tune, "total_bytes_sec").map(Bytes::new),
              most(tune, "read_bytes_sec").map(Bytes::new),
              most(tune, "write_bytes_sec").map(Bytes::new),
              most(tune, "total_iops_sec"),
              most(tune, "read_iops_sec"),
              most(tune, "write_iops_sec"));
      return Optional.of(limits).filter(it -> !it.equals(DiskLimits.NONE));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Optional<Long> most(Xml tune, String name) {
    return tune.text(name).map(Long::valueOf).filter(value -> value != 0);
  }

  private static List<String> below(Xml disk) {
    List<String> below = new ArrayList<>();
    Optional<Xml> layer = disk.at("backingStore");
    while (layer.isPresent()) {
      layer.flatMap(it -> it.at("source")).flatMap(Tenant::source).ifPresent(below::add);
      layer = layer.flatMap(it -> it.at("backingStore"));
    }
    return below;
  }

  /** Whether its guest may write to something that is a path on its host. */
  boolean hasFiles() {
    return disks.stream().anyMatch(disk -> disk.written() && disk.source().startsWith("/"));
  }

  /** The disk at a place. */
  Optional<Disk> at(String target) {
    return disks.stream().filter(disk -> disk.target().equals(target)).findFirst();
  }
}
