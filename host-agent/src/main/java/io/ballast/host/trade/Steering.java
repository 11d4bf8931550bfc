package io.ballast.host.trade;

import io.ballast.messages.Bytes;
import java.time.Duration;

/** A change to a migration while it is under way. */
public sealed interface Steering {
  /** Let the guest stand still for longer, or for less, at its end. */
  record Pause(Duration most) implements Steering {}

  /** Send so much per second at most, above zero. */
  record Bandwidth(Bytes most) implements Steering {}

  /** Let the guest run on the target now, and send its memory after it. */
  record PostCopy() implements Steering {}
}
