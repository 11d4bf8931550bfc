package io.ballast.net.trade;

import io.ballast.messages.Port;
import java.util.Optional;

/**
 * A port as it is wanted at one moment.
 *
 * @param link by which its card is reached now; absent while the card is not there, and then
 *     nothing of the port is on the switch
 * @param outside present exactly where the port has a public address
 */
public record Wanted(Port port, Optional<String> link, Optional<Outside> outside) {
  public Wanted {
    if (outside.isPresent() != port.publicAddress().isPresent()) {
      throw new IllegalArgumentException(
          "the network outside goes with a public address: " + port.card());
    }
  }
}
