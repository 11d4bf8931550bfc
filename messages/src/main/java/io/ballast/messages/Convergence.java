package io.ballast.messages;

import java.time.Duration;
import java.util.Optional;

/**
 * How a live migration comes to its end.
 *
 * @param needed how long the guest would stand still if what is left were sent now
 * @param allowed how long it may at this moment; more as the migration needs it, up to what was
 *     ordered
 * @param throttle the share of their time that is taken from the guest's processors, in percent, 0
 *     to 99
 * @param postCopy whether the guest runs on the target already, and its memory follows
 * @param left how long it still takes by the rates of now; absent where it would not end by itself
 */
public record Convergence(
    Duration needed, Duration allowed, int throttle, boolean postCopy, Optional<Duration> left) {
  public Convergence {
    Fields.required(needed, "needed");
    Fields.required(allowed, "allowed");
    Fields.atLeastZero(throttle, "throttle");
    Fields.required(left, "left");
  }
}
