package io.ballast.bus;

import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What carries a bus under test, and what a stranger can do to it. */
public interface Carrier extends AutoCloseable {
  /** A new member. */
  Bus join(String name);

  /** A new member on another Vert.x, which who asks for it closes. */
  Bus join(String name, Vertx vertx);

  /** Publishes a call as a stranger does, unchecked, and gives what it is answered. */
  Future<Reply> post(Letter letter);

  /** Publishes a cast as a stranger does, unchecked, without waiting for anything. */
  void cast(Letter letter);

  /** What came into the dead letters so far. */
  List<Dead> deadLetters();

  /**
   * A message by a stranger.
   *
   * @param properties {@code type}, {@code message-id} and {@code expiration}, as far as they are
   *     there
   */
  record Letter(
      String address, Map<String, String> properties, Map<String, Object> headers, String body) {
    public static Letter of(String address, String kind, String body) {
      return new Letter(address, Map.of("type", kind, "message-id", "m1"), Map.of(), body);
    }

    public Letter without(String property) {
      Map<String, String> fewer = new HashMap<>(properties);
      fewer.remove(property);
      return new Letter(address, fewer, headers, body);
    }

    public Letter expiring(String expiration) {
      Map<String, String> more = new HashMap<>(properties);
      more.put("expiration", expiration);
      return new Letter(address, more, headers, body);
    }

    public Letter with(String header, Object value) {
      return new Letter(address, properties, Map.of(header, value), body);
    }
  }

  /** A dead letter, without what differs from carrier to carrier. */
  record Dead(String kind, String body, String receiver, Reason reason, String message) {}

  @Override
  void close();
}
