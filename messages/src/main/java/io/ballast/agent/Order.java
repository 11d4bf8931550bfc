package io.ballast.agent;

import io.ballast.messages.OperationId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A command that changes something, as an agent remembers it.
 *
 * @param id of the command, and of the operation that it starts
 * @param sender who sent it, as it called itself
 * @param kind what it is called on the wire, such as {@code host.start}
 * @param digest of what it says, the same for the same content; empty while it has not come
 * @param object what it works on, in the words of the trade: commands for one object run one after
 *     the other
 */
public record Order(OperationId id, String sender, String kind, String digest, String object) {
  private static final int DIGEST_CHARACTERS = 32;

  /** The digest of a command: of its kind and of the body in which it travels. */
  static String digest(String kind, byte[] body) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(kind.getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
      return HexFormat.of().formatHex(digest.digest(body)).substring(0, DIGEST_CHARACTERS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** One that was only announced, by a command of that kind. */
  static Order toCome(OperationId id, String sender, String kind) {
    return new Order(id, sender, kind, "", "operation " + id);
  }

  /** Whether this is of the same command as another one under its id, or of any. */
  boolean isOf(Order other) {
    return digest.isEmpty() || digest.equals(other.digest);
  }

  /** What it is, for a person, such as "operation 7f (start)". */
  String words() {
    return "operation " + id + " (" + verb() + ")";
  }

  /** What is done, for a person, such as "shut down". */
  String verb() {
    return kind.substring(kind.indexOf('.') + 1).replace('-', ' ');
  }
}
