package io.ballast.storage.libvirt;

import static io.ballast.storage.trade.Proving.answer;
import static io.ballast.storage.trade.Proving.refusal;
import static io.ballast.testing.Program.run;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.ballast.messages.Bytes;
import io.ballast.messages.OperationId;
import io.ballast.messages.PoolOrder;
import io.ballast.messages.PoolSource;
import io.ballast.messages.Reason;
import io.ballast.messages.Volume;
import io.ballast.messages.Volume.Format;
import io.ballast.messages.Volume.Preallocation;
import io.ballast.messages.VolumeId;
import io.ballast.messages.VolumeOrder;
import io.ballast.messages.VolumeOrder.CloneVolume;
import io.ballast.messages.VolumeOrder.CompareVolumes;
import io.ballast.messages.VolumeOrder.CreateVolume;
import io.ballast.messages.VolumeOrder.DeleteVolume;
import io.ballast.messages.VolumeOrder.ExportVolume;
import io.ballast.messages.VolumeOrder.FetchVolume;
import io.ballast.messages.VolumeOrder.FlattenVolume;
import io.ballast.messages.VolumeOrder.ImportVolume;
import io.ballast.messages.VolumeOrder.ResizeVolume;
import io.ballast.messages.VolumeOrder.SnapshotVolume;
import io.ballast.messages.VolumeOrder.WipeVolume;
import io.ballast.storage.trade.FilesContract;
import io.ballast.storage.trade.PoolsContract;
import io.ballast.storage.trade.Proving;
import io.ballast.storage.trade.Task;
import io.ballast.storage.trade.Volumes;
import io.ballast.testing.Lab;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A pool that is a folder, by a real libvirt and QEMU's tools, in a host of a lab. Needs what
 * {@code ops/install lab} installs: {@code ops/test lab} runs it.
 */
