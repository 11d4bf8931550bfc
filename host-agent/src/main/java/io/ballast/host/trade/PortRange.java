package io.ballast.host.trade;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Ports from one to another.
 *
 * @param first 1 to 65535
 * @param last not before the first, to 65535
 */
public record PortRange(int first, int last) {
  /** To which migrations come, unless libvirt's {@code qemu.conf} says otherwise. */
  public static final PortRange MIGRATION = new PortRange(49_152, 49_215);

  private static final Pattern FORM = Pattern.compile("([0-9]{1,5})-([0-9]{1,5})");
  private static final int MOST = 65_535;

  public PortRange {
    if (first < 1 || last > MOST || first > last) {
      throw new IllegalArgumentException(
          "%d-%d is no range of ports; write it as 49152-49215".formatted(first, last));
    }
  }

  /**
   * Reads a range such as {@code 49152-49215}.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static PortRange of(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new IllegalArgumentException(
          "'%s' is no range of ports; write it as 49152-49215".formatted(text));
    }
    return new PortRange(Integer.parseInt(form.group(1)), Integer.parseInt(form.group(2)));
  }

  @Override
  public String toString() {
    return first + "-" + last;
  }
}
