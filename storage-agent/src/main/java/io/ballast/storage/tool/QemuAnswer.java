package io.ballast.storage.tool;

import com.fasterxml.jackson.databind.JsonNode;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What QEMU's tool for disk images found out, for a person. */
public final class QemuAnswer {
  private static final Pattern MISMATCH = Pattern.compile("mismatch at offset (\\d+)");

  private QemuAnswer() {}

  /**
   * What a check found and mended, for a person.
   *
   * @throws RefusedException as {@code INVALID_IMAGE} where errors stay
   */
  public static String verdict(String printed) {
    JsonNode found = Answer.of("qemu-img check", printed);
    long damaged = found.path("corruptions").asLong() + found.path("check-errors").asLong();
    long mended = found.path("corruptions-fixed").asLong();
    long leaks = found.path("leaks").asLong();
    long gained = found.path("leaks-fixed").asLong();
    if (damaged > 0) {
      throw new RefusedException(
          Reason.INVALID_IMAGE,
          "it is damaged: %s; take a copy, then repair it".formatted(count(damaged, "error")));
    }
    String errors = mended > 0 ? count(mended, "error") + " repaired" : "no errors";
    String lost = leaks > 0 ? ", " + count(leaks, "cluster") + " that nothing refers to" : "";
    String won = gained > 0 ? ", " + count(gained, "cluster") + " given back" : "";
    return errors + lost + won;
  }

  private static String count(long count, String noun) {
    return count + " " + noun + (count == 1 ? "" : "s");
  }

  /**
   * What a comparison found, for a person.
   *
   * @throws RefusedException as {@code WRONG_STATE} where the images differ
   */
  public static String same(String printed) {
    if (printed.contains("identical")) {
      return printed.contains("size mismatch")
          ? "they hold the same, but for zeros at the end of the larger one"
          : "they hold the same";
    }
    Matcher at = MISMATCH.matcher(printed);
    throw new RefusedException(
        Reason.WRONG_STATE,
        at.find()
            ? "they differ, first at byte " + at.group(1)
            : "they differ: " + printed.strip().replaceAll("\\s+", " "));
  }
}
