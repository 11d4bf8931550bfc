package io.ballast.net.ovs;

import io.ballast.net.ovs.Present.Meter;
import io.ballast.net.ovs.Present.RawLimit;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@code ovs-ofctl} prints of meters, read. */
final class MeterDump {
  private static final Pattern HEAD = Pattern.compile("(?m)^\\s*meter=(\\d{1,9})\\s+(.*)$");
  private static final Pattern LIMIT =
      Pattern.compile(
          "kbps burst (?:stats )?bands=\\s*type=drop rate=(\\d{1,18}) burst_size=(\\d{1,18})\\s*");
  private static final Pattern MOST = Pattern.compile("max_meter:(\\d{1,18})");

  private MeterDump() {}

  /** All meters of {@code dump-meters}. */
  static SortedMap<Integer, Meter> read(String printed) {
    SortedMap<Integer, Meter> meters = new TreeMap<>();
    Matcher head = HEAD.matcher(printed);
    int from = -1;
    int number = 0;
    while (head.find()) {
      if (from >= 0) {
        meters.put(number, meter(printed.substring(from, head.start())));
      }
      number = Integer.parseInt(head.group(1));
      from = head.start(2);
    }
    if (from >= 0) {
      meters.put(number, meter(printed.substring(from)));
    }
    return meters;
  }

  private static Meter meter(String text) {
    Matcher limit = LIMIT.matcher(text);
    return new Meter(
        limit.matches()
            ? Optional.of(
                new RawLimit(Long.parseLong(limit.group(1)), Long.parseLong(limit.group(2))))
            : Optional.empty());
  }

  /** Whether {@code meter-features} tells of a bridge that has meters with numbers of ours. */
  static boolean has(String features) {
    Matcher most = MOST.matcher(features);
    return most.find() && Long.parseLong(most.group(1)) >= Metering.FIRST + Metering.COUNT;
  }
}
