package io.ballast.host.meter;

import io.ballast.messages.Bytes;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * The memory of the host, as {@code /proc/meminfo} tells of it.
 *
 * @param used what is not available to new work of any kind
 * @param hugePages free huge pages that nobody has reserved: not used, and to be had only by work
 *     that asks for huge pages
 */
record Memory(Bytes total, Bytes used, Bytes hugePages) {
  private static final long MOST_KIB = Long.MAX_VALUE / 1024;

  /** Reads the file; a line that makes no sense is left out. */
  static Memory of(ProcFile meminfo) throws IOException {
    Map<String, Long> told = new HashMap<>();
    for (String line : meminfo.lines()) {
      String[] words = line.strip().split("[:\\s]+", -1);
      if (words.length > 1) {
        try {
          told.put(words[0], ProcMeter.count(words[1]));
        } catch (NumberFormatException e) {
          // Left out; if it is needed, it is missed below.
        }
      }
    }
    Bytes total = field(told, "MemTotal", meminfo);
    if (total.equals(Bytes.ZERO)) {
      throw meminfo.odd("says that there is no memory");
    }
    Bytes taken = total.minusOrZero(field(told, "MemAvailable", meminfo));
    Bytes huge = hugePages(told, taken);
    return new Memory(total, taken.minusOrZero(huge), huge);
  }

  private static Bytes field(Map<String, Long> told, String name, ProcFile meminfo)
      throws IOException {
    Long kib = told.get(name);
    if (kib == null || kib > MOST_KIB) {
      throw meminfo.odd("has no sensible " + name);
    }
    return Bytes.ofKiB(kib);
  }

  /**
   * The free pages are never available to other work. If there are more than what is not available,
   * they are not of this host: a container is shown those of its machine.
   */
  private static Bytes hugePages(Map<String, Long> told, Bytes taken) {
    long free = told.getOrDefault("HugePages_Free", 0L) - told.getOrDefault("HugePages_Rsvd", 0L);
    long kib = told.getOrDefault("Hugepagesize", 0L);
    if (free <= 0 || kib <= 0 || free > MOST_KIB / kib) {
      return Bytes.ZERO;
    }
    Bytes pages = Bytes.ofKiB(free * kib);
    return pages.compareTo(taken) > 0 ? Bytes.ZERO : pages;
  }
}
