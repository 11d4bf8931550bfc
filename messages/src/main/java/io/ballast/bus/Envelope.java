package io.ballast.bus;

import io.ballast.messages.OperationId;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a received command came in, apart from what it says.
 *
 * @param id names the command and the operation that it starts
 * @param sender who sent it, as it calls itself
 * @param user as whom its sender logged in to the bus, which the bus has checked; empty if it does
 *     not say
 * @param deadline when the time that its sender gave it, counted from its arrival, is over; a
 *     receiver never starts it later
 * @param epoch the number of the sender's leadership, if it claims one
 * @param traceparent the trace that it belongs to, in the form of W3C Trace Context
 * @param redelivered whether the bus may have delivered it before
 * @param cast whether nobody waits for the answer
 */
public record Envelope(
    OperationId id,
    String sender,
    Optional<String> user,
    Optional<Deadline> deadline,
    OptionalLong epoch,
    Optional<String> traceparent,
    boolean redelivered,
    boolean cast) {}
