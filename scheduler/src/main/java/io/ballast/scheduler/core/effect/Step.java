package io.ballast.scheduler.core.effect;

import io.ballast.messages.HostId;
import io.ballast.messages.Move;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import java.util.List;
import java.util.Optional;

/**
 * What follows because a move came further: an {@link Effect} for the world, or something that the
 * rest of the core has to know.
 */
public sealed interface Step permits Effect, Step.Doubled, Step.Ended, Step.Ignored {
  /** The VM runs on two hosts; said once for a move. */
  record Doubled(Move move, List<HostId> hosts) implements Step {}

  /**
   * A move that was sent has ended.
   *
   * @param move in the state {@code DONE} or {@code FAILED}
   * @param reason of a failure; absent where nobody gave one
   * @param begun whether its migration may have begun; if not, its source refused it
   */
  record Ended(Move move, Optional<Reason> reason, boolean begun) implements Step {}

  /**
   * Nothing was done with an input, and this is why. For a person's wish it is the refusal.
   *
   * @param message for a person
   */
  record Ignored(OperationId move, Reason reason, String message) implements Step {}
}
