package io.ballast.storage.tool;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.agent.tool.Runner;
import io.ballast.agent.tool.Tool;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.Reason;
import io.ballast.storage.tool.QemuImg.Image;
import io.ballast.storage.tool.Rbd.Address;
import io.ballast.storage.tool.Rbd.Login;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said to Ceph's tool and understood of it, with what Ceph 16.2.15 printed. */
final class RbdTest {
  private static final Login LOGIN =
      new Login(Path.of("/etc/ceph/ceph.conf"), "libvirt", List.of("10.0.0.1:6789", "ceph-b"));
  private static final Address WEB1 = Address.of("rbd", "web1");

  @TempDir Path folder;
  private final ScheduledThreadPoolExecutor clock = new ScheduledThreadPoolExecutor(1);
  private final Runner runner = new Runner(new Runner.Limits(1, 2), clock);

  @AfterEach
  void close() {
    runner.close();
    clock.shutdownNow();
  }

  // ---- answers

  @Test
  void whatImagesBuildUponStandsInTheListOfTheirPool() {
    assertEquals(
        Map.of("clone", new Address("rbd", "base", Optional.of("one"))),
        RbdAnswer.parents(
            Answer.of(
                "rbd ls",
                """
                [{"image":"base","id":"10333b6a2b17","size":8388608,"format":2},
                 {"image":"base","id":"10333b6a2b17","snapshot":"one","snapshot_id":4,"size":8388608,
                  "format":2,"protected":"true"},
                 {"image":"clone","id":"1043323063bc","size":8388608,"parent":{"pool":"rbd",
                  "pool_namespace":"","image":"base","snapshot":"one"},"format":2,
                  "lock_type":"exclusive"}]
                """)));
  }

  @Test
  void whatAnImageTakesIsToldWithItsSnapshots() {
    assertEquals(
        Map.of("a", Bytes.ofMiB(8), "b", Bytes.ZERO),
        RbdAnswer.usage(
            Answer.of(
                "rbd du",
                """
                {"images":[{"name":"a","id":"1031527519a","provisioned_size":8388608,
                  "used_size":8388608},
                 {"name":"b","id":"1033758ee89d","provisioned_size":8388608,"used_size":0}],
                 "total_provisioned_size":16777216,"total_used_size":8388608}
                """)));
  }

  /**
   * In the form of Ceph 14 and later; two pools of one cluster that keep each byte 3 times, or 2.
   */
  @ParameterizedTest
  @CsvSource({"rbd,4294967296,30064771072", "other,0,45097156608"})
  void theRoomOfAPoolIsWhatItHoldsAndMayComeToHold(String pool, long stored, long left) {
    assertEquals(
        new Room(new Bytes(stored + left), new Bytes(stored), new Bytes(left)),
        RbdAnswer.room(df(), pool));
  }

  @Test
  void aPoolThatCephDoesNotTellOfHasNoRoom() {
    for (String pool : List.of("none", "old")) {
      RefusedException odd = assertThrows(RefusedException.class, () -> RbdAnswer.room(df(), pool));
      assertEquals(Reason.TRADE_REFUSED, odd.reason());
    }
  }

  private static Answer df() {
    return Answer.of(
        "ceph df",
        """

        {"stats":{"total_bytes":107374182400,"total_avail_bytes":94489280512,
          "total_used_bytes":12884901888,"total_used_raw_bytes":12884901888,
          "total_used_raw_ratio":0.12,"num_osds":3,"num_per_pool_osds":3},
         "stats_by_class":{"hdd":{"total_bytes":107374182400,"total_avail_bytes":94489280512}},
         "pools":[
          {"name":"old","id":1,"stats":{"objects":2,"bytes_used":462848,"max_avail":30064771072}},
          {"name":"rbd","id":2,"stats":{"stored":4294967296,"objects":1024,"kb_used":12582912,
           "bytes_used":12884901888,"percent_used":0.125,"max_avail":30064771072}},
          {"name":"other","id":3,"stats":{"stored":0,"objects":0,"kb_used":0,"bytes_used":0,
           "percent_used":0,"max_avail":45097156608}}]}
        """);
  }

  @Test
  void anImageTellsItsParent() {
    assertEquals(
        Optional.of(new Address("rbd", "base", Optional.of("one"))),
        RbdAnswer.parent(
            Answer.of(
                "rbd info",
                """
                {"name":"clone","id":"1043323063bc","size":8388608,"objects":2,"order":22,
                 "parent":{"pool":"rbd","pool_namespace":"","image":"base","id":"10333b6a2b17",
                 "snapshot":"one","trash":false,"overlap":8388608}}
                """)));
    assertEquals(Optional.empty(), RbdAnswer.parent(Answer.of("rbd info", "{\"name\":\"base\"}")));
  }

