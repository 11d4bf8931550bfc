package io.ballast.ops;

import static io.ballast.testing.Program.run;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.ops.SimulatedFleet.Ran;
import io.ballast.ops.SimulatedFleet.Running;
import io.ballast.ops.client.Console;
import io.ballast.ops.client.Shell;
import io.ballast.testing.Lab;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Work on disks all the way: the command line, a RabbitMQ, the process of a host's agents, the
 * libvirt of a host of the lab and QEMU's tools. Needs the built jar.
 */
@Tag("lab")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class StorageIT {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** So large that a copy that is compressed is seen half way. */
  private static final int BIG_MIB = 192;

  @TempDir static Path world;

  private Path pool;
  private Path exchange;
  private Path configuration;
  private TestBroker broker;
  private Lab lab;
  private BallastProcess scheduler;
  private BallastProcess agent;

  @BeforeAll
  void start() throws IOException {
    pool = world.resolve("pools/images");
    exchange = world.resolve("exchange");
    broker = new TestBroker();
    lab = Lab.up(1);
    configuration =
        Files.writeString(
            world.resolve("ballast.yaml"),
            """
            bus: {credentials: %s}
            agent:
              host: h1
              beat: 500ms
              libvirt: %s
              journal: %s
              exchange: %s
              metrics: 127.0.0.1:0
              pools: {folders: [%s]}
            scheduler: {metrics: 127.0.0.1:0, journal: %s}
            """
                .formatted(
                    broker.credentials(), lab.uri(1), world, exchange, pool.getParent(), world));
    scheduler = process("scheduler");
    agent = process("agent", "--roles", "host,storage");
    scheduler.untilLogged(" ready");
    agent.untilLogged(" ready");
    Awaitility.await().atMost(PATIENCE).until(() -> ran("hosts").out().contains("h1"));
    assertEquals(
        "defined pool images on h1\n",
        done("pool", "define", "images", "--host", "h1", "--folder", "" + pool));
    bigImage();
    Awaitility.await("the next look at its pools")
        .atMost(PATIENCE)
        .until(() -> ran("pool", "list").out().contains("images"));
    done("image", "import", "big.raw", "images/big", "--format", "raw");
    Files.delete(exchange.resolve("big.raw"));
  }

  private void bigImage() throws IOException {
    byte[] mebibyte = new byte[1 << 20];
    Random random = new Random(7);
    try (OutputStream file = Files.newOutputStream(exchange.resolve("big.raw"))) {
      for (int i = 0; i < BIG_MIB; i++) {
        random.nextBytes(mebibyte);
        file.write(mebibyte);
      }
    }
  }

  @AfterAll
  void stop() throws InterruptedException {
    agent.kill();
    scheduler.kill();
    lab.close();
    broker.close();
  }

  @Test
  void aDiskIsMadeCopiedKeptGrownLookedAtAndTakenAway() {
    assertEquals("created images/web1 on h1\n", done("volume", "create", "images/web1", "8MiB"));
    write("web1", 1);
    done("volume", "snapshot", "images/web1", "before");
    assertTrue(done("volume", "snapshots", "images/web1").contains("before"));
    done("volume", "clone", "images/web1", "images/kept", "--snapshot", "before");
    write("web1", 2);

    assertRefused("they differ", "volume", "compare", "images/web1", "images/kept");
    done("volume", "revert", "images/web1", "before");
    assertSame("web1", "kept");
    done("volume", "delete-snapshot", "images/web1", "before");
    assertEquals("no snapshots in images/web1 on h1\n", done("volume", "snapshots", "images/web1"));
    done("volume", "resize", "images/web1", "16MiB");
    assertTrue(done("volume", "show", "images/web1").contains("16 MiB"));

    done("volume", "clone", "images/web1", "images/linked", "--linked");
    assertTrue(done("volume", "show", "images/linked").contains("images/web1"));
    assertRefused("is used by volume images/linked", "volume", "delete", "images/web1");
    done("volume", "flatten", "images/linked");
    done("volume", "check", "images/linked");
    assertSame("web1", "linked");
    done("volume", "delete", "images/web1");

    assertTrue(done("volume", "measure", "images/linked").startsWith("a copy of images/linked"));
    done("image", "export", "images/linked", "web1.vmdk", "--form", "vmdk");
    done("image", "import", "web1.vmdk", "images/back");
    assertSame("linked", "back");
    assertTrue(done("volume", "list", "images").contains("images/back"));
    assertTrue(done("pool", "show", "images").contains("promised"));
  }

  @Test
  void whatIsRefusedSaysWhy() throws IOException {
    Files.writeString(
        exchange.resolve("named"), "# Disk DescriptorFile\nRW 8 FLAT \"/etc/shadow\" 0\n");

    assertRefused("agent.pools", "pool", "define", "else", "--host", "h1", "--folder", "/etc");
    assertRefused("is there already", "volume", "create", "images/big", "8MiB");
    assertRefused("has no volume 'none'", "volume", "clone", "images/none", "images/copy");
    assertRefused("lies in other files", "image", "import", "named", "images/named");
    assertFalse(Files.exists(pool.resolve("named")));
  }

  @Test
  void workThatIsCancelledLeavesNothing() {
    HalfWay export = halfWay("image", "export", "images/big", "cancelled", "--compress");
    assertTrue(done("operation", export.operation()).contains("under way"));

    assertEquals(
        "asked to give up operation " + export.operation() + " on h1\n",
        done("volume", "cancel", export.operation()));
    signal(export.tool(), "CONT");

    Ran ran = export.command().end();
    assertEquals(1, ran.code(), ran::toString);
    assertTrue(ran.err().contains("failed: it was cancelled"), ran::toString);
    assertTrue(done("operation", export.operation()).contains("failed, CANCELLED"));
    assertEquals(List.of(), parts());
    assertFalse(Files.exists(exchange.resolve("cancelled")));
    assertRefused("is over: failed, CANCELLED", "volume", "cancel", export.operation());
  }

  @Test
  void workOutlivesTheAgentThatBeganIt() throws Exception {
    HalfWay clone =
        halfWay("volume", "clone", "images/big", "images/copy", "--format", "qcow2", "--compress");
    HalfWay export = halfWay("image", "export", "images/big", "copied", "--compress");

    agent.kill();
    for (HalfWay cutOff : List.of(clone, export)) {
      cutOff.tool().onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
    assertEquals(Set.of(clone.part(), export.part()), Set.copyOf(parts()));
    Ran nobody = ran("operation", clone.operation());
    assertEquals(4, nobody.code(), nobody::toString);
    agent = process("agent", "--roles", "host,storage");
    agent.untilLogged(" ready");

    assertDone("cloned images/copy on h1\n", clone);
    assertDone("exported images/big as copied on h1\n", export);
    assertEquals(List.of(), parts());
    assertSame("big", "copy");
    done("image", "import", "copied", "images/copied");
    assertSame("big", "copied");
    done("volume", "check", "images/copy");
  }

  private void assertDone(String said, HalfWay work) {
    Ran ran = work.command().end();
    assertEquals(0, ran.code(), ran::toString);
    assertEquals(said, ran.out());
    assertTrue(done("operation", work.operation()).endsWith("  done\n"));
  }

  @Test
  void ofTwoThatMakeOneNameAtOnceOneSucceeds() {
    List<Running> both =
        Stream.of("8MiB", "16MiB")
            .map(size -> begun("volume", "create", "images/twin", size))
            .toList();

    List<Ran> ends = both.stream().map(Running::end).toList();

    assertEquals(List.of(0, 1), ends.stream().map(Ran::code).sorted().toList(), ends::toString);
    assertTrue(
        ends.stream().anyMatch(it -> it.err().matches(".*( works on|volume) images/twin.*\n")),
        ends::toString);
    assertEquals(List.of(), parts());
    done("volume", "check", "images/twin");
    assertRefused("is there already", "volume", "create", "images/twin", "8MiB");
  }

  /** A command whose tool stands still in the midst of its work, which is to make a file. */
  private record HalfWay(Running command, ProcessHandle tool, Path part) {
    /** Its id, which is said once the work takes a while. */
    String operation() {
      command.untilSaid(said -> said.contains("as operation "));
      return command.said().replaceAll("(?s).*?as operation ([0-9a-f-]{36}).*", "$1");
    }
  }

  private HalfWay halfWay(String... words) {
    List<Path> others = parts();
    Running command = begun(words);
    Path part =
        Awaitility.await()
            .atMost(PATIENCE)
            .pollInterval(Duration.ofMillis(5))
            .until(() -> begun(others), Optional::isPresent)
            .orElseThrow();
    ProcessHandle tool = agent.running("qemu-img", part.toString());
    signal(tool, "STOP");
    return new HalfWay(command, tool, part);
  }

  private static void signal(ProcessHandle process, String name) {
    run("kill", "-" + name, "" + process.pid());
  }

  /** A file besides others that is being made, and is no longer empty. */
  private Optional<Path> begun(List<Path> others) {
    return parts().stream()
        .filter(part -> !others.contains(part) && part.toFile().length() > 1 << 20)
        .findAny();
  }

  /** What is made and has no name yet. */
  private List<Path> parts() {
    try (Stream<Path> disks = Files.list(pool);
        Stream<Path> images = Files.list(exchange)) {
      return Stream.concat(disks, images)
          .filter(file -> file.getFileName().toString().startsWith(".ballast-"))
          .toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void write(String volume, int pattern) {
    run(
        "qemu-io",
        "-f",
        "qcow2",
        "-c",
        "write -P " + pattern + " 1M 64k",
        "" + pool.resolve(volume));
  }

  private void assertSame(String volume, String other) {
    assertEquals(
        "compared images/%s on h1: they hold the same\n".formatted(volume),
        done("volume", "compare", "images/" + volume, "images/" + other));
  }

  private void assertRefused(String why, String... words) {
    Ran ran = ran(words);
    assertEquals(1, ran.code(), ran::toString);
    assertTrue(ran.err().contains(why), ran::toString);
    assertEquals("", ran.out());
  }

  private BallastProcess process(String... words) throws IOException {
    return new BallastProcess(world, configured(words));
  }

  private String done(String... words) {
    Ran ran = ran(words);
    assertEquals(0, ran.code(), ran::toString);
    return ran.out();
  }

  private Ran ran(String... words) {
    return SimulatedFleet.ran(command(words), Optional.empty());
  }

  private Running begun(String... words) {
    return SimulatedFleet.begun(command(words), Optional.empty());
  }

  private ToIntFunction<Console> command(String... words) {
    String[] line = configured(words);
    return console -> Ballast.run(new Shell(console, new RabbitConnector(), Map.of()), line);
  }

  private String[] configured(String... words) {
    List<String> line = new ArrayList<>(List.of(words));
    line.addAll(List.of("--config", configuration.toString()));
    return line.toArray(String[]::new);
  }
}
