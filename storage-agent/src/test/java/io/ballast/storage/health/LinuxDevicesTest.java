package io.ballast.storage.health;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import io.ballast.messages.StorageBeat.Health;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real programs that stand in for smartctl, and print what it has printed elsewhere. */
final class LinuxDevicesTest {
  private static final Instant NOON = Instant.parse("2030-01-31T12:00:00Z");

  private final Vertx vertx = Vertx.vertx();
  @TempDir private Path folder;

  @AfterEach
  void close() {
    vertx.close().toCompletionStage().toCompletableFuture().orTimeout(240, SECONDS).join();
  }

  @Test
  void everyDiskThatIsFoundIsAskedInItsOwnWay() throws IOException {
    recorded("scan", "ata-good", "usb-bridge", "sas-worn", "nvme-worn");
    String tool =
        script(
            """
            case "$*" in
              "--scan-open --json") cat scan.json ;;
              "--json -H -A -i -d sat /dev/sda") cat ata-good.json ;;
              "--json -H -A -i -d scsi /dev/sdb") cat usb-bridge.json; exit 1 ;;
              "--json -H -A -i -d megaraid,3 /dev/bus/0") cat sas-worn.json; exit 68 ;;
              "--json -H -A -i -d nvme /dev/nvme0") echo "no smartctl: $*" ;;
            esac
            """);

    List<Health> told = disks(tool);

    assertEquals(
        List.of(
            "/dev/sda GOOD It passes its own test.",
            "/dev/sdb UNKNOWN /dev/sdb: Unknown USB bridge [0x152d:0x0578 (0x3104)]",
            "/dev/bus/0 [megaraid,3] WARNING 11 sectors were replaced."),
        words(told).subList(0, 3));
    assertEquals(4, told.size());
    assertEquals(Health.Verdict.UNKNOWN, told.getLast().verdict());
    assertTrue(told.getLast().reason().contains("no JSON"), told.getLast().reason());
    assertEquals(NOON, told.getFirst().sampledAt());
  }

  @Test
  void aHostWithoutSmartctlSaysSoOnce() {
    RefusedException refused = refused(devices("/nonexistent/smartctl").disks());

    assertEquals(Reason.TRADE_REFUSED, refused.reason());
    assertTrue(
        String.valueOf(refused.getMessage()).contains("is not installed on this host"),
        refused.getMessage());
  }

  @Test
  void aListThatIsNoneIsRefused() throws IOException {
    RefusedException refused = refused(devices(script("echo smartctl 6.6")).disks());

    assertTrue(
        String.valueOf(refused.getMessage()).contains("no JSON, 'smartctl 6.6'"),
        refused.getMessage());
  }

  @Test
  void aHostOfWhoseDisksNoneCanBeAskedSaysThatItIsNotKnown() throws IOException {
    assertEquals(
        List.of("all UNKNOWN smartctl finds no disk that it could ask on this host"),
        words(disks(script("echo '{\"devices\": []}'"))));
  }

  @Test
  void noMoreDisksAreAskedThanAreToldAndThatIsSaid() throws IOException {
    StringBuilder scan = new StringBuilder("{\"devices\": [");
    for (int i = 0; i < 300; i++) {
      scan.append(i == 0 ? "" : ",")
          .append("{\"name\": \"/dev/d%d\", \"type\": \"sat\"}".formatted(i));
    }
    Files.writeString(folder.resolve("scan.json"), scan.append("]}"));

    List<Health> told = disks(script("[ $1 = --json ] && echo '{}' || cat scan.json"));

    assertEquals(257, told.size());
    assertEquals("all UNKNOWN 44 more disks are not asked", words(told).getLast());
  }

  @Test
  void theKernelTellsOfItsArraysAndWithoutItsDriverThereAreNone() throws IOException {
    LinuxDevices devices = devices("smartctl");
    assertEquals(List.of(), answer(devices.arrays()));

    Files.writeString(
        folder.resolve("mdstat"), "md0 : active raid1 sda[0]\n  100 blocks [2/1] [U_]\n");
    assertEquals(
        List.of("md0 WARNING Only 1 of its 2 devices work."), words(answer(devices.arrays())));

    Files.delete(folder.resolve("mdstat"));
    Files.createDirectory(folder.resolve("mdstat"));
    assertTrue(
        String.valueOf(refused(devices.arrays()).getMessage()).contains("mdstat can't be read"));
    devices.close();
  }

  private List<Health> disks(String tool) {
    LinuxDevices devices = devices(tool);
    try {
      return answer(devices.disks());
    } finally {
      devices.close();
    }
  }

  private LinuxDevices devices(String tool) {
    return new LinuxDevices(vertx, folder, tool, Clock.fixed(NOON, ZoneOffset.UTC));
  }

  private void recorded(String... names) throws IOException {
    for (String name : names) {
      Files.writeString(
          folder.resolve(name + ".json"), SmartReportTest.read(name).toPrettyString());
    }
  }

  private String script(String body) throws IOException {
    Path script = folder.resolve("smartctl");
    Files.writeString(script, "#!/bin/sh\ncd '" + folder + "' || exit 9\n" + body + "\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    return script.toString();
  }

  private static List<String> words(List<Health> told) {
    return told.stream()
        .map(health -> health.name().orElse("all") + " " + health.verdict() + " " + health.reason())
        .toList();
  }

  private static RefusedException refused(Future<?> future) {
    CompletionException failed = assertThrows(CompletionException.class, () -> answer(future));
    return assertInstanceOf(RefusedException.class, failed.getCause());
  }

  private static <T> T answer(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().orTimeout(240, SECONDS).join();
  }
}
