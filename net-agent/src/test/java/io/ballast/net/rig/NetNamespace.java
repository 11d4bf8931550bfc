package io.ballast.net.rig;

import com.sun.jna.NativeLong;
import io.ballast.messages.Mac;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A network namespace of a test's own, with a {@code /sys} that shows it. Nothing in it reaches the
 * machine's network, and it goes with this process. Its kernel speaks neither IPv6 nor IGMP of
 * itself.
 */
public final class NetNamespace implements AutoCloseable {
  private static final String KEEP =
      """
      mount -t sysfs sysfs /sys
      echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6
      echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6
      echo 0 > /proc/sys/net/ipv4/igmp_link_local_mcast_reports
      ip link set lo up
      echo ready
      read end
      """;

  private final Process keeper;
  private final List<Tap> taps = new ArrayList<>();

  private NetNamespace(Process keeper) {
    this.keeper = keeper;
  }

  /** Makes one. Needs root. */
  public static NetNamespace open() {
    try {
      Process keeper =
          new ProcessBuilder("unshare", "--net", "--mount", "--", "sh", "-ec", KEEP)
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      if (!"ready".equals(keeper.inputReader().readLine())) {
        throw new IllegalStateException("there can be no network namespace; run this as root");
      }
      return new NetNamespace(keeper);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The words with which a program runs in it. */
  public List<String> inside(List<String> words) {
    List<String> all = new ArrayList<>(List.of("nsenter", "--net=" + net(), "--"));
    all.addAll(words);
    return all;
  }

  /** Its {@code /sys}. */
  public Path sys() {
    return Path.of("/proc/" + keeper.pid() + "/root/sys");
  }

  private String net() {
    return "/proc/" + keeper.pid() + "/ns/net";
  }

  /** What a program prints that runs in it; one that fails is an error. */
  public String run(String... words) {
    return output(inside(List.of(words)));
  }

  static String output(List<String> words) {
    try {
      Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String said =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (!process.waitFor(20, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new IllegalStateException(String.join(" ", words) + " failed: " + said);
      }
      return said;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /**
   * A link in it, up, as libvirt makes one for a card: it bears the card's address with {@code fe}
   * in front. It is there until it is closed.
   */
  public Tap tap(String name, Mac card) {
    int file = opened(name);
    Tap tap = new Tap(name, file);
    taps.add(tap);
    run("ip", "link", "set", name, "address", "fe" + card.value().substring(2), "up");
    return tap;
  }

  /** Opened on a thread that enters the namespace and ends there. */
  private int opened(String name) {
    int[] file = {-1};
    visit(() -> file[0] = openedHere(name));
    return file[0];
  }

  /** Does something on a thread that enters the namespace and ends there. */
  public void visit(Runnable work) {
    Throwable[] failure = new @Nullable Throwable[1];
    Thread visitor =
        Thread.ofPlatform()
            .uncaughtExceptionHandler((thread, why) -> failure[0] = why)
            .start(
                () -> {
                  int space = Libc.CALLS.open(net(), Libc.O_CLOEXEC);
                  Libc.CALLS.setns(space, Libc.CLONE_NEWNET);
                  Libc.CALLS.close(space);
                  work.run();
                });
    try {
      visitor.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (failure[0] != null) {
      throw new IllegalStateException("that can't be done in the namespace", failure[0]);
    }
  }

  private int openedHere(String name) {
    int file = Libc.CALLS.open("/dev/net/tun", Libc.O_RDWR | Libc.O_NONBLOCK | Libc.O_CLOEXEC);
    byte[] request =
        ByteBuffer.allocate(40)
            .order(ByteOrder.nativeOrder())
            .put(name.getBytes(StandardCharsets.US_ASCII))
            .putShort(16, (short) (Libc.IFF_TAP | Libc.IFF_NO_PI))
            .array();
    Libc.CALLS.ioctl(file, new NativeLong(Libc.TUNSETIFF), (Object) request);
    return file;
  }

  @Override
  public void close() {
    taps.forEach(Tap::close);
    keeper.destroy();
  }
}
