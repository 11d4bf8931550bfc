package io.ballast.ops.screen;

import java.nio.charset.Charset;
import java.util.List;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.Ansi.IStyle;
import picocli.CommandLine.Help.Ansi.Style;
import picocli.CommandLine.Help.Ansi.Text;
import picocli.CommandLine.Help.ColorScheme;

/**
 * What text is written with: colours or none, and the characters that the output can show.
 *
 * @param colours whether text carries colours
 * @param blocks whether bars and arrows may use characters beyond ASCII
 */
public record Ink(boolean colours, boolean blocks) {
  /** Without colours, and with all characters. */
  public static final Ink PLAIN = new Ink(false, true);

  private static final ColorScheme COLOURED = Help.defaultColorScheme(Ansi.ON);
  private static final ColorScheme COLOURLESS = Help.defaultColorScheme(Ansi.OFF);
  private static final String EIGHTHS = " ▏▎▍▌▋▊▉█";

  /** With characters beyond ASCII exactly where {@code charset} has them. */
  public static Ink of(boolean colours, Charset charset) {
    return new Ink(colours, charset.canEncode() && charset.newEncoder().canEncode(EIGHTHS + "→…·"));
  }

  /** Text without colour; control characters in it become {@code ?}. */
  public Text text(String text) {
    return styled(text);
  }

  /** What matters most in a line. */
  public Text strong(String text) {
    return styled(text, Style.bold);
  }

  /** What may be overlooked. */
  public Text faint(String text) {
    return styled(text, Style.faint);
  }

  /** What is well. */
  public Text good(String text) {
    return styled(text, Style.fg_green);
  }

  /** What deserves a look. */
  public Text doubtful(String text) {
    return styled(text, Style.fg_yellow);
  }

  /** What is wrong. */
  public Text bad(String text) {
    return styled(text, Style.fg_red);
  }

  /** What is wrong and must not be overlooked. */
  public Text alarming(String text) {
    return styled(text, Style.fg_red, Style.bold);
  }

  /** From here to there. */
  public String arrow() {
    return blocks ? "→" : "->";
  }

  /** What stands for the part of a text that had no room. */
  String ellipsis() {
    return blocks ? "…" : "~";
  }

  /**
   * A bar of {@code cells} characters that is full at 1; ratios beyond 0 and 1 count as those.
   *
   * @return the filled and the empty part
   */
  Bar bar(double ratio, int cells) {
    double share = Math.clamp(ratio, 0, 1);
    if (!blocks) {
      int full = (int) Math.round(share * cells);
      return new Bar("#".repeat(full), ".".repeat(cells - full));
    }
    int eighths = (int) Math.round(share * cells * 8);
    String full = "█".repeat(eighths / 8);
    String part = eighths % 8 == 0 ? "" : EIGHTHS.substring(eighths % 8, eighths % 8 + 1);
    return new Bar(full + part, "·".repeat(cells - full.length() - part.length()));
  }

  /** The two parts of a bar. */
  record Bar(String full, String empty) {}

  private Text styled(String text, IStyle... styles) {
    StringBuilder clean = new StringBuilder(text.length());
    text.chars().forEach(c -> clean.append(Character.isISOControl(c) ? '?' : (char) c));
    return (colours ? COLOURED : COLOURLESS).apply(clean.toString(), List.of(styles));
  }
}
