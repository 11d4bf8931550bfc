package io.ballast.storage.libvirt;

import static io.ballast.testing.Program.run;

import io.ballast.messages.Bytes;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** A small file system on a block device of this machine, which is a file in truth. */
final class SmallDisk implements AutoCloseable {
  private final String device;
  private final List<Path> mounts = new ArrayList<>();

  private SmallDisk(String device) {
    this.device = device;
  }

  /** Makes one out of a new file; a machine without loop devices has no test that needs them. */
  static SmallDisk of(Path file, Bytes size) throws IOException {
    Assumptions.assumeTrue(
        Files.exists(Path.of("/dev/loop-control")), "this machine has no loop devices");
    try (RandomAccessFile made = new RandomAccessFile(file.toFile(), "rw")) {
      made.setLength(size.value());
    }
    // With nothing kept for root, who writes here.
    run("mkfs.ext4", "-q", "-m", "0", file.toString());
    return new SmallDisk(run("losetup", "--find", "--show", file.toString()).strip());
  }

  /** Its device. */
  String device() {
    return device;
  }

  /** Mounts it for this machine, and for the hosts of labs that are started from then on. */
  Path mount(Path folder) throws IOException {
    Files.createDirectories(folder);
    run("mount", device, folder.toString());
    mounts.add(folder);
    return folder;
  }

  @Override
  public void close() {
    mounts.forEach(folder -> run("umount", folder.toString()));
    run("losetup", "--detach", device);
  }
}
