package io.ballast.host.meter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.host.meter.HostMeter.LinkCounters;
import io.ballast.host.meter.HostMeter.Reading;
import io.ballast.messages.Bytes;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What kernels and what stands before them have been seen to write, and what is close to it. */
@ExtendWith(VertxExtension.class)
final class OddLinesTest {
  private static final String CPUS =
      """
      cpu0 500 10 150 25000 200 5 6 7 400 0
      cpu1 500 10 150 25000 200 0 0 0 400 0
      """;
  private static final Duration USED = Duration.ofMillis(13_380);
  private static final LinkCounters ETH0 = new LinkCounters(new Bytes(1234), new Bytes(5678));

  @TempDir Path root;
  private ProcMeter meter;

  @BeforeEach
  void aMachine(Vertx vertx) throws IOException {
    meter = new ProcMeter(vertx, root.resolve("proc"), root.resolve("sys"));
    write("proc/stat", "cpu  1000 20 300 50000 400 5 6 7 800 0\n" + CPUS);
    write("proc/meminfo", "MemTotal: 2048000 kB\nMemAvailable: 1548000 kB\n");
    write("proc/loadavg", "0.52 0.58 1.59 2/345 6789\n");
    write("proc/net/dev", dev(""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cpu  1000203005000040056780",
        "cpu  10002030050000400567",
        "cpu1000203005000040056780",
        "cpu  1000 20 300 50000400 5 6 7",
        "cpu  1000 20 300 50000 400 5 6 99999999999999999999",
        "cpu  1000 20 300 50000 400 5 6 9223372036854775807",
        "cpu  a b c d",
        "cpu  ",
        "cpu",
        "",
        "\u00fc\u0000"
      })
  void aLineForAllProcessorsThatMakesNoSenseIsReplacedByTheirSum(String first) throws IOException {
    write("proc/stat", first + "\n" + CPUS);

    Reading reading = meter.readNow();

    assertEquals(USED, reading.cpuUsed());
    assertEquals(2, reading.cpus());
  }

  @Test
  void tabsAndOldKernelsAreRead() throws IOException {
    write("proc/stat", "cpu\t1000 20 300 50000\r\ncpu0\t1000 20 300 50000\n");

    assertEquals(Duration.ofMillis(13_200), meter.readNow().cpuUsed());
    assertEquals(1, meter.readNow().cpus());
  }

  @Test
  void oneProcessorThatMakesNoSenseDoesNotHideTheSumOfAll() throws IOException {
    write(
        "proc/stat", "cpu  1000 20 300 50000 400 5 6 7\ncpu0 x\ncpu1 500 10 150 25000 200 0 0 0\n");

    assertEquals(USED, meter.readNow().cpuUsed());
    assertEquals(2, meter.readNow().cpus());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "proc/stat|''|names no processor",
        "proc/stat|cpu  1 2 3 4 5 6 7 8|names no processor",
        "proc/stat|cpu0 x|does not tell how long the processors have worked",
        "proc/meminfo|''|has no sensible MemTotal",
        "proc/meminfo|MemTotal: 0 kB|says that there is no memory",
        "proc/meminfo|MemTotal: many kB|has no sensible MemTotal",
        "proc/meminfo|MemTotal: 9223372036854775807 kB|has no sensible MemTotal",
        "proc/meminfo|MemTotal: 2048000 kB|has no sensible MemAvailable",
        "proc/loadavg|''|has no three load averages",
        "proc/loadavg|0.52 0.58|has no three load averages",
        "proc/loadavg|nan 0.58 1.59|has 'nan' where",
        "proc/loadavg|NaN 0.58 1.59|has 'NaN' where",
        "proc/loadavg|0,52 0,58 1,59|has '0,52' where",
        "proc/loadavg|-1 0 0|has '-1' where",
        "sys/fs/cgroup/cpu.max|half 100000|has 'half' where",
        "sys/fs/cgroup/cpu.max|50000 0|has a quota of 50000 us in 0 us"
      })
  void whatCantBeDoneWithoutIsNamedWithItsFile(String file, String text, String what)
      throws IOException {
    write("sys/fs/cgroup/cpu.stat", "usage_usec 2500000\n");
    write(file, text + "\n");

    IOException e = assertThrows(IOException.class, meter::readNow);

    assertTrue(
        String.valueOf(e.getMessage()).startsWith(root.resolve(file) + " " + what), e::toString);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "  br10:30: 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0",
        "br10:30:0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0",
        "\tbr10:30:\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0"
      })
  void aNameWithColonsIsALinkToo(String line) throws IOException {
    write("proc/net/dev", dev(line));

    assertEquals(
        Map.of("eth0", ETH0, "br10:30", new LinkCounters(Bytes.ZERO, Bytes.ZERO)),
        meter.readNow().links());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "eth1:",
        "eth1: 1 2 3",
        "eth1: 1 2 3 4 5 6 7 8 nine 10",
        "eth1: 99999999999999999999 0 0 0 0 0 0 0 0",
        ": 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0",
        "   : 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0",
        "eth1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0",
        "\u00fc\u865a"
      })
  void aLineThatIsNoLinkIsLeftOutAndAllElseIsTold(String line) throws IOException {
    write("proc/net/dev", dev(line));

    assertEquals(Map.of("eth0", ETH0), meter.readNow().links());
  }

  @Test
  void aNameThatIsNoUtf8StopsNothing() throws IOException {
    Path dev = root.resolve("proc/net/dev");
    Files.write(dev, dev("caf\u00e9: 1 0 0 0 0 0 0 0 2").getBytes(StandardCharsets.ISO_8859_1));

    assertEquals(2, meter.readNow().links().size());
    assertEquals(ETH0, meter.readNow().links().get("eth0"));
  }

  @Test
  void freeHugePagesAreNotUsedAndOnlyForThoseWhoUseThem() throws IOException {
    write("proc/meminfo", huge(28_672, 24_576, 0));

    Reading reading = meter.readNow();

    assertEquals(Bytes.ofMiB(10 * 1024), reading.memoryUsed());
    assertEquals(Bytes.ofMiB(48 * 1024), reading.hugePages());
  }

  @ParameterizedTest
  @CsvSource({
    "24576, 8192, 26, 32",
    "24576, 24576, 58, 0",
    "100, 200, 58, 0",
    "0, 0, 58, 0",
    "9223372036854775807, 0, 58, 0",
    "40000, 0, 58, 0"
  })
  void hugePagesThatAreReservedOrCantBeAreUsed(long free, long reserved, int used, int huge)
      throws IOException {
    write("proc/meminfo", huge(28_672, free, reserved));

    Reading reading = meter.readNow();

    assertEquals(Bytes.ofMiB(used * 1024L), reading.memoryUsed());
    assertEquals(Bytes.ofMiB(huge * 1024L), reading.hugePages());
  }

  @Test
  void linesOfMemoryThatAreNotNeededMayBeOdd() throws IOException {
    write(
        "proc/meminfo",
        """
        MemTotal:\t2048000 kB

        :
        Cached: -5 kB
        HugePages_Free: few
        Hugepagesize:
        MemAvailable: 1548000
        Active(file): 1 kB
        """);

    Reading reading = meter.readNow();

    assertEquals(Bytes.ofKiB(500_000), reading.memoryUsed());
    assertEquals(Bytes.ZERO, reading.hugePages());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "some avg10=\n", "some avg10=NaN avg60=1\n", "some avg10=x\n", "full\n"})
  void aPressureThatMakesNoSenseIsNotTold(String odd) throws IOException {
    for (String resource : new String[] {"cpu", "memory", "io"}) {
      write("proc/pressure/" + resource, "some avg10=1.00 avg60=0\nfull avg10=1.00 avg60=0\n");
    }
    assertTrue(meter.readNow().pressure().isPresent());
    write("proc/pressure/io", odd);

    assertEquals(Optional.empty(), meter.readNow().pressure());
    assertEquals(USED, meter.readNow().cpuUsed());
  }

  private static String dev(String line) {
    return """
    Inter-|   Receive                                                |  Transmit
     face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs
        lo: 999 1 0 0 0 0 0 0 999 1 0 0 0 0 0 0
    %s
      eth0: 1234 10 0 0 0 0 0 0 5678 20 0 0 0 0 0 0
    """
        .formatted(line);
  }

  private static String huge(long total, long free, long reserved) {
    return """
    MemTotal:       67108864 kB
    MemAvailable:    6291456 kB
    HugePages_Total:   %d
    HugePages_Free:    %d
    HugePages_Rsvd:    %d
    Hugepagesize:       2048 kB
    """
        .formatted(total, free, reserved);
  }

  private void write(String file, String text) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }
}
