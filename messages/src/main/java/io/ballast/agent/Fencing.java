package io.ballast.agent;

import io.ballast.bus.Envelope;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * From whom an agent takes commands that change something: from the scheduler of the highest epoch
 * that it ever followed in its cluster, and without an epoch from those whom its configuration
 * names. Lives on one loop.
 *
 * @param cluster whose schedulers count
 * @param named the users of the bus who need no epoch
 */
record Fencing(String cluster, Set<String> named, Memory memory) {
  /**
   * How much higher than the last one the next epoch may be. Each start of a scheduler takes the
   * next number, so that more is a mistake, or somebody who wants to keep the schedulers out.
   */
  static final long LARGEST_STEP = 1_000_000;

  /** Why a command may not be carried out, whatever it says. */
  Optional<RefusedException> objection(Envelope envelope) {
    if (envelope.epoch().isEmpty()) {
      return envelope.user().filter(named::contains).isPresent()
          ? Optional.empty()
          : refused(Reason.NOT_ALLOWED, stranger(envelope));
    }
    long claim = envelope.epoch().getAsLong();
    long followed = followed();
    Optional<RefusedException> stale = stale(Optional.of(claim));
    if (stale.isPresent()) {
      return stale;
    }
    if (claim - followed > LARGEST_STEP) {
      return refused(
          Reason.NOT_ALLOWED,
          ("epoch %d is too far from the %d that this agent follows; a scheduler counts its starts,"
                  + " see 'Epochs' in operate.md")
              .formatted(claim, followed));
    }
    return Optional.empty();
  }

  /** Why a command of an epoch is not begun any more, though it was once accepted. */
  Optional<RefusedException> stale(Optional<Long> epoch) {
    long followed = followed();
    return epoch.isPresent() && epoch.get() < followed
        ? refused(
            Reason.STALE_EPOCH,
            "epoch %d is over, the scheduler of epoch %d leads; leave it to that one, or command"
                    .formatted(epoch.get(), followed)
                + " without an epoch")
        : Optional.empty();
  }

  private static String stranger(Envelope envelope) {
    return envelope
            .user()
            .map(user -> "the user '" + user + "' may not command without an epoch")
            .orElse("a command without an epoch must say by its property 'user-id' who sends it")
        + "; agent.commanders names those who may";
  }

  private long followed() {
    return memory.epoch(cluster).orElse(0L);
  }

  /** What is written down of an acceptance, and before it its epoch, if it is the first of that. */
  Entry[] accepting(Optional<Long> epoch, Entry... acceptance) {
    return epoch.isPresent() && epoch.get() > followed()
        ? Stream.concat(Stream.of(new Entry.Followed(cluster, epoch.get())), Stream.of(acceptance))
            .toArray(Entry[]::new)
        : acceptance;
  }

  private static Optional<RefusedException> refused(Reason reason, String message) {
    return Optional.of(new RefusedException(reason, message));
  }
}
