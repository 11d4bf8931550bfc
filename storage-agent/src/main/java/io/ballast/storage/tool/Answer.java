package io.ballast.storage.tool;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The JSON that a tool prints, or a part of it. What it is asked for it has to hold, in the form
 * that was expected; otherwise it is refused as {@code TRADE_REFUSED}, for what a tool did not tell
 * must not be taken for "there is nothing".
 *
 * @param tool by its name, with what it was asked for
 */
public record Answer(String tool, JsonNode json) {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int SHOWN = 80;

  /**
   * Reads it.
   *
   * @throws RefusedException as {@code TRADE_REFUSED} if it is none
   */
  public static Answer of(String tool, String text) {
    try {
      JsonNode answer = JSON.readTree(text);
      if (!answer.isMissingNode()) {
        return new Answer(tool, answer);
      }
    } catch (JsonProcessingException e) {
      // Told below, by what was printed.
    }
    throw refused(tool, "printed what is no JSON", text);
  }

  /** What is said of an answer that can't be relied upon. */
  RefusedException odd(String why) {
    return refused(tool, "printed " + why, json.toString());
  }

  private static RefusedException refused(String tool, String why, String printed) {
    String begin = printed.strip().replaceAll("\\s+", " ");
    return new RefusedException(
        Reason.TRADE_REFUSED,
        "%s %s, '%s'; look at the tool on this host"
            .formatted(tool, why, begin.substring(0, Math.min(SHOWN, begin.length()))));
  }

  private RefusedException without(String what, String field) {
    return odd("no " + what + " as '" + field + "'");
  }

  /** The objects of which this is a list. */
  List<Answer> all() {
    if (!json.isArray()) {
      throw odd("no list");
    }
    List<Answer> all = new ArrayList<>();
    for (JsonNode one : json) {
      if (!one.isObject()) {
        throw odd("a list of something else");
      }
      all.add(new Answer(tool, one));
    }
    return all;
  }

  /** The objects in a list. */
  List<Answer> all(String field) {
    if (!json.path(field).isArray()) {
      throw without("list", field);
    }
    return new Answer(tool, json.path(field)).all();
  }

  /** An object in it; empty where there is none. */
  Optional<Answer> part(String field) {
    JsonNode part = json.path(field);
    if (part.isMissingNode() || part.isNull()) {
      return Optional.empty();
    }
    if (!part.isObject()) {
      throw without("object", field);
    }
    return Optional.of(new Answer(tool, part));
  }

  /** A text, which may be empty. */
  String text(String field) {
    if (!json.path(field).isTextual()) {
      throw without("text", field);
    }
    return json.path(field).textValue();
  }

  /** A text with something in it. */
  String name(String field) {
    String name = text(field);
    if (name.isBlank()) {
      throw without("name", field);
    }
    return name;
  }

  /** A whole number that fits into 64 bits; may be negative. */
  long whole(String field) {
    JsonNode number = json.path(field);
    if (!number.isIntegralNumber() || !number.canConvertToLong()) {
      throw without("fitting number", field);
    }
    return number.longValue();
  }

  /** A whole number below 2^63 that is not negative. */
  long number(String field) {
    long number = whole(field);
    if (number < 0) {
      throw without("fitting number", field);
    }
    return number;
  }

  /** The same; zero where it is not told. */
  long numberOrZero(String field) {
    return json.has(field) ? number(field) : 0;
  }

  /** Whether something is so. */
  boolean truth(String field) {
    if (!json.path(field).isBoolean()) {
      throw without("truth", field);
    }
    return json.path(field).booleanValue();
  }
}
