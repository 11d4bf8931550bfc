package io.ballast.host.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.bus.RefusedException;
import io.ballast.host.testing.FakeHypervisor;
import io.ballast.host.testing.FakeWorld;
import io.ballast.host.trade.Domain;
import io.ballast.messages.Bytes;
import io.ballast.messages.DiskFile;
import io.ballast.messages.HostCommand.Prepare;
import io.ballast.messages.HostId;
import io.ballast.messages.Obstacle;
import io.ballast.messages.Obstacle.Kind;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply.Considered;
import io.ballast.messages.Reply.Prepared;
import io.ballast.messages.VmId;
import io.ballast.testing.VirtualTime;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ArrivalsTest {
  private static final VmId WEB = VmId.of("11111111-1111-1111-1111-111111111111");
  private static final VmId DB = VmId.of("22222222-2222-2222-2222-222222222222");
  private static final OperationId ONE = new OperationId("one");
  private static final OperationId TWO = new OperationId("two");
  private static final Room ROOM = new Room(Bytes.ofMiB(1000), Bytes.ZERO);
  private static final Duration WITHIN = Duration.ofMinutes(10);

  private final VirtualTime time = new VirtualTime();
  private final FakeWorld world = new FakeWorld(time, Bytes.ofMiB(16), Duration.ofSeconds(9));
  private final FakeHypervisor here = world.host(new HostId("h2"), 1, Bytes.ofMiB(2000));
  private final Arrivals arrivals =
      new Arrivals(
          new Here(new HostId("h2"), "lab", here.peerUri()),
          here,
          time,
          Patience.DEFAULT,
          () -> ROOM);

  private final Prepared yes = new Prepared(here.peerUri());

  @Test
  void whoIsPromisedRoomLearnsTheAddress() {
    assertEquals(yes, promised(web(ONE, 600)));
    assertEquals(Bytes.ofMiB(400), arrivals.left(ROOM).plain());
  }

  @Test
  void twoThatFitAloneAndNotTogetherAreNotBothLetInEvenAtOnce() {
    Future<Prepared> first = arrivals.prepare(web(ONE, 600));
    Future<Prepared> second = arrivals.prepare(db(TWO, 600));
    assertFalse(first.isComplete());
    time.pass(Duration.ZERO);

    assertEquals(yes, first.result());
    assertEquals(Reason.NO_ROOM, refusal(second).reason());
    assertEquals(yes, promised(db(TWO, 400)));
  }

  @Test
  void roomIsFreeAgainAfterTheEndAtTheDeadlineAndOnArrival() {
    promised(web(ONE, 1000));
    arrivals.release(ONE);
    promised(db(TWO, 1000));
    time.pass(WITHIN);
    promised(web(ONE, 1000));
    here.boot(WEB, "web", 1, Bytes.ofMiB(1000), 0);
    arrivals.seen(sample());

    assertEquals(ROOM, arrivals.left(ROOM));
    assertEquals(yes, promised(db(TWO, 1000)));
  }

  @Test
  void theSameAgainIsAnsweredTheSame() {
    Future<Prepared> first = arrivals.prepare(web(ONE, 600));
    Future<Prepared> atOnce = arrivals.prepare(web(ONE, 600));
    time.pass(Duration.ZERO);

    assertEquals(yes, first.result());
    assertEquals(yes, atOnce.result());
    assertEquals(yes, promised(web(ONE, 600)));
    assertEquals(Bytes.ofMiB(400), arrivals.left(ROOM).plain());
    assertEquals(Reason.DUPLICATE_ID, refusal(arrivals.prepare(db(ONE, 1))).reason());
  }

  @Test
  void aVmThatIsOnItsWayIsNotPromisedTwiceNorStarted() {
    promised(web(ONE, 100));

    assertEquals(Reason.BUSY, refusal(arrivals.prepare(web(TWO, 100))).reason());
    RefusedException refused =
        assertThrows(RefusedException.class, () -> arrivals.notComing(WEB, "web"));
    assertEquals(Reason.BUSY, refused.reason());
    arrivals.release(ONE);
    arrivals.notComing(WEB, "web");
  }

  @Test
  void aVmThatIsActiveHereOrHasTheNameOfAnotherMayNotCome() {
    here.boot(WEB, "web", 1, Bytes.ofMiB(100), 0);

    assertRefused(Reason.WRONG_STATE, web(ONE, 100));
    assertRefused(
        Reason.WRONG_STATE,
        prepare(TWO, DB, "web", "lab", 100, List.of(), List.of(), Optional.empty()));
    here.destroy(WEB);
    time.pass(Duration.ZERO);
    assertEquals(yes, promised(web(ONE, 100)), "one that is only defined here may");
  }

  @Test
  void whatTheHostLacksIsSaidAndNothingIsPromised() {
    here.lack("br1");
    here.lack("slow");
    here.lack("new-cpu");

    assertRefused(
        Reason.NOT_ALLOWED,
        prepare(ONE, WEB, "web", "lab", 1, List.of("br0", "br1"), List.of(), Optional.empty()));
    assertRefused(
        Reason.NOT_ALLOWED,
        prepare(ONE, WEB, "web", "lab", 1, List.of(), List.of("slow"), Optional.empty()));
    assertRefused(
        Reason.HYPERVISOR_REFUSED,
        prepare(ONE, WEB, "web", "lab", 1, List.of(), List.of(), Optional.of("new-cpu")));
    assertEquals(
        yes,
        promised(
            prepare(
                ONE, WEB, "web", "lab", 1, List.of("br0"), List.of("fast"), Optional.of("old"))));
  }

  @Test
  void aDiskThatIsAnotherFileHereMayNotCome() {
    here.share("vdb", "/nfs/web", "4711");

    assertRefused(Reason.NOT_MIGRATABLE, sharing("/nfs/web", "4712"));
    assertRefused(Reason.NOT_MIGRATABLE, sharing("/nfs/db", "4711"));
    assertEquals(yes, promised(sharing("/nfs/web", "4711")));
    assertEquals(
        Reason.DUPLICATE_ID,
        refusal(arrivals.prepare(sharing("/nfs/web", "4712"))).reason(),
        "which is not the same again");
  }

  @Test
  void anotherClusterMayNotCome() {
    assertEquals(
        "h1 is of cluster east and h2 of cluster lab; choose a host of the same cluster",
        refusal(
                arrivals.prepare(
                    prepare(ONE, WEB, "web", "east", 1, List.of(), List.of(), Optional.empty())))
            .getMessage());
    assertEquals(ROOM, arrivals.left(ROOM));
  }

  @Test
  void aHypervisorThatHangsPromisesNothing() {
    here.hang();
    Future<Prepared> answer = arrivals.prepare(web(ONE, 600));
    assertEquals(Bytes.ofMiB(400), arrivals.left(ROOM).plain());
    time.pass(Patience.DEFAULT.check());

    assertEquals(Reason.HYPERVISOR_STUCK, refusal(answer).reason());
    assertEquals(ROOM, arrivals.left(ROOM));
  }

  @Test
  void allThatIsInTheWayIsSaidAndNothingIsPromised() {
    here.boot(DB, "web", 1, Bytes.ofMiB(1), 0);
    here.lack("br0");
    here.lack("fast");

    Future<Considered> answer =
        arrivals.consider(
            prepare(
                ONE, WEB, "web", "east", 2000, List.of("br0"), List.of("fast"), Optional.empty()));
    time.pass(Duration.ZERO);

    assertEquals(new Prepared(here.peerUri(), Optional.of(49_215)), answer.result().prepared());
    assertEquals(
        List.of(Kind.CLUSTER, Kind.ROOM, Kind.NAME, Kind.BRIDGE, Kind.POOL),
        answer.result().obstacles().stream().map(Obstacle::kind).toList());
    assertEquals(ROOM, arrivals.left(ROOM));
  }

  @Test
  void nothingInTheWayIsSaidToo() {
    Future<Considered> answer = arrivals.consider(web(ONE, 600));
    time.pass(Duration.ZERO);

    assertEquals(List.of(), answer.result().obstacles());
    assertEquals(ROOM, arrivals.left(ROOM));
  }

  private List<Domain> sample() {
    Future<List<Domain>> sample = here.sample();
    time.pass(Duration.ZERO);
    return sample.result();
  }

  private Prepared promised(Prepare asked) {
    Future<Prepared> answer = arrivals.prepare(asked);
    time.pass(Duration.ZERO);
    assertTrue(answer.succeeded(), () -> "refused: " + answer.cause());
    return answer.result();
  }

  private void assertRefused(Reason reason, Prepare asked) {
    assertEquals(reason, refusal(arrivals.prepare(asked)).reason());
    assertEquals(ROOM, arrivals.left(ROOM));
  }

  private RefusedException refusal(Future<?> answer) {
    time.pass(Duration.ZERO);
    assertTrue(answer.failed(), "not refused");
    return (RefusedException) answer.cause();
  }

  private static Prepare web(OperationId operation, long mebibytes) {
    return prepare(operation, WEB, "web", "lab", mebibytes, List.of(), List.of(), Optional.empty());
  }

  private static Prepare sharing(String path, String inode) {
    return new Prepare(
        ONE,
        new HostId("h1"),
        "lab",
        WEB,
        "web",
        Bytes.ofMiB(1),
        false,
        1,
        Optional.empty(),
        List.of(),
        List.of(),
        Optional.empty(),
        WITHIN,
        List.of(new DiskFile("vda", path, "nfs4", Optional.of(inode))));
  }

  private static Prepare db(OperationId operation, long mebibytes) {
    return prepare(operation, DB, "db", "lab", mebibytes, List.of(), List.of(), Optional.empty());
  }

  private static Prepare prepare(
      OperationId operation,
      VmId vm,
      String name,
      String cluster,
      long mebibytes,
      List<String> bridges,
      List<String> pools,
      Optional<String> cpu) {
    return new Prepare(
        operation,
        new HostId("h1"),
        cluster,
        vm,
        name,
        Bytes.ofMiB(mebibytes),
        false,
        1,
        cpu,
        bridges,
        pools,
        Optional.empty(),
        WITHIN);
  }
}
