package io.ballast.scheduler.core.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ballast.messages.Bytes;
import io.ballast.messages.Decision.PlannedMove;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostId;
import io.ballast.messages.LocalDisks;
import io.ballast.messages.StorageBeat;
import io.ballast.messages.VmId;
import io.ballast.scheduler.core.policy.Policy;
import io.ballast.scheduler.core.view.ClusterView;
import io.ballast.scheduler.core.view.Objection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** How guests are moved that have disks which their host alone reaches. */
final class LocalDisksTest {
  private static final Policy KEEPING = Policy.DEFAULT;
  private static final Policy COPYING = KEEPING.with(KEEPING.worth().withCopies());
  private static final HostId H1 = new HostId("h1");
  private static final HostId H2 = new HostId("h2");
  private static final VmId WEB = World.vm("web");
  private static final VmId DB = World.vm("db");

  private final World world =
      new World()
          .host("h1", 2, Bytes.ofMiB(65536))
          .host("h2", 2, Bytes.ofMiB(65536))
          .guest("web", "h1", 0.85, Bytes.ofMiB(2048))
          .guest("db", "h1", 0.85, Bytes.ofMiB(2048))
          .settle();

  private static LocalDisks disks(VmId vm, long gibibytes) {
    Bytes allocated = Bytes.ofMiB(1024 * gibibytes);
    return new LocalDisks(vm, allocated, allocated.plus(allocated), List.of("images"), true);
  }

  private static LocalDisks device(VmId vm) {
    return new LocalDisks(vm, Bytes.ZERO, Bytes.ZERO, List.of(), false);
  }

  /** The fleet, of which h1 tells these local disks, and h2 that it has this pool. */
  private ClusterView view(StorageBeat.Pool there, LocalDisks... here) {
    List<Fleet.Host> hosts = new ArrayList<>();
    for (Fleet.Host host : world.view().hosts()) {
      boolean source = host.id().equals(H1);
      StorageBeat beat =
          new StorageBeat(
                  host.beat().pulse(),
                  source ? List.of(pool("images", 100)) : List.of(there),
                  Optional.of(world.now()),
                  Optional.empty())
              .with(source ? List.of(here) : List.of());
      hosts.add(
          new Fleet.Host(
              host.beat(), host.status(), host.heardAt(), Optional.of(beat), host.net()));
    }
    return new ClusterView("c1", hosts);
  }

  private static StorageBeat.Pool pool(String name, long gibibytes) {
    Bytes room = Bytes.ofMiB(1024 * gibibytes);
    return new StorageBeat.Pool(name, "dir", true, room, Bytes.ZERO, room);
  }

  private Optional<Objection> anywhere(Policy policy, LocalDisks disks) {
    ClusterView view = view(pool("images", 100), disks);
    Forecast forecast = Forecast.of(view, List.of(), policy, world.now());
    return new Rules(view, Past.NONE, policy, world.now()).against(web(forecast), forecast);
  }

  private Optional<Objection> toH2(StorageBeat.Pool there) {
    ClusterView view = view(there, disks(WEB, 10));
    Forecast forecast = Forecast.of(view, List.of(), COPYING, world.now());
    return new Rules(view, Past.NONE, COPYING, world.now())
        .against(web(forecast), H1, forecast.site(H2).orElseThrow());
  }

  private static Guest web(Forecast forecast) {
    return forecast.guests(H1).stream()
        .filter(guest -> guest.vm().id().equals(WEB))
        .findFirst()
        .orElseThrow();
  }

  private Plan plan(Policy policy, LocalDisks... here) {
    return new Study(view(pool("images", 100), here), Set.of(), policy, world.now())
        .toRest(() -> false);
  }

  @Test
  void theyAreCopiedOnlyWhereThePolicySaysSo() {
    assertEquals(Optional.of(Objection.LOCAL_DISKS), anywhere(KEEPING, disks(WEB, 10)));
    assertEquals(Optional.empty(), anywhere(COPYING, disks(WEB, 10)));
    assertEquals(Optional.empty(), anywhere(KEEPING, disks(DB, 10)), "those of another");
  }

  @Test
  void whatIsNoFileInAPoolStaysWhateverThePolicySays() {
    assertEquals(Optional.of(Objection.LOCAL_DISKS), anywhere(COPYING, device(WEB)));
  }

  @Test
  void theirTargetHasTheirPoolsAndRoomInThem() {
    assertEquals(Optional.empty(), toH2(pool("images", 10)));
    assertEquals(Optional.of(Objection.NO_ROOM_FOR_DISKS), toH2(pool("images", 9)));
    assertEquals(Optional.of(Objection.NO_ROOM_FOR_DISKS), toH2(pool("attic", 100)));
    StorageBeat.Pool stopped =
        new StorageBeat.Pool("images", "dir", false, Bytes.ZERO, Bytes.ZERO, Bytes.ZERO);
    assertEquals(Optional.of(Objection.NO_ROOM_FOR_DISKS), toH2(stopped));
  }

  @Test
  void ofTwoLikeGuestsTheOneGoesWhoseDisksHoldLess() {
    Plan plan = plan(COPYING, disks(WEB, 10), disks(DB, 2));

    assertEquals(1, plan.decision().moves().size());
    PlannedMove move = plan.decision().moves().getFirst();
    assertEquals(DB, move.vm());
    assertEquals(Optional.of(disks(DB, 2)), move.copied());
    assertEquals("; copies 2 GiB of 4 GiB of disks", move.why().substring(move.why().indexOf(';')));
    assertEquals(4, plan.gibibytes(), 0.001);
  }

  @Test
  void aGuestWithoutThemGoesFirst() {
    PlannedMove move = plan(KEEPING, disks(DB, 2)).decision().moves().getFirst();

    assertEquals(WEB, move.vm());
    assertEquals(Optional.empty(), move.copied());
  }

  @Test
  void aPlanThatMayNotCopyCountsThem() {
    Plan plan = plan(KEEPING, disks(WEB, 10), disks(DB, 2));

    assertEquals(List.of(), plan.decision().moves());
    assertEquals(Map.of("local-disks", 2), plan.decision().objections());
  }

  @Test
  void aBalancerThatMayCopyPlansSo() {
    Policy quick =
        COPYING.with(
            new Policy.Thresholds(
                new Policy.Threshold(0.80, Duration.ofSeconds(10), 0.50),
                COPYING.thresholds().memory(),
                COPYING.thresholds().load()));
    Planner planner = new Planner(quick);
    List<PlannedMove> moves = new ArrayList<>();
    for (int i = 0; i < 20 && moves.isEmpty(); i++) {
      world.pass(World.BEAT);
      List<ClusterView> views = List.of(view(pool("images", 100), disks(WEB, 10), disks(DB, 2)));
      planner
          .look(views, Past.NONE, each -> true, world.now())
          .map(thought -> planner.decide(thought.conclude(), views, Past.NONE, each -> true))
          .orElse(List.of())
          .forEach(ruling -> moves.addAll(ruling.decision().moves()));
    }

    assertEquals(List.of(DB), moves.stream().map(PlannedMove::vm).toList());
    assertEquals(Optional.of(disks(DB, 2)), moves.getFirst().copied());
  }
}
