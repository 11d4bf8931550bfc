package io.ballast.host.libvirt;

import io.ballast.agent.LaneLimits;
import io.ballast.host.trade.PortRange;
import java.time.Duration;

/**
 * How a host's agent talks to libvirt: where it is and how patient to be with it.
 *
 * @param uri the connection URI, such as {@code qemu:///system}
 * @param migrations that this host sends at the same time
 * @param ports to which migrations come, as libvirt's {@code qemu.conf} says
 */
public record LibvirtSettings(
    String uri,
    Deadlines deadlines,
    KeepAlive keepAlive,
    LaneLimits control,
    int migrations,
    PortRange ports) {

  /** What fits a host with some dozens of virtual machines. */
  public static LibvirtSettings of(String uri) {
    return new LibvirtSettings(
        uri, Deadlines.DEFAULT, KeepAlive.DEFAULT, LaneLimits.DEFAULT, 4, PortRange.MIGRATION);
  }

  public LibvirtSettings {
    if (uri.isBlank()) {
      throw new IllegalArgumentException("the URI of libvirt is empty; use qemu:///system");
    }
    atLeastOne(migrations, "migrations at the same time");
  }

  public LibvirtSettings with(Deadlines other) {
    return new LibvirtSettings(uri, other, keepAlive, control, migrations, ports);
  }

  public LibvirtSettings with(PortRange other) {
    return new LibvirtSettings(uri, deadlines, keepAlive, control, migrations, other);
  }

  /**
   * Times after which a call is given up, each above zero.
   *
   * @param connect for opening a connection
   * @param call for a call that libvirt answers at once when it is well
   * @param slowCall for a start or the end of a domain's process: libvirt gives a process that
   *     hangs 10 s to end before it kills it
   * @param details for what QEMU processes tell of themselves; a sample then goes without
   * @param abort for a migration to end after it was aborted: where the way to the target is cut,
   *     libvirt notices by its keepalive, 30 s by default
   */
  public record Deadlines(
      Duration connect, Duration call, Duration slowCall, Duration details, Duration abort) {
    public static final Deadlines DEFAULT =
        new Deadlines(
            Duration.ofSeconds(5),
            Duration.ofSeconds(10),
            Duration.ofSeconds(60),
            Duration.ofSeconds(2),
            Duration.ofSeconds(60));

    public Deadlines {
      positive(connect, "connect");
      positive(call, "call");
      positive(slowCall, "slowCall");
      positive(details, "details");
      positive(abort, "abort");
    }
  }

  /**
   * When a connection counts as dead: after {@code interval * (count + 1)} without a sign of life.
   *
   * @param interval whole seconds between two questions, at least 1 s
   * @param count questions without an answer, at least 1
   */
  public record KeepAlive(Duration interval, int count) {
    public static final KeepAlive DEFAULT = new KeepAlive(Duration.ofSeconds(3), 2);

    public KeepAlive {
      atLeastOne(interval.toSeconds(), "seconds between keepalive questions");
      atLeastOne(count, "keepalive questions");
    }
  }

  private static void positive(Duration value, String name) {
    if (value.toMillis() < 1) {
      throw new IllegalArgumentException("the deadline '" + name + "' must be at least 1 ms");
    }
  }

  private static void atLeastOne(long value, String name) {
    if (value < 1) {
      throw new IllegalArgumentException("the number of " + name + " must be at least 1");
    }
  }
}
