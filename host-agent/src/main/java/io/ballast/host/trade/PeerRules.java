package io.ballast.host.trade;

import io.ballast.bus.RefusedException;
import io.ballast.messages.HostId;
import io.ballast.messages.Reason;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which hypervisors this host's may connect to, to send a virtual machine there.
 *
 * <p>A name is checked by the addresses that it has at that moment, and libvirt resolves it once
 * more. Whoever can't trust the names of his network writes addresses.
 *
 * @param schemes by which a peer may be reached
 * @param networks in which all its addresses must lie
 * @param addresses how hosts are reached, where that is not left to what their own agents say
 */
public record PeerRules(
    List<String> schemes, List<Network> networks, Map<HostId, PeerAddress> addresses) {
  /** Libvirt by TLS or TCP, in private networks and on this host. */
  public static final PeerRules DEFAULT =
      new PeerRules(
          List.of("qemu", "qemu+tls", "qemu+tcp"),
          List.of(
              Network.of("10.0.0.0/8"),
              Network.of("172.16.0.0/12"),
              Network.of("192.168.0.0/16"),
              Network.of("127.0.0.0/8"),
              Network.of("fc00::/7"),
              Network.of("::1/128")),
          Map.of());

  public PeerRules {
    schemes = List.copyOf(schemes);
    networks = List.copyOf(networks);
    addresses = Map.copyOf(addresses);
  }

  /** How a host is reached, if that was said here. */
  public Optional<PeerAddress> address(HostId host) {
    return Optional.ofNullable(addresses.get(host));
  }

  /**
   * Throws what speaks against an address.
   *
   * @param resolved all addresses that its host stands for
   * @throws RefusedException as {@code NOT_ALLOWED}
   */
  public void check(PeerAddress peer, List<InetAddress> resolved) {
    if (!schemes.contains(peer.scheme())) {
      throw refused(
          "%s is reached by %s, which is none of %s; let its agent.peer-uri use one of them, or add"
                  .formatted(peer, peer.scheme(), String.join(", ", schemes))
              + " it to agent.peers.schemes here");
    }
    if (resolved.isEmpty()) {
      throw refused(peer + " has no address; let its agent.peer-uri name one");
    }
    for (InetAddress address : resolved) {
      if (networks.stream().noneMatch(network -> network.contains(address))) {
        throw refused(
            "%s leads to %s, which lies in none of the networks of agent.peers.networks; add its"
                    .formatted(peer, address.getHostAddress())
                + " network there if it is one of this fleet");
      }
    }
  }

  private static RefusedException refused(String message) {
    return new RefusedException(Reason.NOT_ALLOWED, message);
  }
}
