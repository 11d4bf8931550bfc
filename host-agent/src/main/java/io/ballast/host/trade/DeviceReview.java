package io.ballast.host.trade;

import java.util.Set;

/**
 * The look at one element of a domain's description for programs that it has run, devices of the
 * host that it takes, and what it has libvirt do when the guest fails; files, disks and networks
 * apart.
 */
record DeviceReview(DomainPart part) {
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

  private static final String RENDER_NODE = "rendernode";
  private static final Set<String> QUIET_AUDIO = Set.of("none", "spice", "dbus", "file");
  private static final Set<String> SCREENS = Set.of("vnc", "spice", "rdp", "egl-headless", "dbus");
  private static final Set<String> ENDS =
      Set.of("", "destroy", "restart", "preserve", "rename-restart");
  private static final Set<String> ALARMS =
      Set.of("", "reset", "shutdown", "poweroff", "pause", "none", "inject-nmi");
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
    if (part.in("devices")) {
      device();
    }
    switch (part.name()) {
      case "init", "script", "downscript" -> throw part.never("it has a program run");
      case "seclabel" -> confinement();
      case "on_crash", "on_poweroff", "on_reboot" ->
          dump(part.text(), ENDS, "use destroy, restart or preserve");
      case "graphics" -> screen();
      case "gl" -> {
        if (part.in("graphics") && !part.attribute("enable").equals("no")) {
          part.takes(RENDER_NODE);
        }
      }
      case "driver" -> {
        if (part.in("video") && part.attribute("name").equals("vhostuser")) {
          part.takes(RENDER_NODE);
        }
      }
      case "backend" -> backend();
      // Without a path it is a service of the host that libvirt finds by itself.
      case "quoteGenerationService" -> {
        if (!part.has("path")) {
          part.takes("socket");
        }
      }
      default -> {}
    }
  }

  private void device() {
    String name = part.name();
    if (!KNOWN.contains(name)) {
      throw DomainPart.refused(
          "<%s> is no device that this agent knows; take it out".formatted(name));
    }
    switch (name) {
      case "hostdev" -> hostDevice();
      case "redirdev" -> {
        // By spice the device is one of whoever looks at the guest, and not of the host.
        if (!part.attribute("type").equals("spicevmc")) {
          part.takes(name);
        }
        line();
      }
      case "shmem", "vsock" -> part.takes(name);
      case "smartcard" -> {
        if (part.attribute("mode").equals("passthrough")) {
          line();
        } else {
          part.takes(name);
        }
      }
      case "serial", "parallel", "console", "channel" -> line();
      case "audio" -> audio();
      case "filesystem" -> folder();
      case "watchdog" -> dump(part.attribute("action"), ALARMS, "use reset, poweroff or none");
      default -> {}
    }
  }

  private void hostDevice() {
    if (!part.attribute("mode").equals("subsystem") || part.attribute("type").isEmpty()) {
      throw part.never("it does not say which kind of device of the host it takes");
    }
    part.takes(part.attribute("type"));
  }

  /** A domain must not choose as whom its process runs, nor to run unconfined. */
  private void confinement() {
    boolean dynamic = part.attribute("type").equals("dynamic");
    boolean chooses =
        (part.in("domain") && !(part.attribute("type").isEmpty() || dynamic))
            || part.below("baselabel").findAny().isPresent()
            || (!dynamic && part.below("label").findAny().isPresent());
    if (chooses) {
      throw part.never("libvirt alone chooses how a domain is confined");
    }
  }

  /** A dump of the guest goes to where the host keeps them all, and is as large as the guest. */
  private void dump(String action, Set<String> harmless, String instead) {
    if (!harmless.contains(action)) {
      throw part.never(
          "'%s' may have libvirt write the guest's memory into a folder of the host"
              .formatted(action),
          instead);
    }
  }

  private void screen() {
    String type = part.attribute("type");
    if (!SCREENS.contains(type) || part.has("address")) {
      throw part.never("it uses a screen or a bus of the host; use vnc or spice");
    }
    // Such a screen is drawn by a graphics card of the host, which libvirt finds by itself.
    if (type.equals("egl-headless")) {
      part.takes(RENDER_NODE);
    }
  }

  private void audio() {
    String type = part.attribute("type");
    if (!QUIET_AUDIO.contains(type)) {
      part.takes("audio");
    } else if (type.equals("file") && !part.has("path")) {
      throw part.never("it writes a file that it does not name", "say which by path");
    }
  }

  /**
   * In a folder that it may write to, a guest can lay symbolic links, and by those the next domain
   * would find its disks anywhere on the host.
   */
  private void folder() {
    if (part.below("readonly").findAny().isEmpty()) {
      part.takes("filesystem");
    }
  }

  /** The host's end of a line to the guest. */
  private void line() {
    String type = part.attribute("type");
    if (SOCKETS.contains(type)) {
      part.takes("socket");
    } else if (!type.isEmpty() && !LINES.contains(type)) {
      throw part.unknownType("pty or file");
    }
  }

  private void backend() {
    if (part.in("tpm") && part.attribute("type").equals("passthrough")) {
      part.takes("tpm");
    } else if (part.in("rng") && part.attribute("model").equals("egd")) {
      line();
    }
  }
}
