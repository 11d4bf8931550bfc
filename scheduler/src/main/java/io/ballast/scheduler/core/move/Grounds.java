package io.ballast.scheduler.core.move;

import io.ballast.messages.HostId;
import io.ballast.messages.Move;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reply;
import java.util.Optional;
import java.util.Set;

/** What a {@link MoveMachine} has to know of the fleet before it sends a move. */
public interface Grounds {
  /** Of a fleet of which nothing is known, so that nothing speaks against a move. */
  Grounds NONE =
      new Grounds() {
        @Override
        public Optional<Reply.Refused> against(Move move) {
          return Optional.empty();
        }

        @Override
        public Set<OperationId> work(HostId host) {
          return Set.of();
        }

        @Override
        public boolean isSilent(HostId host) {
          return false;
        }
      };

  /**
   * Why a move that waited for its turn can't be made now; empty = it can. A reason that passes is
   * one for which a retry can help.
   */
  Optional<Reply.Refused> against(Move move);

  /** The operations that are open on a host by its last beat, whoever began them. */
  Set<OperationId> work(HostId host);

  /** Whether a host was declared silent. */
  boolean isSilent(HostId host);
}
