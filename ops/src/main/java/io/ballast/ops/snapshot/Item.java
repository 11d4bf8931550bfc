package io.ballast.ops.snapshot;

import com.fasterxml.jackson.databind.JsonNode;
import io.ballast.messages.Bytes;
import io.ballast.messages.HostId;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One object of a snapshot file. Values are asked for by key and type; a wrong one ends in a {@link
 * SnapshotException} that names the place, the key and what it must be. What nobody asks for is
 * passed over, and {@code null} is nothing.
 *
 * @param place as a person finds it: the file, the line, the host or virtual machine
 */
record Item(String place, JsonNode node) {
  /** So much of a wrong value is repeated. */
  private static final int SHOWN = 40;

  private static final Instant END = Instant.parse("+10000-01-01T00:00:00Z");
  private static final double BYTES_PER_MIB = 1 << 20;
  private static final double MILLIS_PER_SECOND = 1000;

  /** A text that is not blank. */
  String text(String key) {
    return textIfAny(key).orElseThrow(() -> missing(key, "a text"));
  }

  Optional<String> textIfAny(String key) {
    return value(key).map(value -> asText(key, value));
  }

  double number(String key, Range range) {
    return numberIfAny(key, range).orElseThrow(() -> missing(key, range.words()));
  }

  Optional<Double> numberIfAny(String key, Range range) {
    return value(key).map(value -> asNumber(key, value, range));
  }

  Bytes bytes(String key, Range range) {
    return bytesOf(number(key, range));
  }

  Optional<Bytes> bytesIfAny(String key) {
    return numberIfAny(key, Range.MEBIBYTES).map(Item::bytesOf);
  }

  Optional<Duration> durationIfAny(String key, Range range) {
    return numberIfAny(key, range)
        .map(seconds -> Duration.ofMillis(Math.round(seconds * MILLIS_PER_SECOND)));
  }

  int whole(String key, int least) {
    return wholeIfAny(key, least).orElseThrow(() -> missing(key, wholeWords(least)));
  }

  /** A whole number of at least {@code least} that an {@code int} can hold. */
  Optional<Integer> wholeIfAny(String key, int least) {
    return longIfAny(key, least, Integer.MAX_VALUE).map(Math::toIntExact);
  }

  Optional<Long> longIfAny(String key, long least, long most) {
    return value(key)
        .map(
            value -> {
              if (!value.isIntegralNumber()
                  || !value.canConvertToLong()
                  || value.longValue() < least
                  || value.longValue() > most) {
                throw wrong(key, value, wholeWords(least));
              }
              return value.longValue();
            });
  }

  /** So many numbers, none negative. */
  Optional<List<Double>> numbersIfAny(String key, int count) {
    return value(key)
        .map(
            value -> {
              if (!value.isArray() || value.size() != count) {
                throw wrong(key, value, "a list of " + count + " numbers");
              }
              List<Double> numbers = new ArrayList<>();
              value.forEach(each -> numbers.add(asNumber(key, each, Range.AT_LEAST_ZERO)));
              return numbers;
            });
  }

  /** Texts; none if nothing is there. */
  List<String> texts(String key) {
    return value(key)
        .map(
            value -> {
              if (!value.isArray()) {
                throw wrong(key, value, "a list of texts");
              }
              List<String> texts = new ArrayList<>();
              value.forEach(each -> texts.add(asText(key, each)));
              return texts;
            })
        .orElse(List.of());
  }

  private SortedMap<String, String> textsByName(String key) {
    SortedMap<String, String> texts = new TreeMap<>();
    itemIfAny(key)
        .ifPresent(
            item -> {
              for (Map.Entry<String, JsonNode> text : item.node.properties()) {
                texts.put(text.getKey(), item.asText(text.getKey(), text.getValue()));
              }
            });
    return texts;
  }

  /** An object within this one. */
  Optional<Item> itemIfAny(String key) {
    return value(key)
        .map(
            value -> {
              if (!value.isObject()) {
                throw wrong(key, value, "an object, such as {}");
              }
              return new Item(place + ": '" + key + "'", value);
            });
  }

  Marks marks() {
    return new Marks(textsByName("labels"), texts("groups"));
  }

  /** One of the constants of an enum. */
  <E extends Enum<E>> E choice(String key, E otherwise) {
    List<E> constants = List.of(otherwise.getDeclaringClass().getEnumConstants());
    return value(key)
        .map(
            value ->
                constants.stream()
                    .filter(constant -> value.isTextual() && word(constant).equals(value.asText()))
                    .findFirst()
                    .orElseThrow(() -> wrong(key, value, oneOf(constants.stream()))))
        .orElse(otherwise);
  }

  /** The id of a host. */
  HostId host(String key) {
    return host(key, text(key));
  }

  /** The ids of hosts; none if nothing is there. */
  List<HostId> hosts(String key) {
    return texts(key).stream().map(text -> host(key, text)).toList();
  }

  /** A moment from 1970 to 9999, such as {@code 2025-03-01T12:00:00Z}. */
  Optional<Instant> instantIfAny(String key) {
    return textIfAny(key).map(text -> asInstant(key, text));
  }

  private Instant asInstant(String key, String text) {
    String words = "a moment from 1970 to 9999, such as \"2025-03-01T12:00:00Z\"";
    try {
      Instant moment = Instant.parse(text);
      if (moment.isBefore(Instant.EPOCH) || !moment.isBefore(END)) {
        throw wrong(key, node.get(key), words);
      }
      return moment;
    } catch (DateTimeException e) {
      throw wrong(key, node.get(key), words);
    }
  }

  /** A constant as files have it: {@code SHUT_OFF} as {@code shut-off}. */
  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  SnapshotException refused(String what) {
    return new SnapshotException(place + ": " + what);
  }

  private HostId host(String key, String text) {
    try {
      return new HostId(text);
    } catch (IllegalArgumentException e) {
      throw refused("'" + key + "': " + e.getMessage());
    }
  }

  private Optional<JsonNode> value(String key) {
    return Optional.ofNullable(node.get(key)).filter(value -> !value.isNull());
  }

  private String asText(String key, JsonNode value) {
    if (!value.isTextual() || value.asText().isBlank()) {
      throw wrong(key, value, "a text that is not empty");
    }
    return value.asText();
  }

  private double asNumber(String key, JsonNode value, Range range) {
    if (!value.isNumber() || !range.holds(value.doubleValue())) {
      throw wrong(key, value, range.words());
    }
    return value.doubleValue();
  }

  private static Bytes bytesOf(double mebibytes) {
    return new Bytes(Math.round(mebibytes * BYTES_PER_MIB));
  }

  private static String wholeWords(long least) {
    return "a whole number" + (least == Long.MIN_VALUE ? "" : " of at least " + least);
  }

  private static String oneOf(Stream<? extends Enum<?>> constants) {
    return "one of "
        + constants.map(constant -> "\"" + word(constant) + "\"").collect(Collectors.joining(", "));
  }

  private SnapshotException missing(String key, String words) {
    return refused("'" + key + "' is missing; it must be " + words);
  }

  private SnapshotException wrong(String key, JsonNode value, String words) {
    String text = value.toString();
    String shown = text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text;
    return refused("'" + key + "' is " + shown + "; it must be " + words);
  }
}
