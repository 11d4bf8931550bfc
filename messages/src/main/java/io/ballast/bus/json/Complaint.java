package io.ballast.bus.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.exc.StreamReadException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.HostId;
import io.ballast.messages.Message;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.PoolSource;
import io.ballast.messages.Reason;
import io.ballast.messages.VmId;
import io.ballast.messages.VolumeId;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Says to a person what is wrong with a body: which kind, which field, and what should be there.
 *
 * <p>It looks at the body a second time to do so, which only costs whoever sent a bad one.
 */
public final class Complaint {
  private static final int LONGEST = 300;

  private static final Map<Class<?>, String> WORDS =
      Map.ofEntries(
          Map.entry(String.class, "text"),
          Map.entry(boolean.class, "true or false"),
          Map.entry(int.class, "a whole number below 2^31"),
          Map.entry(Integer.class, "a whole number below 2^31"),
          Map.entry(Long.class, "a whole number below 2^63"),
          Map.entry(long.class, "a whole number below 2^63"),
          Map.entry(double.class, "a number"),
          Map.entry(Bytes.class, "a whole number of bytes below 2^63"),
          Map.entry(HostId.class, "the name of a host, as text"),
          Map.entry(VmId.class, "a UUID, as text"),
          Map.entry(OperationId.class, "the id of an operation, as text"),
          Map.entry(VolumeId.class, "a volume, as text such as images/web1.qcow2"),
          Map.entry(UUID.class, "a UUID, as text"),
          Map.entry(Instant.class, "an instant in ISO 8601, such as 2030-01-31T12:00:00Z"),
          Map.entry(Duration.class, "a duration in ISO 8601, such as PT5S"),
          Map.entry(Outcome.class, "an object whose 'type' is done, failed or unknown"),
          Map.entry(
              PoolSource.class,
              "an object whose 'type' is folder, file-system, network, volume-group or rbd"));

  private Complaint() {}

  static RefusedException of(String kind, String what) {
    return new RefusedException(Reason.MALFORMED, tidy(kind + ": " + what));
  }

  static RefusedException about(
      String kind, Class<? extends Message> type, byte[] body, JsonProcessingException failure) {
    return of(kind, what(type, body, failure));
  }

  /** At most a few hundred printable characters, whatever the sender put in. */
  public static String tidy(String text) {
    String printable = text.replaceAll("\\p{C}", "?");
    return printable.length() <= LONGEST ? printable : printable.substring(0, LONGEST) + "...";
  }

  private static String what(
      Class<? extends Message> type, byte[] body, JsonProcessingException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof StreamConstraintsException) {
        return "the body is nested deeper than "
            + Codec.DEEPEST
            + " levels, or has a name or number that is too long";
      }
      if (cause instanceof StreamReadException broken
          && !(cause instanceof InputCoercionException)) {
        return "the body is no JSON: it breaks off or goes wrong at line "
            + broken.getLocation().getLineNr()
            + ", column "
            + broken.getLocation().getColumnNr();
      }
    }
    List<JsonMappingException.Reference> path =
        failure instanceof JsonMappingException mapping ? mapping.getPath() : List.of();
    Optional<String> objection = objection(failure);
    if (objection.isPresent()) {
      return path.isEmpty() ? objection.get() : "field '" + dotted(path) + "': " + objection.get();
    }
    return wrongOrMissing(type, body, path);
  }

  /** What the constructor of one of our records had to say, which is already for a person. */
  private static Optional<String> objection(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause.getClass() == IllegalArgumentException.class && cause.getMessage() != null) {
        return Optional.of(cause.getMessage());
      }
    }
    return Optional.empty();
  }

  private static String wrongOrMissing(
      Class<? extends Message> root, byte[] body, List<JsonMappingException.Reference> path) {
    @Nullable JsonNode node;
    try {
      node = Codec.JSON.readTree(body);
    } catch (IOException e) {
      return "the body goes on after its JSON object";
    }
    @Nullable Type type = root;
    for (JsonMappingException.Reference step : path) {
      type = type == null ? null : below(type, step, node);
      if (node != null) {
        node =
            step.getFieldName() == null ? node.get(step.getIndex()) : node.get(step.getFieldName());
      }
    }
    String place = path.isEmpty() ? "the body" : "field '" + dotted(path) + "'";
    if (node == null || node.isNull() || node.isMissingNode()) {
      return place + (path.isEmpty() ? " is empty" : " is missing");
    }
    return place + " must be " + (type == null ? "something else" : words(type));
  }

  private static String dotted(List<JsonMappingException.Reference> path) {
    StringBuilder dotted = new StringBuilder();
    for (JsonMappingException.Reference step : path) {
      if (step.getFieldName() == null) {
        dotted.append('[').append(step.getIndex()).append(']');
      } else {
        dotted.append(dotted.isEmpty() ? "" : ".").append(step.getFieldName());
      }
    }
    return dotted.toString();
  }

  private static @Nullable Type below(
      Type type, JsonMappingException.Reference step, @Nullable JsonNode node) {
    if (type instanceof ParameterizedType generic) {
      Type[] arguments = generic.getActualTypeArguments();
      Type last = arguments[arguments.length - 1];
      return generic.getRawType() == Optional.class ? below(last, step, node) : last;
    }
    Class<?> plain = (Class<?>) type;
    Map<String, Class<?>> choices = Codec.CHOICES.get(plain);
    @Nullable Class<?> record = choices == null ? plain : chosen(choices, node);
    if (record == null || !record.isRecord()) {
      return null;
    }
    return Arrays.stream(record.getRecordComponents())
        .filter(component -> component.getName().equals(step.getFieldName()))
        .<Type>map(RecordComponent::getGenericType)
        .findAny()
        .orElse(null);
  }

  private static @Nullable Class<?> chosen(Map<String, Class<?>> choices, @Nullable JsonNode node) {
    return node == null ? null : choices.get(node.path("type").asText());
  }

  private static String words(Type type) {
    if (type instanceof ParameterizedType generic) {
      if (generic.getRawType() == Optional.class) {
        return words(generic.getActualTypeArguments()[0]);
      }
      return generic.getRawType() == Map.class ? "a JSON object" : "a list";
    }
    Class<?> plain = (Class<?>) type;
    if (plain.isEnum()) {
      return Arrays.stream(plain.getEnumConstants())
          .map(String::valueOf)
          .collect(Collectors.joining(", ", "one of ", ""));
    }
    return WORDS.getOrDefault(plain, "a JSON object");
  }
}
