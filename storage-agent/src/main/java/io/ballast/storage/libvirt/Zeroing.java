package io.ballast.storage.libvirt;

import io.ballast.agent.tool.Runner;
import io.ballast.agent.tool.Tool;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a file system sets a stretch of a file to zeros when it says so. QEMU relies on that; a
 * mounted GlusterFS does not.
 *
 * @param tool that sets a whole file to zeros, but for the file's path
 */
record Zeroing(Disk disk, Runner runner, List<String> tool) {
  private static final Logger LOG = LoggerFactory.getLogger(Zeroing.class);
  private static final Duration WITHIN = Duration.ofSeconds(20);
  private static final int LENGTH = 4096;

  Zeroing {
    tool = List.copyOf(tool);
  }

  /** By the tool that comes with Linux. */
  static Zeroing of(Disk disk, Runner runner) {
    return new Zeroing(
        disk,
        runner,
        List.of("fallocate", "--zero-range", "--offset=0", "--length=" + LENGTH, "--"));
  }

  /**
   * What a person has to know of a folder; empty where it is as it should be, or can't be tried.
   * Always succeeds.
   */
  Future<String> look(Path folder) {
    return disk.call("the making of a file in " + folder, () -> full(folder))
        .compose(
            file ->
                set(file)
                    .compose(done -> disk.call("the look at " + file, () -> verdict(file)))
                    .eventually(
                        () ->
                            disk.call("the removal of " + file, () -> Files.deleteIfExists(file))))
        // It can't be written to; or sets nothing to zeros, and then QEMU does it itself.
        .onFailure(why -> LOG.debug("{}: {}", folder, why.getMessage()))
        .otherwise("");
  }

  private static Path full(Path folder) throws IOException {
    byte[] sevens = new byte[LENGTH];
    Arrays.fill(sevens, (byte) 7);
    return Files.write(Files.createTempFile(folder, Part.PREFIX, Part.SUFFIX), sevens);
  }

  private Future<String> set(Path file) {
    List<String> words = new ArrayList<>(tool);
    words.add(file.toString());
    return runner.run(Tool.of(WITHIN, words.toArray(String[]::new))).output();
  }

  private static String verdict(Path file) throws IOException {
    return Arrays.equals(Files.readAllBytes(file), new byte[LENGTH])
        ? ""
        : "this file system says that it has set files to zeros and has not: guests may read in raw"
            + " disks what they have overwritten; make disks here in qcow2 only";
  }
}
