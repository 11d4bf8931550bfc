package io.ballast.host.trade;

import io.ballast.bus.RefusedException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a domain that is defined through the agent may use of its host. Whoever may define a domain
 * could otherwise read every file of the host, start programs on it and take its devices.
 *
 * <p>A description is judged by what it says and nothing else, so two things stay with the host:
 * its own confinement of guests has to deal with symbolic links, and with what the header of a disk
 * image names as the image below it.
 *
 * @param folders below which all files, devices and sockets that a domain uses must lie
 * @param firmware below which firmware, its templates and option ROMs may lie as well; they are
 *     only read
 * @param emulators programs that may run a domain; {@code *} stands for any characters but a slash
 * @param pools whose volumes may be disks; {@code *} stands for every pool, for each one was put
 *     there by whoever runs the host
 * @param protocols of disks in the network, such as {@code rbd}; such a disk may be on any server
 *     that the host reaches, also on the host itself
 * @param hostDevices what else of its host a domain may use: {@code pci}, {@code usb}, {@code
 *     scsi}, {@code scsi_host}, {@code mdev}, {@code vdpa}, {@code macvtap}, {@code tap}, {@code
 *     tpm}, {@code shmem}, {@code vsock}, {@code redirdev}, {@code smartcard}, {@code audio},
 *     {@code rendernode} for a graphics card that draws for the guest, {@code filesystem} for
 *     folders that the guest may write to, or {@code socket} for devices and user networks that use
 *     the host's network
 */
public record DomainPolicy(
    List<String> folders,
    List<String> firmware,
    List<String> emulators,
    List<String> pools,
    List<String> protocols,
    List<String> hostDevices) {
  private static final String ANY = "*";

  /** Disks in the usual folders and in every pool, the usual emulators, and no devices. */
  public static final DomainPolicy DEFAULT =
      new DomainPolicy(
          List.of("/var/lib/libvirt/images", "/var/lib/libvirt/boot"),
          List.of("/usr/share/OVMF", "/usr/share/AAVMF", "/usr/share/qemu", "/usr/share/edk2"),
          List.of("/usr/bin/qemu-system-*", "/usr/bin/qemu-kvm", "/usr/libexec/qemu-kvm"),
          List.of(ANY),
          List.of(),
          List.of());

  /**
   * @throws IllegalArgumentException if a folder or an emulator is no absolute path
   */
  public DomainPolicy {
    folders = absolute(folders);
    firmware = absolute(firmware);
    emulators = absolute(emulators);
    pools = List.copyOf(pools);
    protocols = List.copyOf(protocols);
    hostDevices = List.copyOf(hostDevices);
  }

  private static List<String> absolute(List<String> paths) {
    for (String path : paths) {
      if (!path.startsWith("/")) {
        throw new IllegalArgumentException(
            "'" + path + "' is no absolute path; write it from / on");
      }
    }
    return List.copyOf(paths);
  }

  /** The same with other folders for files. */
  public DomainPolicy withFolders(List<String> others) {
    return new DomainPolicy(others, firmware, emulators, pools, protocols, hostDevices);
  }

  /** The same with other devices of the host. */
  public DomainPolicy withHostDevices(List<String> others) {
    return new DomainPolicy(folders, firmware, emulators, pools, protocols, others);
  }

  /**
   * A description that this allows, as it may be given to a hypervisor: exactly what was judged,
   * without a declaration that could have it read as something else.
   *
   * @throws RefusedException as {@code NOT_ALLOWED}, naming element and rule, or as {@code
   *     INVALID_DOMAIN} if it can't be read
   */
  public String admitted(String xml) {
    String plain = DomainXml.plain(xml);
    new DomainReview(this, DomainDocument.of(plain)).check();
    return plain;
  }

  boolean allowsFile(String path) {
    return lies(path, folders);
  }

  boolean allowsFirmware(String path) {
    return lies(path, firmware) || allowsFile(path);
  }

  /** A folder itself is not below it: who has all of it has everything that others keep there. */
  private static boolean lies(String path, List<String> below) {
    String plain = plain(path) + "/";
    return below.stream()
        .map(folder -> plain(folder) + "/")
        .anyMatch(folder -> plain.startsWith(folder) && !plain.equals(folder));
  }

  boolean allowsEmulator(String program) {
    return emulators.stream().anyMatch(form -> pattern(form).matcher(plain(program)).matches());
  }

  private static Pattern pattern(String form) {
    return Pattern.compile(
        Arrays.stream(form.split("\\*", -1))
            .map(Pattern::quote)
            .collect(Collectors.joining("[^/]*")));
  }

  boolean allowsPool(String pool) {
    return pools.contains(ANY) || pools.contains(pool);
  }

  /** An absolute path without {@code .}, {@code ..} and empty parts; nothing for the root. */
  private static String plain(String path) {
    Deque<String> parts = new ArrayDeque<>();
    for (String part : path.split("/", -1)) {
      if (part.equals("..")) {
        parts.pollLast();
      } else if (!part.isEmpty() && !part.equals(".")) {
        parts.addLast(part);
      }
    }
    return parts.stream().map(part -> "/" + part).collect(Collectors.joining());
  }
}