  @Test
  void snapshotsHaveATimeAndMayBeProtected() {
    assertEquals(
        List.of(
            new RbdAnswer.Kept("one", true, Instant.parse("2026-12-01T02:43:46Z")),
            new RbdAnswer.Kept("two", false, Instant.parse("2026-12-11T02:43:47Z"))),
        RbdAnswer.snapshots(
            Answer.of(
                "rbd snap ls",
                """
                [{"id":4,"name":"one","size":8388608,"protected":"true",
                  "timestamp":"Tue Dec  1 02:43:46 2026"},
                 {"id":5,"name":"two","size":8388608,"protected":"false",
                  "timestamp":"Fri Dec 11 02:43:47 2026"}]
                """)));
    RefusedException odd =
        assertThrows(
            RefusedException.class,
            () ->
                RbdAnswer.snapshots(
                    Answer.of(
                        "rbd snap ls",
                        "[{\"name\":\"x\",\"protected\":\"true\",\"timestamp\":\"1. 12.\"}]")));
    assertEquals(Reason.TRADE_REFUSED, odd.reason());
  }

  @Test
  void childrenAreNamedWithTheirPools() {
    assertEquals(
        List.of("other/clone2", "rbd/clone (in the trash)"),
        RbdAnswer.children(
            Answer.of(
                "rbd children",
                """
                [{"pool":"other","pool_namespace":"","image":"clone2","id":"10459deaf9",
                  "trash":false},
                 {"pool":"rbd","pool_namespace":"","image":"clone","id":"1043323063bc",
                  "trash":true}]
                """)));
  }

  @Test
  void clientsAreThoseThatWatchAndThoseThatHaveLockedByHand() {
    assertEquals(
        List.of(new RbdAnswer.Client("10.214.0.1:0/1338590701", "client.4243")),
        RbdAnswer.watchers(
            Answer.of(
                "rbd status",
                """
                {"watchers":[{"address":"10.214.0.1:0/1338590701","client":4243,
                  "cookie":139628447353792}]}
                """)));
    assertEquals(
        List.of(new RbdAnswer.Client("10.214.0.1:0/22", "client.4250")),
        RbdAnswer.lockers(
            Answer.of(
                "rbd lock ls",
                """
                [{"id":"auto 139628447353792","locker":"client.4243",
                  "address":"10.214.0.1:0/1338590701"},
                 {"id":"backup","locker":"client.4250","address":"10.214.0.1:0/22"}]
                """)));
  }

  /** All that is asked of Ceph's tools, with what each may answer where there is nothing. */
  private static final Map<String, Function<Answer, Object>> LOOKS =
      Map.of(
          "ls", RbdAnswer::parents,
          "du", RbdAnswer::usage,
          "df", answer -> RbdAnswer.room(answer, "rbd"),
          "info", RbdAnswer::parent,
          "snap ls", RbdAnswer::snapshots,
          "children", RbdAnswer::children,
          "trash ls", RbdAnswer::trash,
          "status", RbdAnswer::watchers,
          "lock ls", RbdAnswer::lockers);

  private static Object look(String what, String printed) {
    return Objects.requireNonNull(LOOKS.get(what)).apply(Answer.of("rbd " + what, printed));
  }

  static Set<String> looks() {
    return LOOKS.keySet();
  }

