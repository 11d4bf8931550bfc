package io.ballast.host.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.agent.Work;
import io.ballast.bus.RefusedException;
import io.ballast.host.testing.FakeHypervisor;
import io.ballast.host.testing.FakeMigration.Ending;
import io.ballast.host.testing.FakeWorld;
import io.ballast.host.trade.Hypervisor.Description;
import io.ballast.host.trade.PeerAddress;
import io.ballast.host.trade.PeerRules;
import io.ballast.messages.Bytes;
import io.ballast.messages.DiskFile;
import io.ballast.messages.HostCommand.Examine;
import io.ballast.messages.HostCommand.Migrate;
import io.ballast.messages.HostCommand.Prepare;
import io.ballast.messages.HostId;
import io.ballast.messages.Means;
import io.ballast.messages.Obstacle;
import io.ballast.messages.Obstacle.Kind;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply.Examined;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import io.ballast.testing.VirtualTime;
import io.vertx.core.Future;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class DeparturesTest {
  private static final VmId WEB = VmId.of("11111111-1111-1111-1111-111111111111");
  private static final HostId H1 = new HostId("h1");
  private static final HostId H2 = new HostId("h2");
  private static final OperationId OPERATION = new OperationId("op-1");

  private final VirtualTime time = new VirtualTime();
  private final FakeWorld world = new FakeWorld(time, Bytes.ofMiB(64), Duration.ofSeconds(9));
  private final FakeHypervisor here = world.host(H1, 1, Bytes.ofMiB(1000));
  private final FakeHypervisor there = world.host(H2, 1, Bytes.ofMiB(1000));
  private final FakePeers peers = new FakePeers(Map.of(H2, there.peerUri()));
  private Departures departures = departures(FakeWorld.PEERS);

  @BeforeEach
  void aGuest() {
    here.boot(WEB, "web", 2, Bytes.ofMiB(64), 0);
  }

  @Test
  void theTargetPromisesWhatTheGuestNeedsAndGetsItBackAtTheEnd() {
    Outcome outcome = outcome(work(Optional.empty()).result());

    assertTrue(outcome instanceof Outcome.Done, outcome::toString);
    assertEquals(Optional.of(VmState.RUNNING), there.truth(WEB));
    Prepare asked = peers.asked.getFirst();
    assertEquals(
        new Prepare(
            OPERATION,
            H1,
            "lab",
            WEB,
            "web",
            Bytes.ofMiB(64),
            false,
            2,
            Optional.empty(),
            List.of(),
            List.of(),
            Optional.empty(),
            Duration.ofSeconds(100 + 30 + 600)),
        asked);
    assertEquals(List.of(Optional.of(7L)), peers.epochs);
    assertEquals(List.of(OPERATION), peers.released);
    assertEquals(peers.epochs, peers.releasedFor, "it is given back in the name that asked for it");
  }

  /** It is dropped at its target, as it never ran there. */
  @Test
  void aGuestIsHeldAtItsTarget() {
    here.nextMigration(Ending.DOUBLES);

    Outcome outcome = outcome(work(Optional.empty()).result());

    assertTrue(outcome instanceof Outcome.Failed, outcome::toString);
    assertEquals(Optional.empty(), there.truth(WEB));
  }

  /** Its target may let it run before all of it is there. */
  @Test
  void aGuestThatMayBeSentAfterItRunsIsNotHeld() {
    here.nextMigration(Ending.DOUBLES);
    Migrate order = order(Optional.empty(), Optional.of(new Means(false, true, 1)));

    Future<Outcome> outcome = work(order).result().run(progress -> {});
    time.pass(Patience.DEFAULT.look().plusSeconds(10));

    assertTrue(outcome.result() instanceof Outcome.Unknown, () -> "" + outcome);
    assertEquals(Optional.of(VmState.RUNNING), there.truth(WEB));
  }

  @Test
  void aMigrationThatFailsGivesThePromiseBackToo() {
    here.nextMigration(Ending.BREAKS);

    Outcome outcome = outcome(work(Optional.of(there.peerUri())).result());

    assertTrue(outcome instanceof Outcome.Failed, outcome::toString);
    assertEquals(List.of(OPERATION), peers.released);
  }

  @Test
  void aPromiseForAMigrationThatIsNotBegunIsGivenBackOnce() {
    Work work = work(Optional.empty()).result();
    assertEquals(List.of(), peers.released);

    work.leave();
    work.leave();

    assertEquals(List.of(OPERATION), peers.released);
  }

  @Test
  void aMigrationThatGoesOnWithoutItsAgentKeepsItsPromise() {
    Work work = work(Optional.empty()).result();
    Future<Outcome> outcome = work.run(event -> {});
    time.pass(Duration.ofMillis(100));

    work.leave();
    time.pass(Duration.ZERO);

    assertTrue(outcome.result() instanceof Outcome.Unknown, () -> "" + outcome.result());
    assertEquals(List.of(), peers.released);
  }

  @Test
  void whatTheTargetRefusesIsRefused() {
    peers.refusal = Optional.of(new RefusedException(Reason.NO_ROOM, "only 3 GiB is left"));

    RefusedException refused = refusal(work(Optional.empty()));

    assertEquals(Reason.NO_ROOM, refused.reason());
    assertEquals("only 3 GiB is left", refused.getMessage());
  }

  @Test
  void aTargetThatDoesNotAnswerIsNoTarget() {
    peers.silent = true;
    Future<Work> work = work(Optional.empty());
    time.pass(Duration.ofSeconds(3));

    RefusedException refused = refusal(work);
    assertEquals(Reason.NOT_READY, refused.reason());
    assertEquals(
        "the agent of h2 gave no promise (it did not answer in time); look whether it runs there,"
            + " or choose another host",
        refused.getMessage());
    assertEquals(List.of(OPERATION), peers.released, "it may have promised all the same");
  }

  @Test
  void whatBecameOfTheQuestionIsNotTakenForWhatBecameOfTheCommand() {
    for (Reason reason :
        List.of(Reason.NO_RECEIVER, Reason.DEADLINE_PASSED, Reason.BUS_LOST, Reason.INTERNAL)) {
      peers.refusal = Optional.of(new RefusedException(reason, "x"));
      assertEquals(Reason.NOT_READY, refusal(work(Optional.empty())).reason(), reason::name);
    }
  }

  @Test
  void anAgentThatDoesNotKnowHowToPromiseIsAskedForItsAddress() {
    peers.refusal = Optional.of(new RefusedException(Reason.UNKNOWN_KIND, "no kind"));

    Outcome outcome = outcome(work(Optional.empty()).result());

    assertTrue(outcome instanceof Outcome.Done, outcome::toString);
  }

  @Test
  void anAddressThatTheCommandNamesIsNeverUsed() {
    for (String uri :
        List.of(
            "fake://10.0.0.9/system",
            "qemu+ext://10.0.0.2/system?command=/tmp/x",
            "fake://10.0.0.2/system?command=/tmp/x",
            "fake://10.0.0.2:1/system")) {
      assertEquals(Reason.NOT_ALLOWED, refusal(work(Optional.of(uri))).reason(), uri);
    }
    assertEquals(List.of(), peers.asked, "and nothing is promised that would be in the way");
    assertEquals(Optional.empty(), there.truth(WEB));
  }

  @Test
  void theAddressThatATargetSaysMustBeAllowedToo() {
    for (String uri :
        List.of(
            "qemu+ssh://10.0.0.2/system?command=/tmp/x",
            "qemu+ssh://10.0.0.2/system",
            "fake://8.8.8.8/system",
            "not a uri")) {
      peers.move(H2, uri);
      assertEquals(Reason.NOT_ALLOWED, refusal(work(Optional.empty())).reason(), uri);
    }
  }

  @Test
  void aNameIsResolvedAndAllItsAddressesCount() {
    peers.move(H2, "fake://h2/system");
    assertEquals(Reason.NOT_ALLOWED, refusal(work(Optional.empty())).reason());

    peers.names.put("h2", List.of(address("10.0.0.2"), address("8.8.8.8")));
    assertEquals(Reason.NOT_ALLOWED, refusal(work(Optional.empty())).reason());

    peers.names.put("h2", List.of(address("10.0.0.2")));
    assertTrue(work(Optional.of("fake://h2/system")).succeeded());
  }

  @Test
  void whatThisHostWasToldOfAPeerHasPrecedence() {
    departures =
        departures(
            new PeerRules(
                FakeWorld.PEERS.schemes(),
                FakeWorld.PEERS.networks(),
                Map.of(H2, PeerAddress.of(there.peerUri()))));
    peers.move(H2, "fake://elsewhere/system");

    Outcome outcome = outcome(work(Optional.of("fake://elsewhere/system")).result());

    assertTrue(outcome instanceof Outcome.Done, outcome::toString);
    assertEquals(Optional.of(VmState.RUNNING), there.truth(WEB));
  }

  @Test
  void aTargetThatIsReachedWhereThisHostIsIsThisHost() {
    peers.move(H2, here.peerUri());

    RefusedException refused = refusal(work(Optional.empty()));

    assertEquals("the virtual machine is already on h1; name another host", refused.getMessage());
  }

  @Test
  void aMigrationThatAnEarlierLifeBeganNeedsNoPromiseAndGivesItBack() {
    Future<Outcome> outcome =
        departures.left(OPERATION, order(Optional.empty()), Optional.of(7L)).run(told -> {});
    time.pass(Duration.ofMinutes(2));

    assertTrue(outcome.result() instanceof Outcome.Failed, () -> "" + outcome.result());
    assertEquals(List.of(), peers.asked);
    assertEquals(List.of(OPERATION), peers.released);
    assertEquals(List.of(Optional.of(7L)), peers.releasedFor);
  }

  @Test
  void filesThatAreNotCopiedAreToBeTheSameAtTheTarget() {
    here.share("vda", "/nfs/web", "4711");
    here.share("vdb", "/nfs/data", "4712");
    DiskFile web = new DiskFile("vda", "/nfs/web", "nfs4", Optional.of("4711"));
    Migrate order = order(Optional.empty());

    assertTrue(work(order.copying(List.of("vdb"), List.of("/nfs/data"), false)).succeeded());
    assertTrue(work(order.ofResting()).succeeded());
    assertEquals(List.of(), examined().obstacles());

    DiskFile data = new DiskFile("vdb", "/nfs/data", "nfs4", Optional.of("4712"));
    assertEquals(
        List.of(List.of(web), List.of(web, data)),
        peers.asked.stream().map(Prepare::files).toList());
    assertEquals(List.of(web, data), peers.considered.getFirst().files());
  }

  @Test
  void aHypervisorThatDoesNotSayWhatWouldLeaveMovesNothing() {
    Future<Optional<Description>> found = here.inspect(WEB);
    time.pass(Duration.ZERO);
    here.hang();

    Future<Work> work =
        departures.of(
            OPERATION, order(Optional.empty()), found.result().orElseThrow(), Optional.of(7L));
    time.pass(Patience.DEFAULT.check());

    assertEquals(Reason.HYPERVISOR_STUCK, refusal(work).reason());
    assertEquals(List.of(), peers.asked);
  }

  @Test
  void allThatIsInTheWayIsSaid() {
    here.tie();
    peers.probe = Optional.of(1);
    peers.obstacles = List.of(new Obstacle(Kind.ROOM, "only 3 GiB is left"));

    Examined examined = examined();

    assertEquals(Bytes.ofMiB(64), examined.memory());
    assertEquals(
        List.of(Kind.DEVICE, Kind.ROOM, Kind.REACH),
        examined.obstacles().stream().map(Obstacle::kind).toList());
    assertEquals(List.of(), peers.asked, "nothing is promised");
  }

  @Test
  void whereNothingIsInTheWayNothingIsSaid() {
    peers.probe = Optional.of(49_215);

    assertEquals(List.of(), examined().obstacles());
  }

  @Test
  void aTargetThatDoesNotAnswerIsInTheWay() {
    peers.silent = true;

    assertEquals(
        List.of(
            new Obstacle(
                Kind.ANSWER,
                "the agent of h2 gave no promise (it did not answer in time); look whether it runs"
                    + " there, or choose another host")),
        examined().obstacles());
  }

  @Test
  void ofOneThatDoesNotRunOnlyThatIsSaidWhichKeepsItsDefinition() {
    here.tie();

    Examined running = examined(new Examine(WEB, H2, Optional.of(true)));
    here.destroy(WEB);
    time.pass(Duration.ZERO);
    Examined off = examined(new Examine(WEB, H2, Optional.of(true)));

    assertEquals(
        List.of("web is running; shut it down first"),
        running.obstacles().stream().map(Obstacle::message).toList());
    assertEquals(List.of(), off.obstacles());
    assertEquals(Bytes.ZERO, off.memory());
    assertEquals(Bytes.ZERO, peers.considered.getLast().memory());
  }

  private Examined examined() {
    return examined(new Examine(WEB, H2));
  }

  private Examined examined(Examine asked) {
    Future<Optional<Description>> found = here.inspect(WEB);
    time.pass(Duration.ZERO);
    Future<Examined> examined = departures.examine(asked, found.result().orElseThrow());
    time.pass(Duration.ofSeconds(5));
    return examined.result();
  }

  private Departures departures(PeerRules rules) {
    return new Departures(
        new Here(H1, "lab", here.peerUri()),
        rules,
        peers,
        here,
        new Departures.Ways(time, Patience.DEFAULT));
  }

  private static Migrate order(Optional<String> peerUri) {
    return order(peerUri, Optional.empty());
  }

  private static Migrate order(Optional<String> peerUri, Optional<Means> means) {
    return new Migrate(
        WEB, H2, peerUri, Optional.empty(), Duration.ofMillis(300), Duration.ofSeconds(100), means);
  }

  private Future<Work> work(Optional<String> peerUri) {
    return work(order(peerUri));
  }

  private Future<Work> work(Migrate order) {
    Future<Optional<Description>> found = here.inspect(WEB);
    time.pass(Duration.ZERO);
    Future<Work> work =
        departures.of(OPERATION, order, found.result().orElseThrow(), Optional.of(7L));
    time.pass(Duration.ZERO);
    return work;
  }

  private Outcome outcome(Work work) {
    Future<Outcome> outcome = work.run(progress -> {});
    time.pass(Duration.ofSeconds(10));
    return outcome.result();
  }

  private static RefusedException refusal(Future<?> answer) {
    assertTrue(answer.failed(), () -> "not refused: " + answer);
    return (RefusedException) answer.cause();
  }

  private static InetAddress address(String literal) {
    try {
      return InetAddress.getByName(literal);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }
}
