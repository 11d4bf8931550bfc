package io.ballast.ops.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * The logs of a stage's processes, saved before the stage goes.
 *
 * @param run where those of the agents, the scheduler and the broker lie
 * @param lab where those of the lab's hosts, their hypervisors and guests lie
 */
record Logbook(Path run, Path lab) {
  /** Copies them to a new folder and returns that; who may not write it fails. */
  Path save() {
    try {
      return saveTo(Files.createTempDirectory("ballast-demo-logs-"));
    } catch (IOException e) {
      throw new UncheckedIOException("the logs could not be saved", e);
    }
  }

  /** Copies them to a folder, over what lies there, and returns that. */
  Path saveTo(Path folder) {
    try {
      copy(run, folder);
      copy(lab, folder.resolve("lab"));
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException("the logs could not be saved", e);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    if (!Files.isDirectory(from)) {
      return;
    }
    List<Path> logs;
    try (Stream<Path> files = Files.walk(from)) {
      logs = files.filter(Files::isRegularFile).filter(Logbook::isLog).toList();
    }
    for (Path log : logs) {
      Path copy = to.resolve(from.relativize(log).toString());
      Files.createDirectories(copy.getParent());
      Files.copy(log, copy, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** A log, or a guest's console. */
  private static boolean isLog(Path file) {
    return file.toString().endsWith(".log") || file.toString().contains("/serial/");
  }
}