  @ParameterizedTest
  @MethodSource("looks")
  void whatTellsNothingDoesNotSayThatThereIsNothing(String look) {
    for (String printed : List.of("{}", "[{}]", "null", "\"\"", "", "0", "true", "[0]", "[", "{")) {
      assertEquals(
          Reason.TRADE_REFUSED,
          assertThrows(RefusedException.class, () -> look(look, printed), printed).reason());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ls | [] | {}",
        "du | {'images': [], 'total_used_size': 0} | {}",
        "snap ls | [] | []",
        "children | [] | []",
        "trash ls | [] | []",
        "status | {'watchers': []} | []",
        "lock ls | [] | []",
      })
  void whereThereIsNothingTheListIsEmpty(String look, String printed, String nothing) {
    assertEquals(nothing, look(look, printed.replace('\'', '"')).toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ls | {'images': []}",
        "ls | [{'image': 7}]",
        "ls | [{'image': 'clone', 'parent': 'rbd/base@one'}]",
        "ls | [{'image': 'clone', 'parent': {}}]",
        "ls | [{'image': 'clone', 'parent': {'pool': 'rbd', 'image': 'base'}}]",
        "ls | [{'image': 'clone', 'parent': {'pool': 'rbd', 'image': 'base', 'snapshot': ''}}]",
        "du | []",
        "du | {'images': {}}",
        "du | {'images': [{'name': 'a'}]}",
        "du | {'images': [{'name': 'a', 'used_size': '8388608'}]}",
        "du | {'images': [{'name': 'a', 'used_size': -1}]}",
        "du | {'images': [{'name': 'a', 'used_size': 9223372036854775808}]}",
        "df | {'pools': {}}",
        "df | {'pools': [{'name': 'rbd', 'stats': []}]}",
        "df | {'pools': [{'name': 'rbd', 'stats': {'stored': 1}}]}",
        "df | {'pools': [{'name': 'rbd', 'stats': {'stored': '1', 'max_avail': 1}}]}",
        "df | {'pools': [{'name': 'rbd', 'stats':"
            + " {'stored': 1, 'max_avail': 9223372036854775808}}]}",
        "info | []",
        "info | {'name': ''}",
        "info | {'size': 8388608}",
        "info | {'name': 'web1', 'parent': []}",
        "info | {'name': 'web1', 'parent': {'pool': 'rbd', 'image': 'base', 'snapshot': 1}}",
        "snap ls | {'snapshots': []}",
        "snap ls | [{'name': 'one', 'timestamp': 'Tue Dec  1 02:43:46 2026'}]",
        "snap ls | [{'name': 'one', 'protected': true, 'timestamp': 'Tue Dec  1 02:43:46 2026'}]",
        "snap ls | [{'name': 'one', 'protected': 'yes', 'timestamp': 'Tue Dec  1 02:43:46 2026'}]",
        "snap ls | [{'name': 'one', 'protected': 'true'}]",
        "snap ls | [{'protected': 'true', 'timestamp': 'Tue Dec  1 02:43:46 2026'}]",
        "children | {'children': []}",
        "children | ['rbd/clone']",
        "children | [{'pool': 'rbd', 'image': 'clone'}]",
        "children | [{'pool': 'rbd', 'image': 'clone', 'trash': 'true'}]",
        "children | [{'image': 'clone', 'trash': true}]",
        "trash ls | [{'id': '1a', 'name': 'web1', 'status': 'expired'}]",
        "trash ls | [{'id': 1, 'name': 'web1', 'deleted_at': 'Tue Dec  1 02:43:46 2026',"
            + " 'status': 'expired'}]",
        "trash ls | [{'id': '1a', 'name': 'web1', 'deleted_at': 'Tue Dec  1 02:43:46 2026'}]",
        "status | []",
        "status | {'watchers': {'watcher': {'address': '10.0.0.1:0/1', 'client': 1}}}",
        "status | {'watchers': null}",
        "status | {'watchers': [{'address': '10.0.0.1:0/1'}]}",
        "status | {'watchers': [{'address': '10.0.0.1:0/1', 'client': '1'}]}",
        "status | {'watchers': [{'client': 1}]}",
        "lock ls | {'auto 1': {'locker': 'client.1', 'address': '10.0.0.1:0/1'}}",
        "lock ls | [{'locker': 'client.1', 'address': '10.0.0.1:0/1'}]",
        "lock ls | [{'id': 'backup', 'address': '10.0.0.1:0/1'}]",
      })
  void anAnswerThatLacksAnythingIsRefused(String look, String printed) {
    RefusedException odd =
        assertThrows(RefusedException.class, () -> look(look, printed.replace('\'', '"')));
    assertEquals(Reason.TRADE_REFUSED, odd.reason());
    assertTrue(String.valueOf(odd.getMessage()).contains(look), odd::toString);
  }

  @Test
  void aPoolThatNoDiskServesHasNoRoomLeft() {
    assertEquals(
        new Room(new Bytes(5), new Bytes(5), Bytes.ZERO),
        look("df", "{\"pools\":[{\"name\":\"rbd\",\"stats\":{\"stored\":5,\"max_avail\":-2}}]}"));
  }

  // ---- names

  @ParameterizedTest
  @ValueSource(strings = {"", "-f", "a@b", "a/b", "@", "/"})
  void aNameThatCouldMeanSomethingElseIsRefused(String name) {
    for (int part = 0; part < 3; part++) {
      int place = part;
      RefusedException refused =
          assertThrows(
              RefusedException.class,
              () ->
                  new Address(
                      place == 0 ? name : "p",
                      place == 1 ? name : "i",
                      Optional.of(place == 2 ? name : "s")));
      assertEquals(Reason.NOT_ALLOWED, refused.reason());
    }
  }

