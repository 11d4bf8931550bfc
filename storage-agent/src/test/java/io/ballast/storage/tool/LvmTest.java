package io.ballast.storage.tool;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.agent.tool.Run;
import io.ballast.agent.tool.Runner;
import io.ballast.agent.tool.Tool;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.Reason;
import io.ballast.storage.tool.Lvm.Logical;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is understood of LVM's tools, with what LVM 2.03.16 printed. */
final class LvmTest {
  private static final Bytes MIB = Bytes.ofMiB(1);

  private final ScheduledThreadPoolExecutor clock = new ScheduledThreadPoolExecutor(1);
  private final Runner runner = new Runner(new Runner.Limits(1, 2), clock);
  private final Lvm lvm = new Lvm(runner, "vg");

  @AfterEach
  void close() {
    runner.close();
    clock.shutdownNow();
  }

  @Test
  void volumesAreToldWithWhatTheyAreAndTheirTags() {
    String kept = ".ballast-5ec4e700-0000-4000-8000-00000000000";
    assertEquals(
        List.of(
            new Logical(
                "web1",
                Bytes.ofMiB(8),
                Optional.empty(),
                Optional.empty(),
                true,
                false,
                Instant.ofEpochSecond(1796106522),
                MIB),
            new Logical(
                kept + "1",
                Bytes.ofMiB(9),
                Optional.of("web1"),
                Optional.of("before-upgrade"),
                true,
                false,
                Instant.ofEpochSecond(1796106522),
                MIB),
            new Logical(
                kept + "2",
                Bytes.ofMiB(1),
                Optional.of("web1"),
                Optional.of("small"),
                false,
                false,
                Instant.ofEpochSecond(1796106523),
                MIB),
            new Logical(
                "db1",
                Bytes.ofMiB(16),
                Optional.empty(),
                Optional.empty(),
                true,
                true,
                Instant.ofEpochSecond(1796106524),
                MIB),
            new Logical(
                "off",
                Bytes.ofMiB(4),
                Optional.empty(),
                Optional.empty(),
                true,
                false,
                Instant.ofEpochSecond(1796106524),
                MIB)),
        all(
            """
              {
                  "report": [
                      {
                          "lv": [
                              {"lv_name":"web1", "lv_size":"8388608", "origin":"", "lv_tags":"", "lv_attr":"owi-a-s---", "lv_device_open":"", "lv_time":"1796106522", "vg_extent_size":"1048576"},
                              {"lv_name":".ballast-5ec4e700-0000-4000-8000-000000000001", "lv_size":"9437184", "origin":"web1", "lv_tags":"ballast.snapshot=before-upgrade", "lv_attr":"sri-a-s---", "lv_device_open":"", "lv_time":"1796106522", "vg_extent_size":"1048576"},
                              {"lv_name":".ballast-5ec4e700-0000-4000-8000-000000000002", "lv_size":"1048576", "origin":"web1", "lv_tags":"ballast.snapshot=small", "lv_attr":"swi-I-s---", "lv_device_open":"", "lv_time":"1796106523", "vg_extent_size":"1048576"},
                              {"lv_name":"db1", "lv_size":"16777216", "origin":"", "lv_tags":"backup,own", "lv_attr":"-wi-ao----", "lv_device_open":"open", "lv_time":"1796106524", "vg_extent_size":"1048576"},
                              {"lv_name":"off", "lv_size":"4194304", "origin":"", "lv_tags":"", "lv_attr":"-wi-------", "lv_device_open":"unknown", "lv_time":"1796106524", "vg_extent_size":"1048576"}
                          ]
                      }
                  ]
              }
            """));
  }

  @Test
  void aVolumeLiesInOneOrSeveralPlaces() {
    assertEquals(
        List.of("/dev/sda2:16-23", "/dev/sdb:7916-7935", "/dev/sdc:0-19"),
        Lvm.ranges(
            Answer.of(
                "lvs",
                """
                  {
                      "report": [
                          {
                              "seg": [
                                  {"seg_pe_ranges":"/dev/sda2:16-23"},
                                  {"seg_pe_ranges":"/dev/sdb:7916-7935 /dev/sdc:0-19"}
                              ]
                          }
                      ]
                  }
                """)));
  }

