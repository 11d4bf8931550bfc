package io.ballast.storage.health;

import io.ballast.messages.StorageBeat.Health.Kind;
import io.ballast.messages.StorageBeat.Health.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the kernel says of its arrays in {@code /proc/mdstat}, and what that means. */
final class Mdstat {
  /** {@code md0 : active (read-only) raid1 sdb1[1](F) sda1[0]}. */
  private static final Pattern ARRAY = Pattern.compile("(?<name>\\S+) : (?<state>\\S+)(?<rest>.*)");

  private static final Pattern FAULTY = Pattern.compile("(\\S+)\\[\\d+](?:\\([A-Z]\\))*\\(F\\)");

  /** How many devices it is to have, and how many work: {@code [3/2] [U_U]}. */
  private static final Pattern DEVICES = Pattern.compile("\\[(\\d{1,4})/(\\d{1,4})] \\[[U_]+]");

  /** What the kernel does with it: {@code recovery = 12.6% (...)}, {@code resync=PENDING}. */
  private static final Pattern WORK =
      Pattern.compile("(recovery|resync|reshape|check|repair) *= *([0-9.]+%|[A-Z]+)");

  private Mdstat() {}

  /** How each array fares, in their order; containers of arrays are none. */
  static List<Finding> read(String text) {
    List<Finding> found = new ArrayList<>();
    Optional<Matcher> head = Optional.empty();
    StringBuilder below = new StringBuilder();
    for (String line : text.split("\\R", -1)) {
      Matcher begin = ARRAY.matcher(line);
      boolean begins = begin.matches() && !line.startsWith("Personalities");
      if (begins || line.isBlank() || line.startsWith("unused devices")) {
        head.flatMap(array -> finding(array, below.toString())).ifPresent(found::add);
        head = begins ? Optional.of(begin) : Optional.empty();
        below.setLength(0);
      } else {
        below.append(line).append('\n');
      }
    }
    head.flatMap(array -> finding(array, below.toString())).ifPresent(found::add);
    return found;
  }

  private static Optional<Finding> finding(Matcher head, String below) {
    if (below.contains("super external:") && head.group("state").equals("inactive")) {
      return Optional.empty();
    }
    String name = head.group("name");
    String state = head.group("state");
    Matcher faulty = FAULTY.matcher(head.group("rest"));
    Matcher devices = DEVICES.matcher(below);
    Matcher work = WORK.matcher(below);
    boolean counted = devices.find();
    int wanted = counted ? Integer.parseInt(devices.group(1)) : 0;
    int working = counted ? Integer.parseInt(devices.group(2)) : 0;
    String doing = work.find() ? ", and " + doing(work) : "";
    if (!state.equals("active")) {
      return told(
          name, Verdict.FAILING, "It is %s, and nothing in it can be used.".formatted(state));
    }
    if (counted && working == 0) {
      return told(name, Verdict.FAILING, "None of its %s devices works.".formatted(wanted));
    }
    if (faulty.find()) {
      return told(
          name,
          Verdict.FAILING,
          "Its device %s has failed; %d of %d work%s."
              .formatted(faulty.group(1), working, wanted, doing));
    }
    if (working < wanted) {
      return told(
          name,
          Verdict.WARNING,
          "Only %d of its %d devices work%s.".formatted(working, wanted, doing));
    }
    if (doing.contains("resync") || doing.contains("recovery")) {
      return told(name, Verdict.WARNING, "All of its devices work%s.".formatted(doing));
    }
    return told(name, Verdict.GOOD, "All of its devices work%s.".formatted(doing));
  }

  private static String doing(Matcher work) {
    String progress = work.group(2);
    return "its %s %s"
        .formatted(
            work.group(1),
            progress.endsWith("%") ? "is done to " + progress : "waits for its turn");
  }

  private static Optional<Finding> told(String name, Verdict verdict, String reason) {
    return Optional.of(
        new Finding(Kind.ARRAY, Optional.of(name), Optional.empty(), verdict, reason));
  }
}
