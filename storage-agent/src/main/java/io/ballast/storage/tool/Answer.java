package io.ballast.storage.tool;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;

/** The JSON that a tool prints. */
public final class Answer {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int SHOWN = 80;

  private Answer() {}

  /**
   * Reads it.
   *
   * @throws RefusedException as {@code TRADE_REFUSED} if it is none
   */
  public static JsonNode of(String tool, String text) {
    try {
      JsonNode answer = JSON.readTree(text);
      if (!answer.isMissingNode()) {
        return answer;
      }
    } catch (JsonProcessingException e) {
      // Told below, by what was printed.
    }
    String begin = text.strip().replaceAll("\\s+", " ");
    throw new RefusedException(
        Reason.TRADE_REFUSED,
        "%s printed what is no JSON, '%s'; look at the tool on this host"
            .formatted(tool, begin.substring(0, Math.min(SHOWN, begin.length()))));
  }
}
