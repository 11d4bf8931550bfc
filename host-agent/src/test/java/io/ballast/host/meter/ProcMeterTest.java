package io.ballast.host.meter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.host.meter.HostMeter.LinkCounters;
import io.ballast.host.meter.HostMeter.Reading;
import io.ballast.messages.Bytes;
import io.ballast.messages.HostBeat.Pressure;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(VertxExtension.class)
final class ProcMeterTest {
  @TempDir Path root;
  private ProcMeter meter;

  @BeforeEach
  void aMachine(Vertx vertx) throws IOException {
    meter = new ProcMeter(vertx, root.resolve("proc"), root.resolve("sys"));
    write(
        "proc/stat",
        """
        cpu  1000 20 300 50000 400 5 6 7 800 0
        cpu0 500 10 150 25000 200 5 6 7 400 0
        cpu1 500 10 150 25000 200 0 0 0 400 0
        intr 1 2 3
        """);
    write(
        "proc/meminfo",
        """
        MemTotal:        2048000 kB
        MemFree:          100000 kB
        MemAvailable:    1548000 kB
        Cached:          18446744073709549568 kB
        HugePages_Total:       0
        """);
    write("proc/loadavg", "0.52 0.58 1.59 2/345 6789\n");
    write(
        "proc/net/dev",
        """
        Inter-|   Receive                                                |  Transmit
         face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs
            lo: 999 1 0 0 0 0 0 0 999 1 0 0 0 0 0 0
          eth0: 1234 10 0 0 0 0 0 0 5678 20 0 0 0 0 0 0
        vnet0:42 1 0 0 0 0 0 0 43 2 0 0 0 0 0 0
        """);
  }

  @Test
  void aMachineIsReadFromProc() throws IOException {
    write("proc/pressure/cpu", pressure("some", 40.07));
    write("proc/pressure/memory", pressure("some", 3.5) + pressure("full", 2.5));
    write("proc/pressure/io", pressure("some", 20) + pressure("full", 10));

    Reading reading = meter.readNow();

    assertEquals(2, reading.cpus());
    assertEquals(Duration.ofMillis(13_380), reading.cpuUsed());
    assertEquals(Bytes.ofKiB(2_048_000), reading.memory());
    assertEquals(Bytes.ofKiB(500_000), reading.memoryUsed());
    assertEquals(List.of(0.52, 0.58, 1.59), reading.averages());
    assertEquals(
        Optional.of(new Pressure(0.4007, 0.035, 0.025, 0.2, 0.1)), rounded(reading.pressure()));
    assertEquals(
        Map.of(
            "eth0", new LinkCounters(new Bytes(1234), new Bytes(5678)),
            "vnet0", new LinkCounters(new Bytes(42), new Bytes(43))),
        reading.links());
  }

  @Test
  void aKernelWithoutPressureTellsNone() throws IOException {
    assertEquals(Optional.empty(), meter.readNow().pressure());
  }

  @Test
  void aQuotaOfVersion1IsTheCapacityAndItsGroupTheUse() throws IOException {
    write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "50000\n");
    write("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
    write("sys/fs/cgroup/cpuacct/cpuacct.usage", "7500000000\n");
    write("proc/pressure/cpu", pressure("some", 40));
    write("proc/pressure/memory", pressure("some", 0) + pressure("full", 0));
    write("proc/pressure/io", pressure("some", 0) + pressure("full", 0));

    Reading reading = meter.readNow();

    assertEquals(0.5, reading.cpus());
    assertEquals(Duration.ofMillis(7500), reading.cpuUsed());
    assertEquals(Optional.empty(), reading.pressure(), "the machine's pressure is not ours");
  }

  @Test
  void aRootGroupOfVersion1HasNoQuota() throws IOException {
    write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
    write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
    write("sys/fs/cgroup/cpu,cpuacct/cpuacct.usage", "7500000000\n");

    Reading reading = meter.readNow();

    assertEquals(2, reading.cpus());
    assertEquals(Duration.ofMillis(13_380), reading.cpuUsed());
  }

  @Test
  void aQuotaOfVersion2IsTheCapacityAndItsGroupTheUse() throws IOException {
    write("sys/fs/cgroup/cpu.max", "150000 100000\n");
    write("sys/fs/cgroup/cpu.stat", "usage_usec 2500000\nuser_usec 2000000\n");
    write("sys/fs/cgroup/cpu.pressure", pressure("some", 12));
    write("sys/fs/cgroup/memory.pressure", pressure("some", 0) + pressure("full", 0));
    write("sys/fs/cgroup/io.pressure", pressure("some", 0) + pressure("full", 0));

    Reading reading = meter.readNow();

    assertEquals(1.5, reading.cpus());
    assertEquals(Duration.ofMillis(2500), reading.cpuUsed());
    assertEquals(0.12, reading.pressure().orElseThrow().cpu(), 1e-9);
  }

  @Test
  void aGroupOfVersion2WithoutALimitHasTheMachinesProcessors() throws IOException {
    write("sys/fs/cgroup/cpu.max", "max 100000\n");

    assertEquals(2, meter.readNow().cpus());
  }

  @Test
  void aQuotaAboveTheProcessorsGivesNoMoreThanThereAre() throws IOException {
    write("sys/fs/cgroup/cpu.max", "800000 100000\n");
    write("sys/fs/cgroup/cpu.stat", "usage_usec 2500000\n");

    assertEquals(2, meter.readNow().cpus());
  }

  @Test
  void whatIsMissingIsNamed() throws IOException {
    write("proc/meminfo", "MemTotal: 2048000 kB\n");
    IOException field = assertThrows(IOException.class, meter::readNow);
    assertTrue(String.valueOf(field.getMessage()).contains("MemAvailable"), field::toString);

    Files.delete(root.resolve("proc/meminfo"));
    IOException file = assertThrows(IOException.class, meter::readNow);
    assertTrue(String.valueOf(file.getMessage()).contains("meminfo"), file::toString);
  }

  @Test
  void theMachineThatThisRunsOnCanBeRead(Vertx vertx) throws IOException {
    Reading reading = new ProcMeter(vertx, Path.of("/proc"), Path.of("/sys")).readNow();

    assertTrue(reading.cpus() > 0);
    assertTrue(reading.memory().compareTo(reading.memoryUsed()) > 0);
    assertTrue(Machine.describe().contains("processors"));
  }

  private static String pressure(String who, double percent) {
    return who + " avg10=" + percent + " avg60=1.00 avg300=1.00 total=12345\n";
  }

  private static Optional<Pressure> rounded(Optional<Pressure> pressure) {
    return pressure.map(
        p ->
            new Pressure(
                round(p.cpu()),
                round(p.memory()),
                round(p.memoryFull()),
                round(p.io()),
                round(p.ioFull())));
  }

  private static double round(double value) {
    return Math.round(value * 10_000) / 10_000.0;
  }

  private void write(String file, String text) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }
}
