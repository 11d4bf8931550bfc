package io.ballast.messages;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Something about a virtual machine itself for which no host can take it live, known by the words
 * in which libvirt or QEMU refuse to send it.
 *
 * <p>What a target lacks, such as a bridge or a feature of its CPU, is none, and neither is what
 * passes, such as a block job or a dump.
 */
public final class MigrationBlocker {
  private static final List<String> PHRASES =
      List.of(
          // libvirt, of disks
          "unsafe migration:",
          "migration may lead to data corruption if disks use cache",
          "migration without shared storage is unsafe",
          "migration with transient disk is not supported",
          // libvirt, of devices
          "assigned host devices",
          "assigned non-usb host devices",
          "cannot migrate a domain with <",
          "shmem device .*cannot be migrated",
          "vdpa devices cannot be migrated",
          "slirp-helper cannot be migrated",
          "migration with (shmem|virtiofs) device is not supported",
          "dimm info lacks slot id",
          "domain has (cpu feature: invtsc|'invtsc' cpu feature)",
          "domain is marked for auto destroy",
          "dbus-vmstate support",
          // QEMU
          "non-migratable",
          "is not yet migratable",
          "device doesn't support migration",
          "vfio migration is not supported",
          "migration disabled: vhost",
          "migration is disabled when (virtfs|using feature)",
          "(format used by node .*|virtualization) does not support live migration",
          "sev: migration is not implemented");

  private static final Pattern ANY = Pattern.compile(String.join("|", PHRASES));

  private MigrationBlocker() {}

  /** Whether a hypervisor's words say that there is one. */
  public static boolean isNamedIn(String words) {
    return ANY.matcher(words.toLowerCase(Locale.ROOT)).find();
  }
}
