package io.ballast.ops.screen;

import static io.ballast.ops.screen.SampleFleet.NOW;
import static io.ballast.ops.screen.SampleFleet.alert;
import static io.ballast.ops.screen.SampleFleet.decision;
import static io.ballast.ops.screen.SampleFleet.fleet;
import static io.ballast.ops.screen.SampleFleet.host;
import static io.ballast.ops.screen.SampleFleet.move;
import static io.ballast.ops.screen.SampleFleet.planned;
import static io.ballast.ops.screen.SampleFleet.silence;
import static io.ballast.ops.screen.SampleFleet.vm;
import static io.ballast.ops.screen.SampleFleet.with;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Alert.Verdict;
import io.ballast.messages.Event;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostBeat;
import io.ballast.messages.Move;
import io.ballast.messages.VmState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class FleetScreenTest {
  private static final FleetScreen SCREEN = new FleetScreen(Ink.PLAIN, ZoneOffset.UTC);

  private static final Fleet HOT =
      with(
          fleet(
              host(
                  "h1",
                  0.92,
                  vm("web1", 0.2),
                  vm("web2", 0.14),
                  vm("db", 0.1),
                  vm("cache", VmState.PAUSED, 0),
                  vm("old", VmState.SHUT_OFF, 0)),
              host("h2", 0.03),
              host("h3", 0.31, vm("batch", 0.155))),
          List.of(),
          List.of(
              move("mail", "h1", "h3", Move.State.FAILED, Duration.ofMinutes(4)),
              move("batch", "h1", "h3", Move.State.DONE, Duration.ofSeconds(40)),
              move("web1", "h1", "h2", Move.State.MIGRATING, Duration.ofSeconds(5)),
              move("web2", "h1", "h3", Move.State.PLANNED, Duration.ofSeconds(5))),
          List.of(
              decision(
                  Duration.ofSeconds(6),
                  "CPU of h1 above 80% for 10 s: move web1 to h2 and web2 to h3, which takes the"
                      + " spread of CPU from 39% to 4%",
                  planned("web1", "h1", "h2", 1),
                  planned("web2", "h1", "h3", 2))));

  private static final Fleet CUT_OFF =
      with(
          fleet(
              host(
                  "h1",
                  Fleet.Status.SILENT,
                  Duration.ofSeconds(18),
                  0.5,
                  vm("web1", 0.2),
                  vm("db", 0.1)),
              host("h2", Fleet.Status.SUSPECT, Duration.ofSeconds(7), 0.7, vm("web2", 0.35)),
              host("h3", 0.31, vm("batch", 0.155))),
          List.of(silence("h0", Optional.of(NOW.minusSeconds(1))), silence("h1", Optional.empty())),
          List.of(),
          List.of());

  private static final Fleet ALARMED =
      with(
          fleet(
              host(
                  "h1",
                  Fleet.Status.DOUBLED,
                  Duration.ofSeconds(1),
                  0.5,
                  vm("web1", 0.2),
                  vm("db", 0.1)),
              host("h2", 0.7, vm("web2", 0.35))),
          List.of(
              alert(Verdict.VM_DOUBLED, "h2", Optional.empty(), "web2"),
              alert(Verdict.VM_LOST, "h2", Optional.empty(), "mail"),
              alert(Verdict.VM_ID_SHARED, "h2", Optional.empty(), "cache", "proxy"),
              alert(Verdict.HOST_DOUBLED, "h1", Optional.empty(), "web1", "db"),
              alert(Verdict.CLOCK_SKEWED, "h2", Optional.empty(), "web2"),
              alert(Verdict.VM_LOST, "h2", Optional.of(NOW.minusSeconds(5)), "batch")),
          List.of(move("web2", "h2", "h3", Move.State.UNKNOWN, Duration.ofMinutes(3))),
          List.of(
              decision(
                  Duration.ofSeconds(2),
                  "nothing to do: no host over its trigger (h2 at 70 % CPU, trigger 80 %); h3 is"
                      + " quarantined for another 9 min: 2 arrivals failed there, the latest: the"
                      + " CPU of the guest is not compatible with the host's; web2 on h2 can't be"
                      + " moved: the domain has assigned host devices")));

  @Test
  void aHotHostWithMovesUnderWayIsShown() {
    assertScreen("hot-100.txt", HOT, List.of(), 100);
  }

  @Test
  void aNarrowTerminalGetsTheSameFactsInLessRoom() {
    assertScreen("hot-60.txt", HOT, List.of(), 60);
  }

  @Test
  void aSilentHostIsToldWithItsVmsAndTheEvidence() {
    assertScreen("cut-off-80.txt", CUT_OFF, List.of(), 80);
  }

  @Test
  void everyAlertIsToldInItsOwnWordsAndWhatIsLeftOutToo() {
    assertScreen("alerts-80.txt", ALARMED, List.of(), 80);
  }

  @Test
  void anEmptyFleetIsOneLineAndTitles() {
    assertScreen("empty-80.txt", fleet(), List.of(), 80);
  }

  @Test
  void longNamesAndManyVmsStayWithinTheWidth() {
    Fleet crowded =
        fleet(
            host(
                "a-host-with-a-rather-long-name",
                0.5,
                IntStream.range(0, 60)
                    .mapToObj(i -> vm("customer-" + i + "-application-server", i / 100.0))
                    .toArray(io.ballast.messages.Vm[]::new)),
            host("h2", 0.1, vm("x".repeat(200), 0.1)));

    assertScreen("crowded-90.txt", crowded, List.of(), 90);
  }

  @Test
  void noLineIsWiderThanTheTerminal() {
    for (int width = FleetScreen.LEAST_WIDTH; width < 200; width++) {
      for (Fleet fleet : List.of(HOT, CUT_OFF, ALARMED)) {
        for (var line : SCREEN.lines(fleet, List.of(), width)) {
          assertTrue(line.plainString().length() <= width, width + ": " + line);
        }
      }
    }
  }

  @Test
  void whatWasHeardLaterThanTheFleetIsShown() {
    Move done = move("web1", "h1", "h2", Move.State.DONE, Duration.ZERO);

    String screen = plain(SCREEN.lines(HOT, List.of(new Event.MoveChanged(done)), 100));

    assertTrue(screen.contains("web1   h1 → h2    moved   12.3 s  85 ms"), screen);
  }

  @Test
  void whatWasHeardEarlierThanTheFleetChangesNothing() {
    Move planned = move("batch", "h1", "h3", Move.State.PLANNED, Duration.ofMinutes(1));

    assertEquals(
        plain(SCREEN.lines(HOT, List.of(), 100)),
        plain(SCREEN.lines(HOT, List.of(new Event.MoveChanged(planned)), 100)));
  }

  @Test
  void aDecisionThatMovesStaysInSightWhenALaterOneDoesNothing() {
    Event.Decided moved = new Event.Decided(HOT.decisions().getFirst());
    Fleet now =
        with(
            HOT,
            List.of(),
            List.of(),
            List.of(decision(Duration.ofSeconds(1), "nothing to do: no host is hot")));

    String screen = plain(SCREEN.lines(now, List.of(moved), 100));

    assertTrue(screen.contains("11:59:54  CPU of h1 above 80%"), screen);
    assertTrue(screen.contains("11:59:59  nothing to do"), screen);
  }

  @Test
  void coloursChangeNothingButColours() {
    FleetScreen coloured = new FleetScreen(new Ink(true, true), ZoneOffset.UTC);

    String ansi =
        coloured.lines(CUT_OFF, List.of(), 80).stream()
            .map(Object::toString)
            .collect(Collectors.joining("\n"));

    assertTrue(ansi.contains("\u001b[31m"), ansi);
    assertEquals(
        plain(SCREEN.lines(CUT_OFF, List.of(), 80)), ansi.replaceAll("\u001b\\[[0-9;]*m", ""));
  }

  @Test
  void aTerminalWithoutBlockCharactersGetsAscii() {
    Ink ascii = Ink.of(false, StandardCharsets.US_ASCII);

    String screen = plain(new FleetScreen(ascii, ZoneOffset.UTC).lines(HOT, List.of(), 60));

    assertTrue(screen.chars().allMatch(c -> c < 128), screen);
    assertTrue(screen.contains("####"), screen);
  }

  @Test
  void aNameCannotCommandTheTerminal() {
    Fleet evil = fleet(host("h1", 0.1, vm("a\u001b[2Jb", 0.1)));

    assertTrue(plain(SCREEN.lines(evil, List.of(), 80)).contains("a?[2Jb"));
  }

  private static String plain(List<picocli.CommandLine.Help.Ansi.Text> lines) {
    return lines.stream().map(Object::toString).collect(Collectors.joining("\n"));
  }

  @Test
  void aLoadThatWasNotMeasuredForItsBeatIsMarkedWithItsAge() {
    HostBeat beat = SampleFleet.beat("h1", 0.2);
    HostBeat.Load load = beat.load();
    HostBeat.Load old =
        new HostBeat.Load(
            load.cpu(),
            load.memoryUsed(),
            load.average1(),
            load.average5(),
            load.average15(),
            load.pressure(),
            load.links(),
            Optional.of(NOW.minusSeconds(89)),
            Optional.of("/proc/stat names no processor"));
    Fleet.Host host =
        new Fleet.Host(
            beat.with(old, List.of()),
            Fleet.Status.UP,
            NOW.minusSeconds(1),
            Optional.empty(),
            Optional.empty());

    assertEquals(Optional.of("1 min 30 s old"), Figures.oldLoad(host, Duration.ofSeconds(1)));
    assertEquals(
        Optional.empty(),
        Figures.oldLoad(host("h1", 0.2), Duration.ofSeconds(1)),
        "a load that tells no age is that of its beat");
    String row = new HostRows(Ink.PLAIN).lines(fleet(host), 100).get(1).toString();
    assertTrue(row.contains("load 1 min 30 s old"), row);
  }

  private static void assertScreen(String golden, Fleet fleet, List<Event> recent, int width) {
    String screen = plain(SCREEN.lines(fleet, recent, width)).replaceAll(" +(?=\n|$)", "") + "\n";
    assertEquals(read(golden), screen, golden);
  }

  private static String read(String golden) {
    try (var in = FleetScreenTest.class.getResourceAsStream("/screens/" + golden)) {
      return in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
