package io.ballast.messages;

import java.util.List;
import java.util.Optional;

/**
 * A port as its host's network agent keeps it.
 *
 * @param port what must hold
 * @param link of the host by which the card is reached, such as {@code vnet3}; absent while the
 *     card is not there
 * @param differences for a person: what does not hold now; empty while all does
 * @param spoofed packets of the guest that were dropped because it may not send as that; absent
 *     where that is not counted
 */
public record PortStatus(
    Port port,
    State state,
    Optional<String> link,
    List<String> differences,
    Optional<Long> spoofed) {
  public PortStatus {
    Fields.required(port, "port");
    Fields.required(state, "state");
    Fields.required(link, "link");
    differences = Fields.listOf(differences, "differences");
    Fields.required(spoofed, "spoofed");
  }

  /** How far a port is. */
  public enum State {
    /** The card is there, and all that must hold for it does. */
    IN_FORCE,
    /** The card is not there; once it is, what must hold is made so. */
    WAITING,
    /** Something does not hold; it is being repaired, or can't be. */
    DIFFERS,
    /** What is can't be seen now. */
    UNKNOWN
  }
}
