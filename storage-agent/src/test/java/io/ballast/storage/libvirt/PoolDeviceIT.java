package io.ballast.storage.libvirt;

import static io.ballast.storage.trade.Proving.answer;
import static io.ballast.testing.Program.run;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Bytes;
import io.ballast.messages.PoolOrder.DefinePool;
import io.ballast.messages.PoolOrder.StartPool;
import io.ballast.messages.PoolOrder.StopPool;
import io.ballast.messages.PoolSource;
import io.ballast.messages.Volume.Format;
import io.ballast.messages.VolumeId;
import io.ballast.storage.trade.PoolsContract;
import io.ballast.storage.trade.Volumes;
import io.ballast.testing.Lab;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Pools that are file systems on devices, by a real libvirt, in a host of a lab. Needs what {@code
 * ops/install lab} installs: {@code ops/test lab} runs it.
 */
@Tag("lab")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PoolDeviceIT implements PoolsContract {
  private static final Bytes SIZE = Bytes.ofMiB(64);

  private final Vertx vertx = Vertx.vertx();
  private final List<SmallDisk> disks = new ArrayList<>();
  @TempDir static Path folder;
  private PoolSource.FileSystem source;
  private Lab lab;
  private LibvirtVolumes volumes;

  @BeforeAll
  void start() {
    lab = Lab.up(1);
    volumes =
        new LibvirtVolumes(
            vertx,
            lab.uri(1),
            Duration.ofSeconds(20),
            new LibvirtVolumes.Places(folder, Path.of("/none")));
    source = source();
    answer(volumes.carryOut(new DefinePool(pool(), source)));
  }

  @AfterAll
  void stop() {
    volumes.close();
    lab.close();
    disks.forEach(SmallDisk::close);
    answer(vertx.close());
  }

  @Override
  public Volumes volumes() {
    return volumes;
  }

  @Override
  public String pool() {
    return "device";
  }

  /** A device of its own, which libvirt mounts for the lab's host, and this for its agent. */
  @Override
  public PoolSource.FileSystem source() {
    String name = UUID.randomUUID().toString();
    try {
      SmallDisk disk = SmallDisk.of(folder.resolve(name + ".device"), SIZE);
      disks.add(disk);
      return new PoolSource.FileSystem(disk.device(), disk.mount(folder.resolve(name)).toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void write(VolumeId volume, Bytes at) {
    run("qemu-io", "-f", "raw", "-c", "write -P 7 " + at.value() + " 512", path(volume));
  }

  @Override
  public int read(VolumeId volume, Bytes at) {
    String dump = run("qemu-io", "-f", "raw", "-c", "read -v " + at.value() + " 16", path(volume));
    return Integer.parseInt(dump.split(" +", 3)[1], 16);
  }

  private String path(VolumeId volume) {
    return Path.of(source.path(), volume.name()).toString();
  }

  @Test
  void theDeviceIsMountedWhileThePoolIsActive() {
    VolumeId disk = written(Format.RAW);
    assertEquals("fs", answer(volumes.stock(pool())).pool().type());
    assertTrue(answer(volumes.stock(pool())).pool().capacity().compareTo(SIZE) <= 0);
    assertTrue(isMounted());

    answer(volumes.carryOut(new StopPool(pool())));
    assertFalse(isMounted());
    answer(volumes.carryOut(new StartPool(pool())));

    assertTrue(isMounted());
    assertEquals(7, read(disk, Bytes.ofMiB(3)));
  }

  /** Whether the lab's host sees it. */
  private boolean isMounted() {
    return lab.exec(1, "cat", "/proc/self/mounts")
        .contains(source.device() + " " + source.path() + " ");
  }
}
