package io.ballast.bus.json;

import io.ballast.bus.Envelope;
import io.ballast.bus.RefusedException;
import io.ballast.bus.Request;
import io.ballast.bus.Role;
import io.ballast.messages.Command;
import io.ballast.messages.Message;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.vertx.core.buffer.Buffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A message as its carrier holds it, unread: what AMQP calls properties, and the body. Whatever its
 * sender left out or got wrong is found when it is opened.
 *
 * @param kind the property {@code type}
 * @param id the property {@code message-id}
 * @param sender the property {@code app-id}
 * @param replyTo where an answer goes
 * @param correlation what an answer has to bear so that its receiver knows which question it is for
 * @param headers {@code epoch}, {@code deadline} and {@code traceparent}, where given
 */
public record Parcel(
    Optional<String> kind,
    Optional<String> id,
    Optional<String> sender,
    Optional<String> replyTo,
    Optional<String> correlation,
    Map<String, Object> headers,
    Buffer body) {
  static final String EPOCH = "epoch";
  static final String DEADLINE = "deadline";
  static final String TRACEPARENT = "traceparent";

  /** A message of our own. */
  public static Parcel of(String sender, String id, Message message) {
    return new Parcel(
        Optional.of(Kinds.of(message)),
        Optional.of(id),
        Optional.of(sender),
        Optional.empty(),
        Optional.empty(),
        Map.of(),
        Buffer.buffer(Codec.encode(message)));
  }

  /** A command of our own, with what its request says of deadline and epoch. */
  public static Parcel of(String sender, Request<?> request, Instant deadline) {
    Parcel plain = of(sender, request.id().value(), request.command());
    Map<String, Object> headers = new LinkedHashMap<>();
    headers.put(DEADLINE, deadline.toString());
    request.epoch().ifPresent(epoch -> headers.put(EPOCH, epoch));
    return new Parcel(
        plain.kind,
        plain.id,
        plain.sender,
        Optional.empty(),
        Optional.empty(),
        Map.copyOf(headers),
        plain.body);
  }

  public Parcel answeredAt(String replyTo, String correlation) {
    return new Parcel(
        kind, id, sender, Optional.of(replyTo), Optional.of(correlation), headers, body);
  }

  public Parcel correlated(Optional<String> correlation) {
    return new Parcel(kind, id, sender, replyTo, correlation, headers, body);
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

  /** What it came in. Fails with a {@link RefusedException} that names the property. */
  public Envelope envelope(boolean redelivered) {
    return new Envelope(
        operation(),
        sender.orElse("unknown"),
        deadline(),
        epoch(),
        Optional.ofNullable(headers.get(TRACEPARENT)).map(String::valueOf),
        redelivered);
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

  private Optional<Instant> deadline() {
    try {
      return Optional.ofNullable(headers.get(DEADLINE)).map(at -> Instant.parse(at.toString()));
    } catch (DateTimeException e) {
      throw malformed(
          "the header 'deadline' must be an instant in ISO 8601, such as 2030-01-31T12:00:00Z");
    }
  }

  private OptionalLong epoch() {
    return switch (headers.get(EPOCH)) {
      case null -> OptionalLong.empty();
      case Long epoch -> OptionalLong.of(epoch);
      case Integer epoch -> OptionalLong.of(epoch);
      case Object other -> throw malformed("the header 'epoch' must be a whole number");
    };
  }

  private RefusedException malformed(String what) {
    return Complaint.of(kind.orElse("message"), what);
  }
}
