package io.ballast.host.work;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Which scheduler this agent follows: the one of the highest epoch that ever sent it a command. A
 * restart forgets it. Lives on one loop.
 */
public final class Allegiance {
  private Optional<Long> epoch = Optional.empty();

  /** The epoch of the scheduler that is followed; empty as long as none is. */
  public Optional<Long> epoch() {
    return epoch;
  }

  /** Follows a sender, or says why not. One that claims no epoch is a person, who needs none. */
  public Optional<RefusedException> objection(OptionalLong claimed) {
    if (claimed.isEmpty()) {
      return Optional.empty();
    }
    long claim = claimed.getAsLong();
    if (epoch.isPresent() && claim < epoch.get()) {
      return Optional.of(
          new RefusedException(
              Reason.STALE_EPOCH,
              "epoch %d is over, the scheduler of epoch %d leads; leave it to that one, or command"
                      .formatted(claim, epoch.get())
                  + " without an epoch"));
    }
    epoch = Optional.of(claim);
    return Optional.empty();
  }
}
