package io.ballast.bus.rabbit;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.rabbitmq.client.BasicProperties;
import io.ballast.bus.DeadLetter;
import io.ballast.messages.Reason;
import io.vertx.rabbitmq.RabbitMQMessage;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Date;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a dead letter says of itself: by the headers of a {@link Burial}, or by {@code x-death}
 * where the broker itself laid it aside. Whatever a stranger put there is read too.
 */
final class Epitaph {
  private static final String X_DEATH = "x-death";

  /** What a broker adds, and what counts from a moment that is over. */
  private static final Set<String> NOT_THEIRS =
      Set.of(
          X_DEATH,
          "x-first-death-reason",
          "x-first-death-queue",
          "x-first-death-exchange",
          "x-last-death-reason",
          "x-last-death-queue",
          "x-last-death-exchange",
          "x-delivery-count",
          "x-acquired-count",
          "within");

  private static final int ID_BYTES = 4;

  private Epitaph() {}

  static DeadLetter read(RabbitMQMessage message) {
    Map<String, Object> headers = headers(message.properties());
    return headers.get(X_DEATH) instanceof List<?> deaths
            && !deaths.isEmpty()
            && deaths.getFirst() instanceof Map<?, ?> death
        ? laidAside(message, death)
        : buried(message, headers);
  }

  private static DeadLetter buried(RabbitMQMessage message, Map<String, Object> headers) {
    Optional<Reason> reason =
        Stream.of(Reason.values())
            .filter(each -> each.name().equals(text(headers, Burial.REASON)))
            .findAny();
    return letter(
        message,
        new Grave(
            text(headers, Burial.EXCHANGE),
            text(headers, Burial.ROUTING_KEY),
            text(headers, Burial.RECEIVER),
            Optional.of(text(headers, Burial.REFUSED_BY)).filter(name -> !name.isEmpty()),
            Optional.of(text(headers, Burial.USER)).filter(user -> !user.isEmpty()),
            instant(text(headers, Burial.REFUSED_AT)),
            reason.orElse(Reason.INTERNAL),
            reason.isPresent()
                ? text(headers, Burial.MESSAGE)
                : "it was put here by hand, without a reason that is known"));
  }

  private static DeadLetter laidAside(RabbitMQMessage message, Map<?, ?> death) {
    String queue = text(death, "queue");
    String key =
        death.get("routing-keys") instanceof List<?> keys && !keys.isEmpty()
            ? String.valueOf(keys.getFirst())
            : "";
    String why = text(death, "reason");
    Instant at = death.get("time") instanceof Date time ? time.toInstant() : Instant.EPOCH;
    return letter(
        message,
        new Grave(
            text(death, "exchange"),
            key,
            key,
            Optional.empty(),
            Optional.ofNullable(message.properties().getUserId()),
            at,
            reason(why),
            words(why, key, queue)));
  }

  private static Reason reason(String why) {
    return switch (why) {
      case "expired" -> Reason.DEADLINE_PASSED;
      case "maxlen" -> Reason.BUSY;
      case "delivery_limit" -> Reason.MAY_YET_HAPPEN;
      default -> Reason.INTERNAL;
    };
  }

  private static String words(String why, String key, String queue) {
    return switch (why) {
      case "expired" -> "nobody took it at " + key + " before its time was over";
      case "delivery_limit" ->
          "it was delivered to "
              + key
              + " three times, and each time the receiver was gone before it had answered; see its"
              + " log, and whether it was done";
      default -> "the broker laid it aside from the queue " + queue + ": " + why;
    };
  }

  /** Where a message died, when and of what. */
  private record Grave(
      String exchange,
      String key,
      String receiver,
      Optional<String> refusedBy,
      Optional<String> user,
      Instant at,
      Reason reason,
      String message) {}

  private static DeadLetter letter(RabbitMQMessage message, Grave grave) {
    BasicProperties properties = message.properties();
    String kind = Optional.ofNullable(properties.getType()).orElse("");
    return new DeadLetter(
        id(message, kind, grave),
        kind,
        Optional.ofNullable(properties.getMessageId()),
        Optional.ofNullable(properties.getAppId()),
        grave.user(),
        grave.exchange(),
        grave.key(),
        grave.receiver(),
        grave.refusedBy(),
        grave.at(),
        grave.reason(),
        grave.message(),
        message.body().toString(UTF_8));
  }

  private static String id(RabbitMQMessage message, String kind, Grave grave) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(
          List.of(kind, String.valueOf(message.properties().getMessageId()), grave)
              .toString()
              .getBytes(UTF_8));
      digest.update(message.body().getBytes());
      return HexFormat.of().formatHex(digest.digest(), 0, ID_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** The same letter once more: {@code 0a1b2c3d-2}. */
  static DeadLetter copy(DeadLetter letter, int number) {
    return new DeadLetter(
        letter.id() + "-" + number,
        letter.kind(),
        letter.messageId(),
        letter.sender(),
        letter.user(),
        letter.exchange(),
        letter.key(),
        letter.receiver(),
        letter.refusedBy(),
        letter.at(),
        letter.reason(),
        letter.message(),
        letter.body());
  }

  /** The headers that its sender gave a message, without those that no longer hold. */
  static Map<String, Object> originalHeaders(RabbitMQMessage message) {
    Map<String, Object> headers = headers(message.properties());
    Map<String, Object> theirs = new HashMap<>();
    if (headers.containsKey(X_DEATH)) {
      theirs.putAll(headers);
    } else if (headers.get(Burial.HEADERS) instanceof Map<?, ?> nested) {
      nested.forEach((name, value) -> theirs.put(String.valueOf(name), value));
    }
    theirs.keySet().removeAll(NOT_THEIRS);
    return theirs;
  }

  private static Map<String, Object> headers(BasicProperties properties) {
    return Optional.ofNullable(properties.getHeaders()).orElse(Map.of());
  }

  private static String text(Map<?, ?> headers, String name) {
    return Optional.ofNullable(headers.get(name)).map(String::valueOf).orElse("");
  }

  private static Instant instant(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      return Instant.EPOCH;
    }
  }
}
