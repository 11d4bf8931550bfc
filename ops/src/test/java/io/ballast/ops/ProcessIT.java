package io.ballast.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.ops.SimulatedFleet.Ran;
import io.ballast.ops.client.Shell;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The processes and the command line over a real RabbitMQ; needs the built jar. */
final class ProcessIT {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static TestBroker broker;

  @TempDir Path folder;

  @BeforeAll
  static void aBroker() {
    broker = new TestBroker();
  }

  @AfterAll
  static void noBroker() {
    broker.close();
  }

  @Test
  void schedulerAndAgentServeTheCommandLineAndEndWhenTold() throws Exception {
    try (BallastProcess scheduler = start("scheduler", "--journal", folder.toString());
        BallastProcess agent =
            start(
                "agent",
                "--host",
                "h7",
                "--beat",
                "500ms",
                "--journal",
                folder.toString(),
                "--libvirt",
                "qemu+unix:///system?socket=/nowhere")) {
      scheduler.untilLogged(" ready");
      agent.untilLogged(" ready");
      Awaitility.await().atMost(PATIENCE).until(() -> run("hosts").out().contains("unreachable"));

      assertTrue(run("hosts").out().contains("h7"), run("hosts").out());
      assertEquals(200, agent.get("/health").statusCode());
      assertEquals("{\"status\":\"up\",\"bus\":\"connected\"}", scheduler.get("/health").body());
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> scheduler.get("/metrics").body().contains("ballast_host_up{host=\"h7\"}"));
      assertTrue(agent.get("/metrics").body().contains("jvm_memory_used_bytes"));
      assertEquals(404, agent.get("/").statusCode());
      assertEquals(0, agent.end(), agent.log());
      assertEquals(0, scheduler.end(), scheduler.log());
      assertTrue(scheduler.log().endsWith(" ended\n"), scheduler.log());
      assertFalse(scheduler.log().contains(password()), "the password is in the log");
      assertFalse(agent.log().contains(password()), "the password is in the log");
    }
  }

  @Test
  void aProcessWaitsForABusThatIsNotThereYet() throws Exception {
    broker.stop();
    try (BallastProcess scheduler = start("scheduler")) {
      scheduler.untilLogged("no bus at ");
      assertEquals(503, scheduler.get("/health").statusCode());

      broker.start();

      scheduler.untilLogged(" ready");
      assertEquals(200, scheduler.get("/health").statusCode());
      assertEquals(0, scheduler.end(), scheduler.log());
    } finally {
      broker.start();
    }
  }

  @Test
  void aBrokerThatDoesNotListenIsUnreachable() throws IOException {
    int free;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      free = socket.getLocalPort();
    }

    Ran ran = run("hosts", "--broker", "127.0.0.1:" + free);

    assertEquals(3, ran.code(), ran.toString());
    assertTrue(
        ran.err().matches("ballast: cannot reach the bus: .*127.0.0.1:" + free + ".*refused.*\n"),
        ran.err());
  }

  @Test
  void aWrongPasswordIsSaidToBeOne() throws IOException {
    Path wrong =
        Files.writeString(
            folder.resolve("wrong"),
            Files.readString(broker.credentials())
                .replaceAll("password=.*", "password=not-the-one"));

    Ran ran = ran("hosts", "--credentials", wrong.toString());

    assertEquals(3, ran.code(), ran.toString());
    assertTrue(ran.err().contains("does not accept the user or its password"), ran.err());
    assertFalse(ran.err().contains("not-the-one"), ran.err());
  }

  @Test
  void aVirtualHostIsUsedThatIsThereAndNamedWhereItIsNot() throws IOException {
    broker.control("add_vhost", "fleet");
    broker.control("set_permissions", "-p", "fleet", "ballast", ".*", ".*", ".*");
    Path configuration =
        Files.writeString(folder.resolve("fleet.yaml"), "bus: {virtual-host: fleet}");

    Ran there = run("vms", "--config", configuration.toString());
    Ran nowhere = run("vms", "--virtual-host", "elsewhere");

    assertEquals(4, there.code(), there.toString());
    assertEquals(3, nowhere.code(), nowhere.toString());
    assertTrue(nowhere.err().contains("elsewhere"), nowhere.err());
  }

  @Test
  void aBrokerIsNamedByItsAddressOfEitherKind() {
    Ran ran = run("vms", "--broker", "[::1]:1");

    assertEquals(3, ran.code(), ran.toString());
    assertTrue(
        ran.err().startsWith("ballast: cannot reach the bus: no broker at [::1]:1: "), ran.err());
  }

  @Test
  void withoutASchedulerQueriesGetNoAnswer() {
    Ran ran = run("vms");

    assertEquals(
        new Ran(4, "", "ballast: no scheduler is on the bus; start one with 'ballast scheduler'\n"),
        ran);
  }

  @Test
  void aPortThatIsTakenIsRefused() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + taken.getLocalPort();

      Ran ran = run("scheduler", "--log", "warn", "--metrics", address);

      assertEquals(1, ran.code(), ran.toString());
      assertTrue(ran.err().startsWith("ballast: cannot serve metrics at " + address), ran.err());
    }
  }

  private BallastProcess start(String... words) throws IOException {
    String[] all = withCredentials(words);
    String[] line = java.util.Arrays.copyOf(all, all.length + 2);
    line[all.length] = "--metrics";
    line[all.length + 1] = "127.0.0.1:0";
    return new BallastProcess(folder, line);
  }

  private static Ran run(String... words) {
    return ran(withCredentials(words));
  }

  private static Ran ran(String... words) {
    return SimulatedFleet.ran(
        console -> Ballast.run(new Shell(console, new RabbitConnector(), Map.of()), words),
        Optional.empty());
  }

  private static String[] withCredentials(String... words) {
    String[] line = java.util.Arrays.copyOf(words, words.length + 2);
    line[words.length] = "--credentials";
    line[words.length + 1] = broker.credentials().toString();
    return line;
  }

  private static String password() throws IOException {
    Properties properties = new Properties();
    try (var reader = Files.newBufferedReader(broker.credentials())) {
      properties.load(reader);
    }
    return properties.getProperty("password");
  }
}
