package io.ballast.net.trade;

import io.ballast.messages.IpAddress;
import java.util.Optional;

/**
 * The network outside to which public addresses belong, reached over the bridge of the port.
 *
 * @param gateway the router of that network; all that a guest sends out of its own network goes
 *     there
 * @param guestGateway the address by which guests know that router in their own network
 * @param vlan of the network on the bridge; absent = none
 */
public record Outside(IpAddress gateway, IpAddress guestGateway, Optional<Integer> vlan) {
  public Outside {
    if (!gateway.isIpv4() || !guestGateway.isIpv4()) {
      throw new IllegalArgumentException("public addresses are of IPv4, and so are their gateways");
    }
  }
}
