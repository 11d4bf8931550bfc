package io.ballast.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ballast.bus.Address;
import io.ballast.bus.RefusedException;
import io.ballast.bus.Request;
import io.ballast.bus.Role;
import io.ballast.bus.rabbit.RabbitBus;
import io.ballast.messages.HostCommand;
import io.ballast.messages.HostId;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.ops.SimulatedFleet.Ran;
import io.ballast.ops.client.Credentials;
import io.ballast.ops.client.Shell;
import io.ballast.ops.config.BusSettings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The dead letters of a real RabbitMQ on the command line. */
final class DeadLettersIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Address H7 = Address.at(Role.HOST, new HostId("h7"));

  private static TestBroker broker;

  private final Vertx vertx = Vertx.vertx();
  private final List<OperationId> carriedOut = new CopyOnWriteArrayList<>();
  private RabbitBus agent;
  private RabbitBus sender;
  private volatile boolean accepting;

  @BeforeAll
  static void aBroker() {
    broker = new TestBroker();
  }

  @AfterAll
  static void noBroker() {
    broker.close();
  }

  @BeforeEach
  void anAgentThatRefusesAndThreeDeadLetters() throws IOException {
    agent = join("host.h7");
    sender = join("person");
    SimulatedFleet.await(
        agent.serve(
            H7,
            (envelope, command) -> {
              if (accepting) {
                carriedOut.add(envelope.id());
                return Future.succeededFuture(new Reply.Accepted(envelope.id()));
              }
              return Future.failedFuture(
                  envelope.id().value().equals("locked")
                      ? new RefusedException(Reason.NOT_ALLOWED, "person may not do this")
                      : new RefusedException(Reason.UNKNOWN_VM, "h7 has no such VM"));
            }));
    for (String id : List.of("first", "locked", "last")) {
      SimulatedFleet.await(
          sender.cast(
              Request.of(H7, new HostCommand.Start(SimulatedFleet.id("web1")))
                  .withId(new OperationId(id))));
    }
    Awaitility.await().atMost(PATIENCE).until(() -> listed().size() == 3);
  }

  @AfterEach
  void close() {
    run("discard", "--all");
    SimulatedFleet.await(Future.all(agent.close(), sender.close()));
    SimulatedFleet.await(vertx.close());
  }

  private RabbitBus join(String name) {
    return RabbitBus.connect(
        vertx, Credentials.busOptions(BusSettings.DEFAULT.with(broker.credentials()), name));
  }

  private static Ran run(String... words) {
    String[] line = new String[words.length + 3];
    line[0] = "dead-letters";
    System.arraycopy(words, 0, line, 1, words.length);
    line[words.length + 1] = "--credentials";
    line[words.length + 2] = broker.credentials().toString();
    return SimulatedFleet.ran(
        console -> Ballast.run(new Shell(console, new RabbitConnector(), Map.of()), line),
        Optional.empty());
  }

  private static JsonNode listed(String... more) throws IOException {
    String[] words = new String[more.length + 2];
    words[0] = "list";
    words[1] = "--json";
    System.arraycopy(more, 0, words, 2, more.length);
    return JSON.readTree(run(words).out()).at("/letters");
  }

  private static String id(JsonNode letters, int index) {
    return letters.at("/" + index + "/id").asText();
  }

  @Test
  void theyAreListedOldestFirstAndNoneIsTakenAway() throws IOException {
    Ran ran = run("list");
    JsonNode letters = listed();
    Ran of = run("list", "--reason", "not_allowed");

    List<String> lines = ran.out().lines().toList();
    assertEquals(0, ran.code(), ran.err());
    assertTrue(
        lines.getFirst().matches("ID +AGE +REASON +RECEIVER +KIND +SENDER +MESSAGE"), ran.out());
    assertTrue(
        lines
            .get(1)
            .matches(
                "[0-9a-f]{8} +\\d+ s +UNKNOWN_VM +host\\.h7 +host\\.start +person +h7 has no such"
                    + " VM"),
        ran.out());
    assertEquals(4, lines.size());
    assertEquals(List.of("first", "locked", "last"), letters.findValuesAsText("messageId"));
    assertEquals(2, of.out().lines().count(), of.out());
    assertTrue(of.out().contains("NOT_ALLOWED"), of.out());
    assertEquals(letters, listed());
  }

  @Test
  void oneIsShownWithAllThatIsKnownOfIt() throws IOException {
    String id = id(listed(), 1);

    Ran ran = run("show", id);
    JsonNode letter = JSON.readTree(run("show", id, "--json").out());

    assertEquals(0, ran.code(), ran.err());
    for (String expected :
        List.of(
            "reason      NOT_ALLOWED",
            "message     person may not do this",
            "receiver    host.h7",
            "refused by  host.h7",
            "message id  locked",
            "user        ballast",
            "sent to     casts host.h7",
            "\"vm\" : \"" + SimulatedFleet.id("web1") + "\"")) {
      assertTrue(ran.out().contains(expected), expected + " in " + ran.out());
    }
    assertEquals(SimulatedFleet.id("web1").toString(), letter.at("/body/vm").asText());
    assertEquals(1, run("show", "nonesuch").code());
  }

  @Test
  void theyAreReplayedWhereTheyWereSentAndThenAreGone() throws IOException {
    accepting = true;

    Ran ran = run("replay", id(listed(), 0));
    Awaitility.await().atMost(PATIENCE).until(() -> carriedOut.size() == 1);
    assertFalse(
        carriedOut.contains(new OperationId("first")), "its receiver remembers that it said no");
    Ran all = run("replay", "--all", "--reason", "UNKNOWN_VM", "--within", "1m");
    Awaitility.await().atMost(PATIENCE).until(() -> carriedOut.size() == 2);

    assertEquals(0, ran.code(), ran.err());
    assertTrue(ran.out().matches("replayed [0-9a-f]{8} host\\.start to host\\.h7\n"), ran.out());
    assertEquals(0, all.code(), all.err());
    assertEquals(List.of("locked"), listed().findValuesAsText("messageId"));
  }

  @Test
  void oneThatNobodyTakesStaysWhereItIs() throws IOException {
    Address nobody = Address.at(Role.HOST, new HostId("h8"));
    RabbitBus gone = join("host.h8");
    SimulatedFleet.await(
        gone.serve(
            nobody,
            (envelope, command) ->
                Future.failedFuture(new RefusedException(Reason.WRONG_STATE, "not now"))));
    SimulatedFleet.await(
        sender.cast(Request.of(nobody, new HostCommand.Start(SimulatedFleet.id("web1")))));
    Awaitility.await().atMost(PATIENCE).until(() -> listed("--reason", "WRONG_STATE").size() == 1);
    SimulatedFleet.await(gone.close());
    broker.control("delete_queue", "casts.host.h8");

    Ran ran = run("replay", "--all", "--reason", "WRONG_STATE");

    assertEquals(1, ran.code(), ran.toString());
    assertTrue(ran.err().contains("nobody serves host.h8 on the bus"), ran.err());
    assertEquals(4, listed().size());
  }

  @Test
  void theyAreDiscardedByIdOrByReason() throws IOException {
    Ran one = run("discard", id(listed(), 1));
    assertEquals(new Ran(0, "discarded 1 letter\n", ""), one);
    assertEquals(List.of("first", "last"), listed().findValuesAsText("messageId"));

    Ran others = run("discard", "--all", "--reason", "UNKNOWN_VM");

    assertEquals(new Ran(0, "discarded 2 letters\n", ""), others);
    assertEquals(new Ran(0, "no dead letters\n", ""), run("list"));
  }

  @Test
  void whatIsMeantMustBeSaid() {
    Ran nothing = run("discard");

    assertEquals(2, nothing.code(), nothing.toString());
    assertTrue(
        nothing.err().startsWith("ballast: name letters by their ids, or all of them by --all\n"),
        nothing.err());
  }
}
