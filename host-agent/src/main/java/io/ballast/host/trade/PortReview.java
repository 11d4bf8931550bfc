package io.ballast.host.trade;

/**
 * The look at one element of a domain's description for how a network device of the guest reaches
 * the network of its host.
 */
record PortReview(DomainPart part) {
  void check() {
    switch (part.name()) {
      case "interface" -> {
        if (part.in("devices")) {
          port();
        }
      }
      case "backend" -> backend();
      case "portForward" -> part.takes("socket");
      case "target" -> {
        if (part.in("channel") && part.attribute("type").equals("guestfwd")) {
          part.takes("socket");
        }
      }
      // In the source they are the host's: its end of the line gets the address, it the route.
      case "ip", "route" -> {
        if (part.in("source")) {
          part.takes("socket");
        }
      }
      default -> {}
    }
  }

  private void port() {
    switch (part.attribute("type")) {
      case "network", "bridge", "ethernet", "vhostuser", "null" -> {}
      case "hostdev" -> part.takes("pci");
      case "vdpa" -> part.takes("vdpa");
      // A guest in such a network reaches what listens on its host alone. Libvirt takes a network
      // device without a type for one of a user.
      case "", "user", "server", "client", "mcast", "udp" -> part.takes("socket");
      case "direct" -> {
        if (has("source", "mode", "passthrough")) {
          part.takes("macvtap");
        }
      }
      default -> throw part.unknownType("network or bridge");
    }
    if (has("target", "managed", "no")) {
      part.takes("tap");
    }
  }

  /** A program such as passt opens the guest's connections on its host, as for a user. */
  private void backend() {
    String type = part.attribute("type");
    if (part.in("interface") && !type.isEmpty() && !type.equals("default")) {
      part.takes("socket");
    }
  }

  private boolean has(String child, String attribute, String value) {
    return part.below(child).anyMatch(each -> each.attribute(attribute).equals(value));
  }
}