@Tag("lab")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class FolderIT implements FilesContract, PoolsContract {
  private final Vertx vertx = Vertx.vertx();
  private Path folder;
  @TempDir static Path exchange;
  @TempDir static Path elsewhere;
  private Lab lab;
  private LibvirtVolumes volumes;

  @BeforeAll
  void start() throws IOException {
    folder = Files.createTempDirectory("ballast-images");
    // Small, so that it can be filled; and mounted first, so that the lab's host has it too.
    run("mount", "-t", "tmpfs", "-o", "size=256m", "ballast-images", folder.toString());
    lab = Lab.up(1);
    lab.virsh(1, "pool-create-as", "images", "dir", "--target", folder.toString());
    volumes =
        new LibvirtVolumes(
            vertx,
            lab.uri(1),
            Duration.ofSeconds(20),
            new LibvirtVolumes.Places(exchange, Path.of("/none")));
  }

  @AfterAll
  void stop() throws IOException {
    volumes.close();
    lab.close();
    Proving.answer(vertx.close());
    run("umount", folder.toString());
    Files.delete(folder);
  }

  @Override
  public Volumes volumes() {
    return volumes;
  }

  @Override
  public PoolSource source() {
    return new PoolSource.Folder(elsewhere.resolve(UUID.randomUUID().toString()).toString());
  }

  @Override
  public String pool() {
    return "images";
  }

  @Override
  public void write(VolumeId volume, Bytes at) {
    run(
        "qemu-io",
        "-f",
        found(volume).orElseThrow().format(),
        "-c",
        "write -P 7 " + at.value() + " 512",
        folder.resolve(volume.name()).toString());
  }

  @Override
  public int read(VolumeId volume, Bytes at) {
    String dump =
        run(
            "qemu-io",
            "-f",
            found(volume).orElseThrow().format(),
            "-c",
            "read -v " + at.value() + " 16",
            folder.resolve(volume.name()).toString());
    return Integer.parseInt(dump.split(" +", 3)[1], 16);
  }

  // ---- images that somebody brought

  @ParameterizedTest
  @EnumSource(ExportVolume.Form.class)
  void theFormOfAnImageIsToldByItsContentAndNotByItsName(ExportVolume.Form form)
      throws IOException {
    VolumeId volume = created(Format.RAW, 8);
    write(volume, Bytes.ofMiB(3));
    VolumeId back = fresh();
    answer(done(new ExportVolume(volume, back.name() + ".x", form, false)));
    Files.move(exchange.resolve(back.name() + ".x"), exchange.resolve(back.name() + ".iso"));

    answer(done(new ImportVolume(back, back.name() + ".iso", Format.QCOW2)));

    assertEquals(7, read(back, Bytes.ofMiB(3)));
    assertEquals("they hold the same", answer(done(new CompareVolumes(volume, back))));
  }

  @Test
  void anImageThatPointsToOtherFilesIsRefusedAndNothingOfItIsLeft() throws IOException {
    Path secret = Files.writeString(exchange.resolve("secret"), "x".repeat(8 << 20));
    image("backing", "qcow2", "-b", secret.toString(), "-F", "raw");
    image("plain.vmdk", "vmdk");
    image("parent", "vmdk", "-b", exchange.resolve("plain.vmdk").toString(), "-F", "vmdk");
    image("data", "qcow2", "-o", "data_file=" + secret + ",data_file_raw=on");
    image("flat", "vmdk", "-o", "subformat=monolithicFlat");
    Files.writeString(
        exchange.resolve("named"), "# Disk DescriptorFile\nRW 8 FLAT \"/etc/shadow\" 0\n");
    Files.createSymbolicLink(exchange.resolve("link"), secret);
    List<Volume> before = answer(volumes.stock("images")).volumes();

    for (String file : List.of("backing", "parent", "data", "flat", "named")) {
      assertEquals(
          Reason.INVALID_IMAGE, refusal(done(new ImportVolume(fresh(), file, Format.RAW))), file);
    }
    assertEquals(Reason.NOT_ALLOWED, refusal(done(new ImportVolume(fresh(), "link", Format.RAW))));

    assertEquals(before, answer(volumes.stock("images")).volumes());
    assertEquals(List.of(), parts());
  }

  @Test
  void aGuestThatWritesAHeaderReadsNoDiskOfOthers() throws IOException {
    VolumeId other = created(Format.QCOW2, 8);
    write(other, Bytes.ofMiB(3));
    VolumeId disk = fresh();
    String xml =
        "<domain type='qemu'><name>%s</name><memory>65536</memory><os><type>hvm</type></os><devices>"
                .formatted(disk.name())
            + "<disk type='file'><driver name='qemu' type='raw'/><source file='%s'/><target dev='vda'/>"
                .formatted(folder.resolve(disk.name()))
            + "</disk></devices></domain>";
    lab.virsh(1, "define", Files.writeString(exchange.resolve(disk.name()), xml).toString());
    // What its guest would write to a raw disk.
    run(
        "qemu-img",
        "create",
        "-q",
        "-f",
        "qcow2",
        "-b",
        folder.resolve(other.name()).toString(),
        "-F",
        "qcow2",
        folder.resolve(disk.name()).toString());
    assertEquals("qcow2", found(disk).orElseThrow().format());
    VolumeId copy = fresh();

    for (VolumeOrder order :
        List.of(
            new ExportVolume(disk, copy.name(), ExportVolume.Form.RAW, false),
            new CloneVolume(disk, Optional.empty(), copy, false, Optional.empty(), false),
            new FlattenVolume(disk),
            new SnapshotVolume(disk, "s"))) {
      assertEquals(Reason.INVALID_IMAGE, refusal(done(order)), order::toString);
    }

    lab.virsh(1, "undefine", disk.name());
    assertEquals(Optional.empty(), found(copy));
  }

  @Test
  void aBaseInAnotherPoolIsLookedAtToo() throws IOException {
    Path base = Files.createDirectory(elsewhere.resolve("bases")).resolve("base");
    answer(
        volumes.carryOut(
            new PoolOrder.DefinePool("bases", new PoolSource.Folder("" + base.getParent()))));
    run(
        "qemu-img",
        "create",
        "-q",
        "-f",
        "qcow2",
        "-o",
        "data_file=" + base + ".data",
        base + "",
        "8M");
    VolumeId disk = fresh();
    String file = folder.resolve(disk.name()).toString();
    run("qemu-img", "create", "-q", "-f", "qcow2", "-b", base.toString(), "-F", "qcow2", file);
    VolumeId copy = fresh();

    assertEquals(
        Reason.INVALID_IMAGE,
        refusal(done(new ExportVolume(disk, copy.name(), ExportVolume.Form.RAW, false))));
  }

  @Test
  void anImageThatClaimsTooMuchIsRefused() throws IOException {
    image("huge", "qcow2");
    try (FileChannel file = FileChannel.open(exchange.resolve("huge"), StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.allocate(8).putLong(0, 1L << 62), 24);
    }

    assertEquals(
        Reason.INVALID_IMAGE, refusal(done(new ImportVolume(fresh(), "huge", Format.RAW))));
  }

  @Test
  void workThatIsCancelledLeavesNothing() {
    VolumeId volume = fresh();
    Task task =
        volumes.carryOut(
            Proving.operation(),
            new CreateVolume(
                volume, Format.RAW, Bytes.ofMiB(200), Preallocation.FULL, Optional.empty()),
            (done, total) -> {});
    task.cancel();

    assertEquals(Reason.CANCELLED, refusal(task.end()));
    assertEquals(Optional.empty(), found(volume));
    assertEquals(List.of(), parts());
  }

  @Test
  void whatAnInterruptedOperationLeftIsClearedAway() throws IOException {
    OperationId operation = Proving.operation();
    Path left =
        folder.resolve(
            ".ballast-" + UUID.nameUUIDFromBytes(operation.value().getBytes(UTF_8)) + ".part");
    Files.writeString(left, "half");
    assertEquals(
        List.of(),
        answer(volumes.stock("images")).volumes().stream()
            .filter(volume -> volume.id().name().startsWith("."))
            .toList());

    answer(volumes.clear(operation, "images"));

    assertEquals(List.of(), parts());
  }

  @Test
  void aLinkInThePoolIsNotFollowed() throws IOException {
    Path outside = Files.writeString(exchange.resolve("outside"), "x".repeat(1 << 20));
    Files.createSymbolicLink(folder.resolve("link"), outside);
    VolumeId link = new VolumeId("images", "link");

    assertEquals(Reason.NOT_ALLOWED, refusal(done(new ResizeVolume(link, Bytes.ofMiB(2), false))));
    assertEquals(
        Reason.NOT_ALLOWED,
        refusal(
            done(
                new CloneVolume(link, Optional.empty(), fresh(), false, Optional.empty(), false))));
    assertEquals(Reason.NOT_ALLOWED, refusal(done(new DeleteVolume(link))));
    assertEquals(1 << 20, Files.size(outside));
    Files.delete(folder.resolve("link"));
  }

  @Test
  void whatIsWipedIsOverwrittenAndNotOnlyLetGo() throws IOException {
    for (Format format : Format.values()) {
      VolumeId id = created(format, 8);
      write(id, Bytes.ofMiB(3));
      Path kept = elsewhereInThePool();
      Files.createLink(kept, folder.resolve(id.name()));

      answer(done(new WipeVolume(id)));

      byte[] bytes = Files.readAllBytes(kept);
      assertArrayEquals(new byte[bytes.length], bytes);
      Files.delete(kept);
    }
    assertEquals(List.of(), parts());
  }

  private Path elsewhereInThePool() {
    return folder.resolve("kept-" + UUID.randomUUID());
  }

  @Test
  void aDiskThatAQemuHasOpenIsNotWiped() throws IOException {
    VolumeId volume = created(Format.RAW, 8);
    Path disk = folder.resolve(volume.name());
    Process qemu =
        new ProcessBuilder("qemu-io", "-f", "raw", disk.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    // It reads commands until there are no more, and has the disk open after the first.
    qemu.outputWriter().append("write -P 7 3M 512\n").flush();
    await().until(() -> read(disk, 3 << 20) == 7);

    assertEquals(Reason.IN_USE, refusal(done(new WipeVolume(volume))));

    assertEquals(7, read(disk, 3 << 20));
    qemu.outputWriter().close();
    await().until(() -> !qemu.isAlive());
    answer(done(new WipeVolume(volume)));
    assertEquals(0, read(disk, 3 << 20));
  }

  /** A byte of a file, by a look that disturbs no lock. */
  private static int read(Path file, long at) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      ByteBuffer one = ByteBuffer.allocate(1);
      return channel.read(one, at) < 1 ? -1 : one.get(0);
    }
  }

  @Test
  void aCopyThatRunsOutOfRoomOnTheWayLeavesNothing() {
    VolumeId source = created(Format.RAW, 200);
    run(
        "qemu-io",
        "-f",
        "raw",
        "-c",
        "write -P 7 0 150M",
        folder.resolve(source.name()).toString());
    VolumeId copy = fresh();
    CloneVolume order =
        new CloneVolume(source, Optional.empty(), copy, false, Optional.empty(), false);

    assertEquals(Reason.NO_ROOM, refusal(done(order)));

    assertEquals(Optional.empty(), found(copy));
    assertEquals(List.of(), parts());
    answer(done(new DeleteVolume(source)));
  }

  @Test
  void aWipeThatWasCutOffLeavesADiskAndNothingElse() throws IOException {
    VolumeId id = created(Format.QCOW2, 8);
    OperationId operation = Proving.operation();
    String part = ".ballast-" + UUID.nameUUIDFromBytes(operation.value().getBytes(UTF_8)) + ".part";
    Files.createLink(folder.resolve(part + ".part"), folder.resolve(id.name()));

    answer(volumes.clear(operation, pool()));

    assertEquals(List.of(), parts());
    assertEquals("qcow2", found(id).orElseThrow().format());
    answer(volumes.carryOut(operation, new WipeVolume(id), (done, total) -> {}).end());
    assertEquals(List.of(), parts());
  }

  @Test
  void aPoolThatCantBeStartedIsNotMade() {
    PoolOrder order =
        new PoolOrder.DefinePool(
            "broken", new PoolSource.FileSystem("/dev/null", elsewhere.resolve("b").toString()));

    assertEquals(Reason.TRADE_REFUSED, refusal(volumes.carryOut(order)));

    assertFalse(
        answer(volumes.pools()).stream().anyMatch(pool -> pool.name().equals(order.pool())));
  }

  @Test
  void aPoolThatSomebodyMadeForThisRunOnlyIsKeptForGood() {
    PoolSource source = source();
    String path = ((PoolSource.Folder) source).path();
    lab.virsh(1, "pool-create-as", "passing", "dir", "--target", path, "--build");

    answer(volumes.carryOut(new PoolOrder.DefinePool("passing", source)));
    answer(volumes.carryOut(new PoolOrder.StopPool("passing")));

    assertTrue(answer(volumes.pools()).stream().anyMatch(pool -> pool.name().equals("passing")));
  }

  @Test
  void whatFillsAPoolBesideLibvirtIsToldWithoutALook() throws IOException {
    Path file = folder.resolve("guest.raw");
    Bytes before = answer(volumes.stock("images")).pool().available();
    await().until(() -> tells(before));
    run("fallocate", "--length=64m", file.toString());
    await().until(() -> tells(before.minusOrZero(Bytes.ofMiB(64))));
    Files.delete(file);
  }

  private boolean tells(Bytes left) {
    return answer(volumes.pools()).stream().anyMatch(pool -> pool.available().equals(left));
  }

  @Test
  void anImageThatAServerOffersBecomesADisk() throws IOException {
    image("served.vmdk", "vmdk");
    byte[] bytes = Files.readAllBytes(exchange.resolve("served.vmdk"));
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        asked -> {
          asked.sendResponseHeaders(200, bytes.length);
          asked.getResponseBody().write(bytes);
          asked.close();
        });
    server.start();
    String address = "http://127.0.0.1:" + server.getAddress().getPort() + "/served.vmdk";
    VolumeId wrong = fresh();
    VolumeId made = fresh();

    assertEquals(
        Reason.INVALID_IMAGE,
        refusal(done(new FetchVolume(wrong, address, Optional.of("0".repeat(64)), Format.QCOW2))));
    answer(done(new FetchVolume(made, address, Optional.empty(), Format.QCOW2)));
    server.stop(0);

    assertEquals(Optional.empty(), found(wrong));
    assertEquals("qcow2", found(made).orElseThrow().format());
    assertEquals(Bytes.ofMiB(8), found(made).orElseThrow().capacity());
    assertEquals(List.of(), parts());
    assertEquals(List.of(), parts(exchange));
  }

  private void image(String name, String format, String... options) {
    List<String> command = new ArrayList<>(List.of("qemu-img", "create", "-q", "-f", format));
    command.addAll(List.of(options));
    command.addAll(List.of(exchange.resolve(name).toString(), "8M"));
    run(command.toArray(String[]::new));
  }

  private List<String> parts() {
    return parts(folder);
  }

  private static List<String> parts(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".part"))
          .toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
