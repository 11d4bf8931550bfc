package io.ballast.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The command lines of all processes of this machine, as anybody can read them, while it is open.
 */
public final class CommandLines {
  private final Set<String> lines = ConcurrentHashMap.newKeySet();
  private final Thread watcher = Thread.ofPlatform().daemon().start(this::watch);

  private void watch() {
    while (!Thread.interrupted()) {
      try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
        processes.forEach(process -> read(process.resolve("cmdline")));
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
  }

  private void read(Path line) {
    try {
      lines.add(Files.readString(line).replace('\0', ' '));
    } catch (IOException e) {
      // no process, or it has ended
    }
  }

  /** Ends the watch, and tells what was seen. */
  public Set<String> seen() throws InterruptedException {
    watcher.interrupt();
    watcher.join();
    return Set.copyOf(lines);
  }
}
