package io.ballast.host.meter;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The processors of the machine, as {@code /proc/stat} tells of them.
 *
 * @param count how many there are, at least 1
 * @param used the time that all of them have worked since the machine started
 */
record Processors(int count, Duration used) {
  /** Ticks per second in the file: {@code USER_HZ}, the same on every Linux. */
  private static final long TICKS_PER_SECOND = 100;

  /** More ticks than any machine has; so many can be added up for all its processors. */
  private static final long TOO_MANY = 100_000_000_000_000L;

  private static final int LEAST_KINDS = 4;
  private static final int KINDS = 8;
  private static final int IDLE = 3;
  private static final int IO_WAIT = 4;

  private static final Pattern ALL = Pattern.compile("cpu\\s.*");
  private static final Pattern ONE = Pattern.compile("cpu\\d{1,6}\\s+\\S.*");

  /**
   * Reads the file. Where its line for all processors makes no sense, the lines of each are added
   * up.
   */
  static Processors of(ProcFile stat) throws IOException {
    List<String> lines = stat.lines();
    List<String> each = lines.stream().filter(line -> ONE.matcher(line).matches()).toList();
    if (each.isEmpty()) {
      throw stat.odd("names no processor");
    }
    List<Ticks> known = each.stream().map(Ticks::of).flatMap(Optional::stream).toList();
    int kinds = known.stream().mapToInt(Ticks::kinds).max().orElse(0);
    long used =
        lines.stream()
            .filter(line -> ALL.matcher(line).matches())
            .findFirst()
            .flatMap(Ticks::of)
            .filter(all -> all.kinds() >= kinds)
            .or(() -> known.stream().reduce(Ticks::plus))
            .orElseThrow(() -> stat.odd("does not tell how long the processors have worked"))
            .used();
    return new Processors(
        each.size(),
        Duration.ofSeconds(used / TICKS_PER_SECOND)
            .plusMillis(used % TICKS_PER_SECOND * (1000 / TICKS_PER_SECOND)));
  }

  /** What one line tells: ticks in so many kinds, and how many of them were work. */
  private record Ticks(int kinds, long used) {
    /** Empty if the line makes no sense. */
    static Optional<Ticks> of(String line) {
      String[] words = line.strip().split("\\s+", -1);
      try {
        long[] ticks =
            Arrays.stream(words).skip(1).limit(KINDS).mapToLong(ProcMeter::count).toArray();
        boolean sensible = Arrays.stream(ticks).allMatch(each -> each < TOO_MANY);
        return ticks.length < LEAST_KINDS || !sensible
            ? Optional.empty()
            : Optional.of(new Ticks(ticks.length, used(ticks)));
      } catch (NumberFormatException e) {
        return Optional.empty();
      }
    }

    private static long used(long[] ticks) {
      long ioWait = ticks.length > IO_WAIT ? ticks[IO_WAIT] : 0;
      return Arrays.stream(ticks).sum() - ticks[IDLE] - ioWait;
    }

    Ticks plus(Ticks other) {
      return new Ticks(Math.max(kinds, other.kinds), used + other.used);
    }
  }
}
