package io.ballast.ops.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ballast.bus.json.Codec;
import io.ballast.bus.json.Kinds;
import io.ballast.messages.Event;
import io.ballast.messages.Message;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Messages as JSON for programs, in the form in which they travel. */
final class Json {
  private static final ObjectMapper TREES = new ObjectMapper();

  private Json() {}

  /** The JSON of a message. */
  static JsonNode of(Message message) {
    try {
      return TREES.readTree(Codec.encode(message));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The JSON of a part of a message. */
  static JsonNode tree(Object part) {
    try {
      return TREES.readTree(Codec.write(part));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Several lines, for output that is one document. */
  static String pretty(JsonNode node) {
    try {
      return TREES.writerWithDefaultPrettyPrinter().writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One line that says what kind of event it is. */
  static String line(Event event) {
    ObjectNode line = TREES.createObjectNode().put("kind", Kinds.of(event));
    line.setAll((ObjectNode) of(event));
    return line.toString();
  }

  static ObjectMapper trees() {
    return TREES;
  }
}
