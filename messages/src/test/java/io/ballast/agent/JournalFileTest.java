package io.ballast.agent;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JournalFileTest {
  private static final Entry.Belongs OWNER = new Entry.Belongs("host.h1", JournalFile.FORM);
  private static final Instant AT = Instant.parse("2030-01-31T12:00:00.250Z");
  private static final OperationId ID = new OperationId("1f");
  private static final Order ORDER = new Order(ID, "cli", "host.start", "00ff", "web");

  private static final List<Entry> ALL =
      List.of(
          new Entry.Began(3, AT),
          new Entry.Followed("east", 7),
          new Entry.Refused(ORDER, AT, Reason.NO_ROOM, "no room:\n\"1 GiB\" is missing"),
          new Entry.Taken(
              ORDER, ID, AT, AT.plusSeconds(5), Optional.of(7L), false, "{\"vm\":\"ü\"}"),
          new Entry.Begun(ID),
          new Entry.Ended(ID, new Outcome.Unknown("nobody knows"), AT),
          new Entry.Told(ID));

  @TempDir Path folder;

  private Path path() {
    return folder.resolve("deep/host-h1.journal");
  }

  private static List<Entry> read(Path path) throws IOException {
    List<Entry> read = new ArrayList<>();
    try (JournalFile file = new JournalFile(path, OWNER)) {
      file.open(read::add);
    }
    return read;
  }

  private static void write(Path path, List<Entry> entries) throws IOException {
    try (JournalFile file = new JournalFile(path, OWNER)) {
      file.open(before -> {});
      for (Entry entry : entries) {
        file.append(List.of(entry));
      }
    }
  }

  @Test
  void whatWasWrittenIsReadAgain() throws IOException {
    assertEquals(List.of(), read(path()));

    write(path(), ALL);

    assertEquals(ALL, read(path()));
    write(path(), ALL.subList(0, 1));
    assertEquals(8, read(path()).size());
  }

  @Test
  void itIsReadableByItsOwnerOnlyAndForAPerson() throws IOException {
    write(path(), ALL);

    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path())));
    List<String> lines = Files.readAllLines(path());
    assertTrue(
        lines.getFirst().endsWith(" [{\"entry\":\"belongs\",\"agent\":\"host.h1\",\"form\":1}]"),
        lines::getFirst);
    assertTrue(lines.stream().allMatch(line -> line.matches("[0-9a-f]{8} \\[.*]")));
  }

  @Test
  void whatWasReplacedIsGone() throws IOException {
    try (JournalFile file = new JournalFile(path(), OWNER)) {
      file.open(before -> {});
      file.append(ALL);
      file.rewrite(ALL.subList(0, 2));
      file.append(ALL.subList(6, 7));
    }

    assertEquals(List.of(ALL.get(0), ALL.get(1), ALL.get(6)), read(path()));
    assertEquals(
        List.of("host-h1.journal", "host-h1.journal.lock"),
        Arrays.stream(folder.resolve("deep").toFile().list()).sorted().toList());
  }

  @Property(tries = 300)
  void aTornTailIsCutOffWhereverItWasTorn(@ForAll @IntRange(min = 0, max = 10_000) int cut)
      throws IOException {
    Path own = Files.createTempDirectory("journal").resolve("torn.journal");
    write(own, ALL);
    byte[] whole = Files.readAllBytes(own);
    int first = new String(whole, ISO_8859_1).indexOf('\n') + 1;
    int left = first + cut % (whole.length - first);
    byte[] torn = Arrays.copyOf(whole, left);
    Files.write(own, torn);

    List<Entry> read = read(own);

    int lines = (int) new String(torn, ISO_8859_1).chars().filter(c -> c == '\n').count();
    assertEquals(ALL.subList(0, lines - 1), read);
    write(own, List.of(new Entry.Told(new OperationId("new"))));
    assertEquals(read.size() + 1, read(own).size(), "it goes on after the cut");
  }

  @Property(tries = 300)
  void aDamagedMiddleStopsTheAgent(
      @ForAll @IntRange(min = 0, max = 10_000) int at, @ForAll @IntRange(min = 1, max = 255) int by)
      throws IOException {
    Path own = Files.createTempDirectory("journal").resolve("damaged.journal");
    write(own, ALL);
    byte[] bytes = Files.readAllBytes(own);
    int lastLine = new String(bytes, ISO_8859_1).lastIndexOf('\n', bytes.length - 2);
    int where = at % lastLine;
    bytes[where] ^= (byte) by;
    Files.write(own, bytes);

    JournalFile.Unusable refused = assertThrows(JournalFile.Unusable.class, () -> read(own));

    assertTrue(refused.toString().contains("is damaged at byte"), refused::toString);
    assertEquals(bytes.length, Files.size(own), "nothing is changed by that");
  }

  @Test
  void manyLongCommandsAreReadAgainHoweverTheyWereWritten() throws IOException {
    String body = "{\"xml\":\"" + "\\\"x\\\" ".repeat(200_000) + "\"}";
    List<Entry> long20 = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      long20.add(new Entry.Taken(ORDER, ID, AT, AT, Optional.empty(), false, body));
    }
    try (JournalFile file = new JournalFile(path(), OWNER)) {
      file.open(before -> {});
      file.append(long20);
      assertTrue(Files.size(path()) > 20 << 20);
      file.rewrite(long20);
    }

    assertEquals(long20, read(path()));
    assertTrue(Files.readAllLines(path()).size() >= 20, "each in a line of its own");
    try (JournalFile file = new JournalFile(folder.resolve("deep/third.journal"), OWNER)) {
      file.open(before -> {});
      file.append(long20);
    }
    assertEquals(long20, read(folder.resolve("deep/third.journal")));
  }

  @Test
  void aLineThatWasFollowedByOthersIsNeverCutOff() throws IOException {
    write(path(), ALL);
    List<String> lines = new ArrayList<>(Files.readAllLines(path()));
    for (int damaged = lines.size() - 2; damaged < lines.size(); damaged++) {
      lines.set(damaged, lines.get(damaged).replace('e', 'f'));
    }
    Files.write(path(), lines);

    assertThrows(JournalFile.Unusable.class, () -> read(path()));
  }

  @Test
  void theJournalOfAnotherAgentIsNotTaken() throws IOException {
    write(path(), ALL);

    JournalFile.Unusable refused =
        assertThrows(
            JournalFile.Unusable.class,
            () -> {
              try (JournalFile file = new JournalFile(path(), new Entry.Belongs("host.h2", 1))) {
                file.open(before -> {});
              }
            });

    assertTrue(refused.toString().contains("is not that of host.h2"), refused::toString);
  }

  @Test
  void aFileThatIsNoJournalIsLeftAlone() throws IOException {
    Files.createDirectories(folder.resolve("deep"));
    Files.writeString(path(), "root:x:0:0:root:/root:/bin/bash\n".repeat(20));

    assertThrows(JournalFile.Unusable.class, () -> read(path()));
    assertEquals(640, Files.size(path()));
  }

  @Test
  void aNewerFormIsNotTouched() throws IOException {
    try (JournalFile file = new JournalFile(path(), new Entry.Belongs("host.h1", 2))) {
      file.open(before -> {});
    }

    JournalFile.Unusable refused = assertThrows(JournalFile.Unusable.class, () -> read(path()));

    assertTrue(refused.toString().contains("newer version"), refused::toString);
  }

  @Test
  void twoAgentsDoNotShareOne() throws IOException {
    try (JournalFile file = new JournalFile(path(), OWNER)) {
      file.open(before -> {});

      JournalFile.Unusable refused = assertThrows(JournalFile.Unusable.class, () -> read(path()));

      assertTrue(refused.toString().contains("running for this host already"));
    }
    read(path());
  }

  @Test
  void aFolderThatCantBeMadeIsNamed() throws IOException {
    Path blocked = Files.writeString(folder.resolve("file"), "").resolve("sub/x.journal");

    JournalFile.Unusable refused = assertThrows(JournalFile.Unusable.class, () -> read(blocked));

    assertTrue(refused.toString().contains("agent.journal"), refused::toString);
  }
}
