package io.ballast.messages;

/** What a network of libvirt is made of. */
public sealed interface NetworkForm {
  /** What it is, as one line for a person: {@code bridge br0}. */
  @Override
  String toString();

  /** Cards of it are plugged into a bridge of the host, which stays as it is. */
  record Bridged(String bridge) implements NetworkForm {
    public Bridged {
      Fields.link(bridge, "bridge");
    }

    @Override
    public String toString() {
      return "bridge " + bridge;
    }
  }

  /**
   * Libvirt makes a bridge of its own, serves addresses on it, and translates what guests send out
   * of the host to the host's address.
   *
   * @param host the host's address in it, with its network, of IPv4; guests get the others
   */
  record Nat(Cidr host) implements NetworkForm {
    public Nat {
      checked(host);
    }

    @Override
    public String toString() {
      return "nat " + host;
    }
  }

  /**
   * The same, but guests reach each other and the host alone.
   *
   * @param host the host's address in it, with its network, of IPv4; guests get the others
   */
  record Isolated(Cidr host) implements NetworkForm {
    public Isolated {
      checked(host);
    }

    @Override
    public String toString() {
      return "isolated " + host;
    }
  }

  private static void checked(Cidr host) {
    if (!Fields.required(host, "host").isHost()
        || !host.address().isIpv4()
        || host.prefix() < 8
        || host.prefix() > 29) {
      throw new IllegalArgumentException(
          "field 'host' is %s; write an IPv4 address of the host with a network of 8 to 29 bits"
              .formatted(host));
    }
  }
}
