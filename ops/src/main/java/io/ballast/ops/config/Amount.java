package io.ballast.ops.config;

import io.ballast.messages.Bytes;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Amounts with units as a person writes them. All methods fail with an {@link
 * IllegalArgumentException} whose message says what form is expected.
 */
public final class Amount {
  private static final Pattern FORM = Pattern.compile("([0-9]{1,12}(?:\\.[0-9]{1,6})?) ?([^0-9]*)");

  private static final Map<String, BigDecimal> MILLIS =
      Map.of(
          "ms", BigDecimal.ONE,
          "s", BigDecimal.valueOf(1_000),
          "m", BigDecimal.valueOf(60_000),
          "min", BigDecimal.valueOf(60_000),
          "h", BigDecimal.valueOf(3_600_000),
          "d", BigDecimal.valueOf(86_400_000));

  private static final Map<String, BigDecimal> BYTES =
      Map.of(
          "B", BigDecimal.ONE,
          "KiB", BigDecimal.valueOf(1L << 10),
          "MiB", BigDecimal.valueOf(1L << 20),
          "GiB", BigDecimal.valueOf(1L << 30),
          "TiB", BigDecimal.valueOf(1L << 40),
          "PiB", BigDecimal.valueOf(1L << 50));

  private static final Map<String, BigDecimal> SHARES =
      Map.of("%", new BigDecimal("0.01"), "", BigDecimal.ONE);

  private Amount() {}

  /** A length of time: {@code 500ms}, {@code 3s}, {@code 2m}, {@code 1.5h}, {@code 7d}. */
  public static Duration duration(String text) {
    String form = "a number and a unit of ms, s, m, h or d, such as 3s";
    return Duration.ofMillis(Math.round(scaled(text, MILLIS, form)));
  }

  /** An amount of data: {@code 96MiB}, {@code 1.5GiB}. */
  public static Bytes bytes(String text) {
    return new Bytes(
        Math.round(
            scaled(
                text,
                BYTES,
                "a number and a unit of B, KiB, MiB, GiB, TiB or PiB, such as 96MiB")));
  }

  /** A share: {@code 80%}, or {@code 0.8} for the same. */
  public static double share(String text) {
    return scaled(text, SHARES, "a share, such as 80% or 0.8");
  }

  private static double scaled(String text, Map<String, BigDecimal> units, String form) {
    Matcher matcher = FORM.matcher(text.strip());
    BigDecimal unit = matcher.matches() ? units.get(matcher.group(2)) : null;
    if (unit == null) {
      throw new IllegalArgumentException("expected " + form);
    }
    return new BigDecimal(matcher.group(1)).multiply(unit).doubleValue();
  }
}
