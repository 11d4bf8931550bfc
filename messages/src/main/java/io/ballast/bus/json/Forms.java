package io.ballast.bus.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdScalarSerializer;
import io.ballast.messages.Bytes;
import io.ballast.messages.Cidr;
import io.ballast.messages.HostId;
import io.ballast.messages.IpAddress;
import io.ballast.messages.Mac;
import io.ballast.messages.OperationId;
import io.ballast.messages.VmId;
import io.ballast.messages.VolumeId;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Function;

/**
 * The JSON forms of values that are no objects: ids, instants and durations are text, amounts of
 * bytes are whole numbers.
 */
final class Forms extends SimpleModule {
  private static final long serialVersionUID = 1;

  private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");
  private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999999999Z");
  private static final Duration LONGEST = Duration.ofDays(36_500);

  Forms() {
    super("ballast-forms");
    text(HostId.class, HostId::new);
    text(VmId.class, VmId::of);
    text(OperationId.class, OperationId::new);
    text(VolumeId.class, VolumeId::of);
    text(Mac.class, Mac::new);
    text(IpAddress.class, IpAddress::new);
    text(Cidr.class, Cidr::of);
    text(Instant.class, Forms::instant);
    text(Duration.class, Forms::duration);
    addSerializer(Bytes.class, new WriteBytes());
    addDeserializer(Bytes.class, new ReadBytes());
  }

  /** A moment in the years that people speak of: its milliseconds fit a long. */
  private static Instant instant(String text) {
    Instant instant = Instant.parse(text);
    if (instant.isBefore(FIRST) || instant.isAfter(LAST)) {
      throw new IllegalArgumentException("an instant lies between " + FIRST + " and " + LAST);
    }
    return instant;
  }

  /** A length of time whose nanoseconds fit a long. */
  private static Duration duration(String text) {
    Duration duration = Duration.parse(text);
    if (duration.abs().compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException("a duration is at most " + LONGEST);
    }
    return duration;
  }

  private <T> void text(Class<T> type, Function<String, T> parse) {
    addSerializer(type, new WriteText<>(type));
    addDeserializer(type, new ReadText<>(type, parse));
  }

  private static final class WriteText<T> extends StdScalarSerializer<T> {
    private static final long serialVersionUID = 1;

    WriteText(Class<T> type) {
      super(type);
    }

    @Override
    public void serialize(T value, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      json.writeString(value.toString());
    }
  }

  private static final class ReadText<T> extends StdScalarDeserializer<T> {
    private static final long serialVersionUID = 1;

    private final transient Function<String, T> parse;

    ReadText(Class<T> type, Function<String, T> parse) {
      super(type);
      this.parse = parse;
    }

    @Override
    public T deserialize(JsonParser json, DeserializationContext context) throws IOException {
      if (!json.hasToken(JsonToken.VALUE_STRING)) {
        throw JsonMappingException.from(json, "not text");
      }
      try {
        return parse.apply(json.getText());
      } catch (RuntimeException e) {
        throw JsonMappingException.from(json, "not of its form", e);
      }
    }
  }

  private static final class WriteBytes extends StdScalarSerializer<Bytes> {
    private static final long serialVersionUID = 1;

    WriteBytes() {
      super(Bytes.class);
    }

    @Override
    public void serialize(Bytes value, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      json.writeNumber(value.value());
    }
  }

  private static final class ReadBytes extends StdScalarDeserializer<Bytes> {
    private static final long serialVersionUID = 1;

    ReadBytes() {
      super(Bytes.class);
    }

    @Override
    public Bytes deserialize(JsonParser json, DeserializationContext context) throws IOException {
      if (!json.hasToken(JsonToken.VALUE_NUMBER_INT)) {
        throw JsonMappingException.from(json, "not a whole number");
      }
      try {
        return new Bytes(json.getLongValue());
      } catch (IllegalArgumentException e) {
        throw JsonMappingException.from(json, "negative", e);
      }
    }
  }
}
