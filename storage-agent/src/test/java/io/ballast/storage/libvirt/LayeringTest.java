package io.ballast.storage.libvirt;

import static io.ballast.storage.trade.Proving.answer;
import static io.ballast.storage.trade.Proving.refusal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.agent.tool.Runner;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.Reason;
import io.ballast.messages.StorageBeat.Pool;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
import io.ballast.storage.layers.Tree;
import io.ballast.storage.tool.QemuImg;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Layers that are removed; how they are made and merged, {@link RunningVmIT} proves. */
final class LayeringTest {
  private static final VolumeId LAYER = new VolumeId("images", "web1@s@20261201T022047Z");

  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final Disk disk = new Disk(Duration.ofMinutes(1), clock);
  private final Runner runner = new Runner(Runner.Limits.DEFAULT, clock);
  private final Layering layering = new Layering(new QemuImg(runner), disk, clock);
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void make() throws IOException {
    file = Files.writeString(folder.resolve(LAYER.name()), "a layer");
  }

  @AfterEach
  void close() {
    runner.close();
    disk.close();
    clock.shutdown();
  }

  /** A machine of which libvirt here says whether it runs. */
  private VmSeen seen(boolean active, Tenant... tenants) {
    Shelf.Item item =
        new Shelf.Item(
            LAYER.name(), file.toString(), "qcow2", Bytes.ZERO, Bytes.ZERO, Optional.empty());
    Shelf shelf =
        new Shelf(
            new Pool("images", "dir", true, Bytes.ofMiB(10), Bytes.ZERO, Bytes.ofMiB(10)),
            folder.toString(),
            Shelf.Access.USUAL,
            List.of(item));
    return new VmSeen(
        new Machine("web1", active, List.of()),
        List.of(new Seen(shelf, List.of(tenants), List.of(shelf), Map.of())));
  }

  @Test
  void aLayerGoesAndWhatIsGoneIsNoError() {
    answer(layering.remove(seen(false), List.of(LAYER)));
    assertFalse(Files.exists(file));
    answer(layering.remove(seen(false), List.of(LAYER)));
  }

  @Test
  void aLayerOfAMachineThatRunsElsewhereStays() throws IOException {
    try (FileChannel elsewhere = FileChannel.open(file, StandardOpenOption.WRITE)) {
      QemuLock.take(elsewhere, file);

      assertEquals(Reason.IN_USE, refusal(layering.remove(seen(false), List.of(LAYER))));

      assertTrue(Files.exists(file));
    }
  }

  @Test
  void aLayerThatIsUsedOrNotSeenIsNotRemoved() {
    Volume lower = volume("web1");
    Tree.Merge merge =
        new Tree.Merge(
            "vda",
            volume(LAYER.name()),
            lower,
            new VolumeId("images", LAYER.name() + "@0"),
            List.of(),
            Tree.Use.NONE);
    VmSeen unseen = new VmSeen(new Machine("web1", false, List.of()), List.of());
    Tenant user = new Tenant("web2", false, Set.of(file.toString()));

    assertEquals(Reason.INTERRUPTED, refusal(layering.settle(unseen, merge)));
    assertEquals(Reason.INTERRUPTED, refusal(layering.finish(unseen, merge)));
    assertEquals(Reason.INTERRUPTED, refusal(layering.finish(seen(false, user), merge)));
    assertTrue(Files.exists(file));
    answer(layering.finish(seen(false), merge));
    assertFalse(Files.exists(file));
  }

  private static Volume volume(String name) {
    return new Volume(
        new VolumeId("images", name), "qcow2", Bytes.ZERO, Bytes.ZERO, Optional.empty(), List.of());
  }

  @Test
  void whatWasWrittenMeanwhileIsNotThrownAway() throws IOException {
    Unwritten before = Unwritten.of(file);
    before.held().close();
    Files.setLastModifiedTime(file, FileTime.from(before.at().toInstant().plusMillis(5)));

    assertEquals(Reason.INTERRUPTED, assertThrows(RefusedException.class, before::held).reason());
    assertEquals(
        Reason.INTERRUPTED,
        assertThrows(RefusedException.class, () -> before.still(() -> true)).reason());
    Unwritten.of(file).held().close();
  }

  @Test
  void theSignOfADeletionIsLeftOnceAndGoes() {
    VolumeId sign = new VolumeId("images", LAYER.name() + "@0");

    answer(layering.sign(seen(true), sign));
    answer(layering.sign(seen(true), sign));
    assertTrue(Files.exists(folder.resolve(sign.name())));
    answer(layering.remove(seen(true), List.of(sign)));
    assertFalse(Files.exists(folder.resolve(sign.name())));
  }
}