  @Test
  void aGroupTellsItsRoom() {
    assertEquals(
        new Room(Bytes.ofMiB(1020), Bytes.ofMiB(764), Bytes.ofMiB(256)),
        Lvm.room(
            Answer.of(
                "vgs",
                """
                  {
                      "report": [
                          {
                              "vg": [
                                  {"vg_size":"1069547520", "vg_free":"268435456"}
                              ]
                          }
                      ]
                  }
                """)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"report\": [{\"vg\": []}]}",
        "{\"report\": [{\"vg\": [{\"vg_size\":\"1069547520\"}]}]}",
        "{\"report\": [{\"vg\": [{\"vg_size\":1069547520, \"vg_free\":268435456}]}]}",
        "{\"report\": [{\"vg\": [{\"vg_size\":\"1069547520\", \"vg_free\":\"-1\"}]}]}",
        "{\"report\": [{\"vg\": [{\"vg_size\":\"9223372036854775808\", \"vg_free\":\"1\"}]}]}",
        "{\"report\": []}",
        "{}",
        "[]",
        "null",
      })
  void aGroupThatTellsNoRoomIsRefused(String printed) {
    RefusedException odd =
        assertThrows(RefusedException.class, () -> Lvm.room(Answer.of("vgs", printed)));
    assertEquals(Reason.TRADE_REFUSED, odd.reason());
  }

  @Test
  void aGroupMayBeEmpty() {
    assertEquals(List.of(), all("{\"report\": [{\"lv\": []}]}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"report\": [{\"lv\": [{\"lv_name\": \"web1\"}]}]}",
        "{\"report\": [{\"lv\": [{\"lv_name\": \"web1\", \"lv_size\": \"8.00m\"}]}]}",
        "  WARNING: no report",
        "{}",
        "[]",
        "null",
        "\"\"",
        "{\"report\": []}",
        "{\"report\": {}}",
        "{\"report\": [{}]}",
        "{\"report\": [{\"lv\": {}}]}",
        "{\"report\": [{\"lv\": [\"web1\"]}]}",
        "{\"report\": [{\"lv\": [",
      })
  void anAnswerThatCantBeReadIsRefused(String printed) {
    assertEquals(
        Reason.TRADE_REFUSED, assertThrows(RefusedException.class, () -> all(printed)).reason());
  }

  private static final String WHOLE =
      "'lv_name':'web1', 'lv_size':'8388608', 'origin':'', 'lv_tags':'', 'lv_attr':'-wi-a-----',"
          + " 'lv_device_open':'', 'lv_time':'1796106522', 'vg_extent_size':'1048576'";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'lv_name':'web1'                | 'lv_name':''",
        "'lv_name':'web1',               | ``",
        "'lv_size':'8388608'             | 'lv_size':8388608",
        "'lv_size':'8388608'             | 'lv_size':'-1'",
        "'lv_size':'8388608'             | 'lv_size':'9223372036854775808'",
        "'origin':'',                    | ``",
        "'origin':''                     | 'origin':null",
        "'lv_tags':'',                   | ``",
        "'lv_tags':''                    | 'lv_tags':[]",
        "'lv_attr':'-wi-a-----',         | ``",
        "'lv_attr':'-wi-a-----'          | 'lv_attr':''",
        "'lv_device_open':'',            | ``",
        "'lv_device_open':''             | 'lv_device_open':false",
        "'lv_time':'1796106522'          | 'lv_time':'2026-12-01 02:43:46'",
        "'vg_extent_size':'1048576'      | 'vg_extent_size':''",
      })
  void aVolumeOfWhichAnythingIsNotToldIsRefused(String field, String odd) {
    String lacking = WHOLE.replace(field, odd);

    assertEquals(1, all(volume(WHOLE)).size());
    assertNotEquals(WHOLE, lacking);
    RefusedException refused =
        assertThrows(RefusedException.class, () -> all(volume(lacking)), lacking);
    assertEquals(Reason.TRADE_REFUSED, refused.reason());
    assertTrue(String.valueOf(refused.getMessage()).startsWith("lvs printed "), refused::toString);
  }

  private static String volume(String fields) {
    return "{\"report\": [{\"lv\": [{" + fields.replace('\'', '"') + "}]}]}";
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        "null",
        "{\"report\": [{\"seg\": []}]}",
        "{\"report\": [{\"seg\": [{}]}]}",
        "{\"report\": [{\"seg\": [{\"seg_pe_ranges\":\"\"}]}]}",
        "{\"report\": [{\"seg\": [{\"seg_pe_ranges\":[\"/dev/sda2:16-23\"]}]}]}",
      })
  void aVolumeThatLiesNowhereIsRefused(String printed) {
    RefusedException odd =
        assertThrows(RefusedException.class, () -> Lvm.ranges(Answer.of("lvs", printed)));
    assertEquals(Reason.TRADE_REFUSED, odd.reason());
  }

  private static List<Logical> all(String printed) {
    return Lvm.all(Answer.of("lvs", printed));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "  Logical Volume \"a\" already exists in volume group \"vg\"                | NAME_TAKEN",
        "  Volume group \"vg\" has insufficient free space (5 extents): 9 required.  | NO_ROOM",
        "  Insufficient free space: 25600 extents needed, but only 2031 available    | NO_ROOM",
        "  Failed to find logical volume \"vg/nope\"                                 |"
            + " UNKNOWN_VOLUME",
        "  Existing logical volume \"nope\" not found in volume group \"vg\"         |"
            + " UNKNOWN_VOLUME",
        "  Logical volume nope not found in volume group vg.                         |"
            + " UNKNOWN_VOLUME",
        "  Logical volume vg/a in use.                                               | IN_USE",
        "  Logical volume vg/a contains a filesystem in use.                         | IN_USE",
        "  Volume group \"novg\" not found                                           |"
            + " TRADE_REFUSED",
        "  Snapshots of snapshots are not supported.                                 |"
            + " TRADE_REFUSED",
      })
  void aFailureIsUnderstoodByItsWords(String words, Reason reason) {
    Run run =
        runner.run(Tool.of(Duration.ofMinutes(1), "sh", "-c", "echo \"$0\" >&2; exit 5", words));

    CompletionException failure =
        assertThrows(
            CompletionException.class,
            () ->
                Lvm.told(run)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .orTimeout(60, SECONDS)
                    .join());

    RefusedException refused = assertInstanceOf(RefusedException.class, failure.getCause());
    assertEquals(reason, refused.reason());
    assertTrue(words.contains(String.valueOf(refused.getMessage())), refused::toString);
  }

  @Test
  void aNameIsTakenForNoOptionAndNoPath() {
    assertEquals(Path.of("/dev/vg/web1"), lvm.device("web1"));
    for (String name : List.of("-f", "", "other/web1", "../sda")) {
      assertThrows(RefusedException.class, () -> lvm.remove(name), name);
      assertThrows(RefusedException.class, () -> lvm.device(name), name);
      assertThrows(RefusedException.class, () -> new Lvm(runner, name), name);
    }
    assertEquals(
        Reason.NOT_ALLOWED,
        assertThrows(RefusedException.class, () -> lvm.keep("web1", "x", "a,b")).reason());
  }
}
