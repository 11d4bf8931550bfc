package io.ballast.net.linux;

import io.ballast.messages.Mac;
import java.util.regex.Pattern;

/** By what this agent knows again what it has made in the kernel's network. */
public final class Mark {
  /** The alias of a bridge that it made, and the name of its table. */
  public static final String NAME = "ballast";

  /** The name of a bridge that does not bear all marks yet. */
  public static final String UNFINISHED = "ba-unfinished";

  /** The handle of a queue that it put on a link. */
  public static final String QUEUE = "ba11:";

  /** The preference of the filter that leads what comes from a guest to its detour. */
  public static final int FILTER = 0xba11;

  private static final Pattern DETOUR = Pattern.compile("ba-[0-9a-f]{12}");

  private static final Pattern SPOOFED = Pattern.compile("spoofed_[0-9a-f]{12}");

  private Mark() {}

  /** The device over which goes what comes from a card, so that it can be limited. */
  public static String detour(Mac card) {
    return "ba-" + bare(card);
  }

  /** Whether a device is some card's detour, by its name. */
  static boolean isDetour(String name) {
    return DETOUR.matcher(name).matches();
  }

  /** The count of what a card sent and may not. */
  static String spoofed(Mac card) {
    return "spoofed_" + bare(card);
  }

  /** Whether that is the name of such a count. */
  static boolean isSpoofed(String name) {
    return SPOOFED.matcher(name).matches();
  }

  private static String bare(Mac card) {
    return card.value().replace(":", "");
  }
}
