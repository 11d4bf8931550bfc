package io.ballast.ops.snapshot;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ballast.messages.Bytes;
import java.time.Duration;
import java.util.Collection;

/** One object of a snapshot file as it is written. Keys stand in the order in which they come. */
record Line(ObjectNode node) {
  /** Up to here all whole numbers are exact as floating-point ones too. */
  private static final double LARGEST_WHOLE = 0x1p53;

  private static final double MILLIS_PER_SECOND = 1000;

  Line() {
    this(JsonNodeFactory.instance.objectNode());
  }

  Line text(String key, String text) {
    node.put(key, text);
    return this;
  }

  /** A constant as {@link Item#word} has it. */
  Line word(String key, Enum<?> constant) {
    return text(key, Item.word(constant));
  }

  Line whole(String key, long number) {
    node.put(key, number);
    return this;
  }

  /** A number, exactly; without a point if it is whole. */
  Line number(String key, double number) {
    node.set(key, exact(number));
    return this;
  }

  Line numbers(String key, double... numbers) {
    for (double number : numbers) {
      node.withArrayProperty(key).add(exact(number));
    }
    return this;
  }

  /** In MiB. */
  Line bytes(String key, Bytes bytes) {
    return number(key, bytes.toMiB());
  }

  /** In seconds. */
  Line duration(String key, Duration duration) {
    return number(key, duration.toMillis() / MILLIS_PER_SECOND);
  }

  /** Nothing if there are none. */
  Line texts(String key, Collection<?> texts) {
    texts.forEach(text -> node.withArrayProperty(key).add(text.toString()));
    return this;
  }

  Line object(String key, Line object) {
    node.set(key, object.node);
    return this;
  }

  Line marks(Marks marks) {
    if (!marks.labels().isEmpty()) {
      Line labels = new Line();
      marks.labels().forEach(labels::text);
      object("labels", labels);
    }
    return texts("groups", marks.groups());
  }

  private static JsonNode exact(double number) {
    return number == Math.rint(number) && Math.abs(number) <= LARGEST_WHOLE
        ? LongNode.valueOf((long) number)
        : DoubleNode.valueOf(number);
  }
}
