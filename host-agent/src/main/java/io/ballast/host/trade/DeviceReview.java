package io.ballast.host.trade;

import io.ballast.bus.RefusedException;
import java.util.Optional;
import java.util.Set;
import org.w3c.dom.Element;

/**
 * The look at one element of a domain's description for programs that it has run, devices of the
 * host that it takes, and pools and networks from which it gets a disk; files apart.
 */
record DeviceReview(DomainPolicy policy, Element element) {
  /** The devices that libvirt knows and that are looked at here; any other is refused. */
  private static final Set<String> KNOWN =
      Set.of(
          "audio",
          "channel",
          "console",
          "controller",
          "crypto",
          "disk",
          "emulator",
          "filesystem",
          "graphics",
          "hostdev",
          "hub",
          "input",
          "interface",
          "iommu",
          "lease",
          "memballoon",
          "memory",
          "nvram",
          "panic",
          "parallel",
          "pstore",
          "redirdev",
          "redirfilter",
          "rng",
          "serial",
          "shmem",
          "smartcard",
          "sound",
          "tpm",
          "video",
          "vsock",
          "watchdog");

  private static final Set<String> QUIET_AUDIO = Set.of("none", "spice", "dbus", "file");
  private static final Set<String> SCREENS = Set.of("vnc", "spice", "rdp", "egl-headless", "dbus");
  private static final Set<String> SOCKETS = Set.of("tcp", "udp");
  private static final Set<String> LINES =
      Set.of(
          "null",
          "vc",
          "pty",
          "stdio",
          "dev",
          "file",
          "pipe",
          "unix",
          "nmdm",
          "spicevmc",
          "spiceport",
          "qemu-vdagent",
          "dbus");

  void check() {
    String name = element.getLocalName();
    if (in("devices") && !KNOWN.contains(name)) {
      throw DomainReview.refused(
          "<%s> is no device that this agent knows; take it out".formatted(name));
    }
    switch (name) {
      case "bootloader", "init", "script", "downscript" -> throw never("it has a program run");
      case "seclabel" -> confinement();
      case "disk" -> disk();
      case "source" -> source();
      case "interface" -> port();
      case "hostdev" -> takes(attribute("mode").equals("subsystem") ? attribute("type") : "");
      case "redirdev", "shmem", "vsock" -> {
        takes(name);
        if (name.equals("redirdev")) {
          line();
        }
      }
      case "smartcard" -> {
        if (attribute("mode").equals("passthrough")) {
          line();
        } else {
          takes(name);
        }
      }
      case "serial", "parallel", "console", "channel" -> {
        if (in("devices")) {
          line();
        }
      }
      case "backend" -> backend();
      case "portForward" -> takes("socket");
      case "audio" -> {
        if (in("devices") && !QUIET_AUDIO.contains(attribute("type"))) {
          takes(name);
        }
      }
      case "graphics" -> {
        if (!SCREENS.contains(attribute("type")) || element.hasAttribute("address")) {
          throw never("it uses a screen or a bus of the host; use vnc or spice");
        }
      }
      default -> {}
    }
  }

  /** A domain must not choose as whom its process runs, nor to run unconfined. */
  private void confinement() {
    boolean dynamic = attribute("type").equals("dynamic");
    boolean chooses =
        !(attribute("type").isEmpty() || dynamic)
            || DomainDocument.children(element).stream()
                .map(Element::getLocalName)
                .anyMatch(
                    child -> child.equals("baselabel") || (child.equals("label") && !dynamic));
    if (chooses) {
      throw never("libvirt alone chooses how a domain is confined");
    }
  }

  private void disk() {
    switch (attribute("type")) {
      case "nvme" -> takes("pci");
      case "vhostvdpa" -> takes("vdpa");
      default -> {}
    }
    if (attribute("rawio").equals("yes") || attribute("sgio").equals("unfiltered")) {
      takes("scsi");
    }
  }

  private void source() {
    String pool = attribute("pool");
    if (element.hasAttribute("pool") && !policy.allowsPool(pool)) {
      throw DomainReview.refused(
          "<%s> lies in the pool '%s', which is none of %s; move it there, or add the pool to"
                  .formatted(owner(), pool, DomainReview.words(policy.pools()))
              + " agent.domains.pools");
    }
    String protocol = attribute("protocol");
    boolean adapter = in("hostdev") && protocol.equals("vhost");
    if (element.hasAttribute("protocol") && !adapter && !policy.protocols().contains(protocol)) {
      throw DomainReview.refused(
          "<%s> is reached by %s, which is none of %s; use a pool, or add it to"
                  .formatted(owner(), protocol, DomainReview.words(policy.protocols()))
              + " agent.domains.protocols");
    }
  }

  private void port() {
    if (!in("devices")) {
      return;
    }
    switch (attribute("type")) {
      case "hostdev" -> takes("pci");
      case "vdpa" -> takes("vdpa");
      // A guest in such a network reaches what listens on its host alone.
      case "user", "server", "client", "mcast", "udp" -> takes("socket");
      case "direct" -> {
        if (has("source", "mode", "passthrough")) {
          takes("macvtap");
        }
      }
      default -> {}
    }
    if (has("target", "managed", "no")) {
      takes("tap");
    }
  }

  /** The host's end of a line to the guest. */
  private void line() {
    String type = attribute("type");
    if (SOCKETS.contains(type)) {
      takes("socket");
    } else if (!type.isEmpty() && !LINES.contains(type)) {
      throw DomainReview.refused(
          "<%s> has the type '%s', which this agent does not know; use pty or file"
              .formatted(owner(), type));
    }
  }

  private void backend() {
    if (in("tpm") && attribute("type").equals("passthrough")) {
      takes("tpm");
    } else if (in("rng") && attribute("model").equals("egd")) {
      line();
    }
  }

  private void takes(String kind) {
    if (kind.isEmpty()) {
      throw never("it does not say which kind of device of the host it takes");
    }
    if (!policy.hostDevices().contains(kind)) {
      throw DomainReview.refused(
          "<%s> takes a device of the host (%s), which is not allowed here; take it out, or add %s"
                  .formatted(owner(), kind, kind)
              + " to agent.domains.host-devices");
    }
  }

  private RefusedException never(String why) {
    return DomainReview.refused(
        "<%s> is never allowed as it is: %s; take it out".formatted(element.getLocalName(), why));
  }

  private boolean in(String parent) {
    Optional<Element> above = DomainReview.parentElement(element);
    return above.isPresent() && above.get().getLocalName().equals(parent);
  }

  private boolean has(String child, String attribute, String value) {
    return DomainDocument.children(element).stream()
        .anyMatch(
            each ->
                each.getLocalName().equals(child) && each.getAttribute(attribute).equals(value));
  }

  private String attribute(String name) {
    return element.getAttribute(name);
  }

  private String owner() {
    return DomainReview.owner(element);
  }
}
