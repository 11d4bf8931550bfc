package io.ballast.bus.json;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.cfg.MutableCoercionConfig;
import com.fasterxml.jackson.databind.introspect.AnnotatedMember;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Command;
import io.ballast.messages.Message;
import io.ballast.messages.NetworkForm;
import io.ballast.messages.Outcome;
import io.ballast.messages.PoolSource;
import io.ballast.messages.Reason;
import io.ballast.messages.Vlan;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Turns messages into the JSON that travels, and back.
 *
 * <p>Readers are tolerant of what they do not know: unknown fields pass. They are strict about what
 * they need: a missing field, a wrong type or a value out of range is refused, in words that name
 * the kind and the field. Sizes are checked before anything is parsed, depth while it is.
 */
public final class Codec {
  /** The largest body of a command, in bytes. */
  public static final int LARGEST_COMMAND = 1 << 20;

  /** The largest body of a reply, event or beat, in bytes; the picture of a large fleet is long. */
  public static final int LARGEST_ANSWER = 16 << 20;

  /** How deep objects and lists may be nested, unknown fields included. */
  public static final int DEEPEST = 32;

  private static final long UNLIMITED = -1;

  /** The choices that a message may hold, each named by a field {@code type} of its own. */
  static final Map<Class<?>, Map<String, Class<?>>> CHOICES =
      Map.of(
          Outcome.class,
          Map.of(
              "done", Outcome.Done.class,
              "failed", Outcome.Failed.class,
              "unknown", Outcome.Unknown.class),
          PoolSource.class,
          Map.of(
              "folder", PoolSource.Folder.class,
              "file-system", PoolSource.FileSystem.class,
              "network", PoolSource.Network.class,
              "volume-group", PoolSource.VolumeGroup.class,
              "rbd", PoolSource.Rbd.class),
          NetworkForm.class,
          Map.of(
              "bridged", NetworkForm.Bridged.class,
              "nat", NetworkForm.Nat.class,
              "isolated", NetworkForm.Isolated.class),
          Vlan.class,
          Map.of("access", Vlan.Access.class, "trunk", Vlan.Trunk.class));

  static final JsonMapper JSON = mapper(LARGEST_ANSWER);

  /** For what never travels, so that no stranger makes it too long. */
  private static final JsonMapper OWN = mapper(UNLIMITED);

  private Codec() {}

  /**
   * The body of a message. Fails with a {@link RefusedException} of {@code MALFORMED} if it is
   * larger than the bus takes.
   */
  public static byte[] encode(Message message) {
    byte[] body;
    try {
      body = JSON.writeValueAsBytes(message);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("no JSON form of " + Kinds.of(message), e);
    }
    checkSize(Kinds.of(message), message.getClass(), body);
    return body;
  }

  /**
   * The message of a kind that a body holds. Fails with a {@link RefusedException} of {@code
   * UNKNOWN_KIND} or {@code MALFORMED}, whose message names kind and field for a person.
   */
  public static Message decode(String kind, byte[] body) {
    Class<? extends Message> type =
        Kinds.type(kind)
            .orElseThrow(
                () ->
                    new RefusedException(
                        Reason.UNKNOWN_KIND,
                        Complaint.tidy("no kind of message is called " + kind)));
    checkSize(kind, type, body);
    try {
      @Nullable Message message = JSON.readValue(body, type);
      if (message == null) {
        throw Complaint.of(kind, "the body must be a JSON object, not null");
      }
      return message;
    } catch (JsonProcessingException e) {
      throw Complaint.about(kind, type, body, e);
    } catch (IOException e) {
      throw Complaint.of(kind, "the body is no UTF-8 text");
    }
  }

  /** A record that never travels in the form of those that do, such as an entry of a journal. */
  public static byte[] write(Object value) {
    try {
      return OWN.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("no JSON form of " + value.getClass(), e);
    }
  }

  /** What {@link #write} wrote, unknown fields apart. Fails if it is something else. */
  public static <T> T read(byte[] json, Class<T> type) throws IOException {
    @Nullable T value = OWN.readValue(json, type);
    if (value == null) {
      throw new IOException("null instead of a " + type.getSimpleName());
    }
    return value;
  }

  private static void checkSize(String kind, Class<? extends Message> type, byte[] body) {
    int largest = Command.class.isAssignableFrom(type) ? LARGEST_COMMAND : LARGEST_ANSWER;
    if (body.length > largest) {
      throw Complaint.of(
          kind, "the body has " + body.length + " bytes; the bus takes at most " + largest);
    }
  }

  private static JsonMapper mapper(long longest) {
    JsonMapper.Builder builder =
        JsonMapper.builder(
                JsonFactory.builder()
                    .streamReadConstraints(
                        StreamReadConstraints.builder()
                            .maxDocumentLength(longest)
                            .maxStringLength(LARGEST_ANSWER)
                            .maxNestingDepth(DEEPEST)
                            .maxNameLength(1_000)
                            .maxNumberLength(100)
                            .build())
                    .build())
            .addModules(new Jdk8Module(), new Forms())
            .annotationIntrospector(new RequiredUnlessOptional())
            .defaultPropertyInclusion(
                JsonInclude.Value.construct(
                    JsonInclude.Include.NON_ABSENT, JsonInclude.Include.ALWAYS))
            .defaultSetterInfo(JsonSetter.Value.forContentNulls(Nulls.FAIL))
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .withCoercionConfig(LogicalType.Textual, Codec::refuseNumbers);
    CHOICES.forEach(
        (choice, kinds) -> {
          builder.addMixIn(choice, Typed.class);
          kinds.forEach((name, type) -> builder.registerSubtypes(new NamedType(type, name)));
        });
    return builder.build();
  }

  private static void refuseNumbers(MutableCoercionConfig text) {
    text.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
        .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
        .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail);
  }

  /** Says which of a choice an object is by a field of its own. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
  private interface Typed {}

  /** Every component of a record has to be there, unless it is optional or left out if empty. */
  private static final class RequiredUnlessOptional extends JacksonAnnotationIntrospector {
    private static final long serialVersionUID = 1;

    @Override
    public Boolean hasRequiredMarker(AnnotatedMember member) {
      JsonInclude inclusion = requireNonNull(member).getAnnotation(JsonInclude.class);
      boolean leftOut = inclusion != null && inclusion.value() == JsonInclude.Include.NON_EMPTY;
      return member.getRawType() != Optional.class && !leftOut;
    }
  }
}
