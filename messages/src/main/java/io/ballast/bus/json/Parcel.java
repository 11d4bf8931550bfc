package io.ballast.bus.json;

import io.ballast.bus.Deadline;
import io.ballast.bus.Envelope;
import io.ballast.bus.RefusedException;
import io.ballast.bus.Request;
import io.ballast.bus.Role;
import io.ballast.messages.Command;
import io.ballast.messages.Message;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * A message as its carrier holds it, unread: what AMQP calls properties, and the body. Whatever its
 * sender left out or got wrong is found when it is opened.
 *
 * @param kind the property {@code type}
 * @param id the property {@code message-id}
 * @param sender the property {@code app-id}
 * @param user the property {@code user-id}, which a broker checks
 * @param replyTo where an answer goes
 * @param correlation what an answer has to bear so that its receiver knows which question it is for
 * @param expiration the property of that name: milliseconds that are left for it, as digits, 7 days
 *     at most
 * @param headers {@code epoch}, {@code traceparent}, and {@code within}, which stands for the
 *     expiration of a sender that sets none
 */
public record Parcel(
    Optional<String> kind,
    Optional<String> id,
    Optional<String> sender,
    Optional<String> user,
    Optional<String> replyTo,
    Optional<String> correlation,
    Optional<String> expiration,
    Map<String, Object> headers,
    Buffer body) {
  /** The header with the number of the sender's leadership. */
  public static final String EPOCH = "epoch";

  static final String WITHIN = "within";
  static final String TRACEPARENT = "traceparent";

  private static final long MOST_MILLIS = Request.LONGEST_WITHIN.toMillis();

  /** A message of our own. */
  public static Parcel of(String sender, String id, Message message) {
    return new Parcel(
        Optional.of(Kinds.of(message)),
        Optional.of(id),
        Optional.of(sender),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Map.of(),
        Buffer.buffer(Codec.encode(message)));
  }

  /** A command of our own, with what its request says of time and epoch. */
  public static Parcel of(String sender, Request<?> request) {
    Parcel plain = of(sender, request.id().value(), request.command());
    Map<String, Object> headers =
        request.epoch().isPresent() ? Map.of(EPOCH, request.epoch().getAsLong()) : Map.of();
    return new Parcel(
            plain.kind,
            plain.id,
            plain.sender,
            plain.user,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            headers,
            plain.body)
        .expiringIn(request.within());
  }

  public Parcel answeredAt(String replyTo, String correlation) {
    return new Parcel(
        kind,
        id,
        sender,
        user,
        Optional.of(replyTo),
        Optional.of(correlation),
        expiration,
        headers,
        body);
  }

  /** The same from somebody who logged in to the bus as a user. */
  public Parcel from(String user) {
    return new Parcel(
        kind, id, sender, Optional.of(user), replyTo, correlation, expiration, headers, body);
  }

  public Parcel correlated(Optional<String> correlation) {
    return new Parcel(kind, id, sender, user, replyTo, correlation, expiration, headers, body);
  }

  public Parcel expiringIn(Duration left) {
    return new Parcel(
        kind,
        id,
        sender,
        user,
        replyTo,
        correlation,
        Optional.of(Long.toString(left.toMillis())),
        headers,
        body);
  }

  /** Whether it claims to be a reply, to which there is none. */
  public boolean isReply() {
    return kind.map(name -> name.startsWith("reply.")).orElse(false);
  }

  /** What it says. Fails with a {@link RefusedException} where that can't be made out. */
  public Message open() {
    return Codec.decode(
        kind.orElseThrow(
            () ->
                new RefusedException(
                    Reason.UNKNOWN_KIND,
                    "the property 'type' is missing; it names the kind of message, such as"
                        + " host.inspect-host")),
        body.getBytes());
  }

  /** What it says, if that is a command for a role. */
  public Command<?> command(Role role) {
    Message message = open();
    if (message instanceof Command<?> command && Kinds.role(command) == role) {
      return command;
    }
    throw new RefusedException(
        Reason.UNKNOWN_KIND, "a receiver for " + role.word() + " takes no " + Kinds.of(message));
  }

  /**
   * What it came in, at the moment of its arrival. Fails with a {@link RefusedException} that names
   * the property.
   *
   * @param cast whether nobody waits for the answer
   * @param ticks count from now on the time that is left
   */
  public Envelope envelope(boolean redelivered, boolean cast, LongSupplier ticks) {
    return new Envelope(
        operation(),
        sender.orElse("unknown"),
        user,
        left().map(left -> Deadline.in(left, ticks)),
        epoch(),
        Optional.ofNullable(headers.get(TRACEPARENT)).map(String::valueOf),
        redelivered,
        cast);
  }

  private OperationId operation() {
    String name =
        id.orElseThrow(
            () ->
                malformed(
                    "the property 'message-id' is missing; it makes a command that arrives twice"
                        + " run once"));
    try {
      return new OperationId(name);
    } catch (IllegalArgumentException e) {
      throw malformed("the property 'message-id': " + e.getMessage());
    }
  }

  /** The broker's word for it where there is one: it checks what it is given, and acts on it. */
  private Optional<Duration> left() {
    OptionalLong within = whole(WITHIN);
    if (within.isPresent() && !inTime(within.getAsLong())) {
      throw malformed("the header 'within' must be milliseconds from 0 to " + MOST_MILLIS);
    }
    if (expiration.isPresent()) {
      return expiration.map(this::millis);
    }
    return within.isPresent()
        ? Optional.of(Duration.ofMillis(within.getAsLong()))
        : Optional.empty();
  }

  private Duration millis(String digits) {
    try {
      long millis = Long.parseLong(digits);
      if (inTime(millis)) {
        return Duration.ofMillis(millis);
      }
    } catch (NumberFormatException e) {
      // The same is wrong with it as with a number that is too large.
    }
    throw malformed(
        "the property 'expiration' must be milliseconds in digits, such as 5000, up to "
            + MOST_MILLIS);
  }

  private static boolean inTime(long millis) {
    return millis >= 0 && millis <= MOST_MILLIS;
  }

  private OptionalLong epoch() {
    return whole(EPOCH);
  }

  /** A header with a whole number, in whichever width its sender's client gave it. */
  private OptionalLong whole(String header) {
    return switch (headers.get(header)) {
      case null -> OptionalLong.empty();
      case Long number -> OptionalLong.of(number);
      case Integer number -> OptionalLong.of(number);
      case Short number -> OptionalLong.of(number);
      case Byte number -> OptionalLong.of(number);
      case Object other -> throw malformed("the header '" + header + "' must be a whole number");
    };
  }

  private RefusedException malformed(String what) {
    return Complaint.of(kind.orElse("message"), what);
  }
}