  @Test
  void qemuIsToldAnAddressInWhichNothingNeedsAnEscape() {
    Image odd = Image.of(LOGIN, Address.of("rbd", "a:b=c\\d,e\"f").at("s"));

    assertEquals("raw", odd.format());
    assertEquals(
        "json:{\"driver\":\"raw\",\"file\":{\"driver\":\"rbd\",\"pool\":\"rbd\","
            + "\"image\":\"a:b=c\\\\d,e\\\"f\",\"snapshot\":\"s\","
            + "\"conf\":\"/etc/ceph/ceph.conf\",\"user\":\"libvirt\","
            + "\"server\":[{\"host\":\"10.0.0.1\",\"port\":\"6789\"},"
            + "{\"host\":\"ceph-b\",\"port\":\"6789\"}]}}",
        odd.toString());
    assertThrows(IllegalArgumentException.class, () -> new Image("rbd:rbd/web1", "raw"));
    assertThrows(IllegalArgumentException.class, () -> new Image(Path.of("web1"), "raw"));
  }

  @Test
  void aLoginNeedsAPathThatMeansTheSameEverywhere() {
    assertThrows(
        IllegalArgumentException.class, () -> new Login(Path.of("ceph.conf"), "a", List.of()));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Login(Path.of("/etc/ceph/ceph.conf"), " ", List.of()));
  }

  // ---- runs, of a tool in the place of Ceph's

  private Tool tool(String script, Map<Integer, Reason> reasons) throws IOException {
    Path tool = folder.resolve("tool");
    Files.writeString(tool, "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(tool, PosixFilePermissions.fromString("rwx------"));
    return new Tool(
        List.of(tool.toString()), Map.of(), Duration.ofMinutes(2), Set.of(0), heard::add, reasons);
  }

  private final List<String> heard = new CopyOnWriteArrayList<>();

  @Test
  void howFarItIsIsToldAmongTheComplaintsAndIsNone() throws IOException {
    Tool tool =
        tool(
            """
            printf '\\rImage flatten: 1%% complete...' >&2
            printf '\\rImage flatten: 57%% complete...failed.\\n' >&2
            echo '2026-12-01T02:43:48.644+0000 7f4917fff6c0 -1 librbd::Some: (16) busy' >&2
            echo 'rbd: flatten error: (16) Device or resource busy' >&2
            exit 16
            """,
            Map.of(16, Reason.IN_USE));

    RefusedException refused = refused(Rbd.told(runner.run(tool)));

    assertEquals(Reason.IN_USE, refused.reason());
    assertEquals("rbd: flatten error: (16) Device or resource busy", refused.getMessage());
    assertEquals(
        List.of("Image flatten: 1% complete...", "Image flatten: 57% complete...failed."),
        heard.stream().filter(piece -> piece.contains("%")).toList());
  }

  @ParameterizedTest
  @CsvSource({
    "2, rbd: error opening image none: (2) No such file or directory, UNKNOWN_VOLUME",
    "2, rbd: couldn't connect to the cluster!, TRADE_REFUSED",
    "2, rbd: error opening pool 'x': (2) No such file or directory, TRADE_REFUSED",
    "16, rbd: error: image still has watchers, IN_USE",
    "16, rbd: protecting snap failed: (16) Device or resource busy, IN_USE",
    "16, rbd: unprotecting snap failed: (16) Device or resource busy, IN_USE",
    "5, rbd: flatten error: (5) Input/output error, TRADE_REFUSED"
  })
  void whatFailsIsToldFromWhatIsNotThere(int code, String words, Reason reason) throws IOException {
    Tool tool =
        tool(
            "cat >&2 <<'X'\n" + words + "\nX\nexit " + code,
            Map.of(2, Reason.UNKNOWN_VOLUME, 16, Reason.IN_USE));

    assertEquals(reason, refused(Rbd.told(runner.run(tool))).reason());
  }

  @Test
  void anAddressIsOfAnImageOrOfASnapshot() {
    assertEquals("rbd/web1@s", WEB1.at("s").toString());
    assertEquals(WEB1, WEB1.at("s").whole());
  }

  private static RefusedException refused(Future<?> future) {
    CompletionException failure =
        assertThrows(
            CompletionException.class,
            () -> future.toCompletionStage().toCompletableFuture().orTimeout(60, SECONDS).join());
    return assertInstanceOf(RefusedException.class, failure.getCause());
  }
}
