package io.ballast.bus;

import io.ballast.messages.Reason;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A message that nobody could read, serve or finish, as it is kept for a person.
 *
 * @param id names it among the dead letters
 * @param kind what it claims to be, empty if nothing
 * @param messageId the property {@code message-id}: of a command, its operation
 * @param sender who sent it, as it calls itself
 * @param user as whom its sender logged in to the bus, which the bus has checked
 * @param exchange where it was published, and under which {@code key}
 * @param receiver the address that it was for, such as {@code host.h1}
 * @param refusedBy the member that refused it; empty if the broker itself laid it aside
 * @param at when that was, by the clock of whoever did it
 * @param message for a person: what was wrong
 */
public record DeadLetter(
    String id,
    String kind,
    Optional<String> messageId,
    Optional<String> sender,
    Optional<String> user,
    String exchange,
    String key,
    String receiver,
    Optional<String> refusedBy,
    Instant at,
    Reason reason,
    String message,
    String body) {

  /**
   * The id under which it can be sent again: its own, or a fresh one where its receiver has said no
   * for good or has never begun it. That did nothing, and remembers the id.
   */
  public Optional<String> nextId(Supplier<String> fresh) {
    return switch (reason) {
      case STALE_EPOCH,
          DUPLICATE_ID,
          NOT_ALLOWED,
          UNKNOWN_HOST,
          UNKNOWN_VM,
          UNKNOWN_POOL,
          UNKNOWN_VOLUME,
          UNKNOWN_BRIDGE,
          UNKNOWN_PORT,
          UNKNOWN_OPERATION,
          NAME_TAKEN,
          INVALID_IMAGE,
          WRONG_STATE,
          INVALID_DOMAIN,
          NOT_MIGRATABLE,
          HYPERVISOR_REFUSED,
          NOT_TRIED,
          INTERNAL ->
          Optional.of(fresh.get());
      case NO_RECEIVER,
          DEADLINE_PASSED,
          BUS_LOST,
          MALFORMED,
          UNKNOWN_KIND,
          BUSY,
          IN_USE,
          NO_ROOM,
          NOT_CONVERGING,
          HYPERVISOR_STUCK,
          MAY_YET_HAPPEN,
          INTERRUPTED,
          NO_JOURNAL,
          HYPERVISOR_UNREACHABLE,
          TRADE_REFUSED,
          CANCELLED,
          NOT_READY ->
          messageId;
    };
  }
}
