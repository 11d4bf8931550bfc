package io.ballast.storage.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import io.ballast.testing.Program;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lock of a real QEMU. Needs what {@code ops/install lab} installs. */
@Tag("lab")
final class QemuLockIT {
  @TempDir Path folder;
  private Path disk;

  @BeforeEach
  void make() {
    disk = folder.resolve("disk");
    Program.run("qemu-img", "create", "-q", "-f", "qcow2", disk.toString(), "8M");
  }

  @Test
  void whatAQemuHasOpenIsNotRemoved() throws IOException {
    Path link = Files.createLink(folder.resolve("link"), disk);
    for (List<String> how : List.of(List.<String>of(), List.of("-r"))) {
      Process qemu = opened(how);
      try {
        assertEquals(
            Reason.IN_USE, assertThrows(RefusedException.class, () -> remove(link)).reason());
        assertTrue(Files.exists(link));
      } finally {
        qemu.destroyForcibly().onExit().join();
      }
    }
    assertTrue(remove(link));
    assertTrue(remove(disk));
    assertFalse(remove(disk));
  }

  @Test
  void whatAQemuOnlyReadsMayBeBuiltUpon() throws IOException {
    assertTrue(QemuLock.unwritten(disk));
    Process reader = opened(List.of("-r"));
    assertTrue(QemuLock.unwritten(disk));
    reader.destroyForcibly().onExit().join();
    Process writer = opened(List.of());
    try {
      assertEquals(
          Reason.IN_USE,
          assertThrows(RefusedException.class, () -> QemuLock.unwritten(disk)).reason());
    } finally {
      writer.destroyForcibly().onExit().join();
    }
  }

  @Test
  void noQemuOpensWhatIsBeingRemoved() throws IOException {
    int status =
        QemuLock.held(
            disk,
            () ->
                new ProcessBuilder("qemu-io", "-c", "length", disk.toString())
                    .start()
                    .onExit()
                    .join()
                    .exitValue());

    assertEquals(1, status);
  }

  private static boolean remove(Path file) throws IOException {
    return QemuLock.held(file, () -> Files.deleteIfExists(file));
  }

  private Process opened(List<String> how) throws IOException {
    List<String> words = new ArrayList<>(List.of("qemu-io", "-f", "qcow2"));
    words.addAll(how);
    words.add(disk.toString());
    Process qemu = new ProcessBuilder(words).start();
    Writer asks = qemu.outputWriter();
    asks.write("length\n");
    asks.flush();
    // It answers once it has the file open.
    BufferedReader answers = qemu.inputReader();
    assertTrue(String.valueOf(answers.readLine()).endsWith("8 MiB"));
    return qemu;
  }
}
