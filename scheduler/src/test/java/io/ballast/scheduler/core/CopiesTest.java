package io.ballast.scheduler.core;

import static io.ballast.scheduler.core.BeatMaker.START;
import static io.ballast.scheduler.core.BeatMaker.vmId;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Bytes;
import io.ballast.messages.HostBeat;
import io.ballast.messages.LocalDisks;
import io.ballast.messages.OperationId;
import io.ballast.messages.StorageBeat.Pool;
import io.ballast.messages.Vm;
import io.ballast.messages.VmState;
import io.ballast.scheduler.core.effect.Effect;
import io.ballast.scheduler.core.policy.AlertSettings;
import io.ballast.scheduler.core.policy.LivenessSettings;
import io.ballast.scheduler.core.policy.Policy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the balancer has carried out of moves that copy disks. */
final class CopiesTest {
  private static final Bytes ROOM = Bytes.ofMiB(100_000);
  private static final List<Pool> POOLS =
      List.of(new Pool("images", "dir", true, ROOM, Bytes.ZERO, ROOM));
  private static final Policy QUICK =
      Policy.DEFAULT.with(
          new Policy.Thresholds(
              new Policy.Threshold(0.80, Duration.ofSeconds(12), 0.50),
              Policy.Thresholds.DEFAULT.memory(),
              Policy.Thresholds.DEFAULT.load()));

  private final BeatMaker one = new BeatMaker("h1");
  private final BeatMaker two = new BeatMaker("h2");

  private static Conductor conductor(Policy policy) {
    return new Conductor(
        policy,
        LivenessSettings.DEFAULT,
        AlertSettings.DEFAULT,
        () -> new OperationId("planned"),
        1,
        START);
  }

  private static HostBeat using(HostBeat beat, double cpu, Vm... vms) {
    HostBeat.Load load = beat.load();
    return beat.with(
        new HostBeat.Load(
            cpu,
            load.memoryUsed(),
            load.average1(),
            load.average5(),
            load.average15(),
            load.pressure(),
            load.links(),
            Optional.empty(),
            Optional.empty()),
        List.of(vms));
  }

  private static Vm busy(int number) {
    return BeatMaker.vm(number, VmState.RUNNING).using(1.8);
  }

  /** What is sent within two minutes by a fleet whose one host is hot, and its guest's disk its. */
  private List<Effect.Send> sent(Policy policy) {
    Conductor conductor = conductor(policy);
    List<Effect> done = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      Instant now = START.plus(BeatMaker.INTERVAL.multipliedBy(i));
      LocalDisks disks =
          new LocalDisks(vmId(1), Bytes.ofMiB(60), Bytes.ofMiB(256), List.of("images"), true);
      LocalDisks others =
          new LocalDisks(vmId(2), Bytes.ofMiB(6000), Bytes.ofMiB(8000), List.of("images"), true);
      done.addAll(conductor.onBeat(using(one.beat(now), 0.95, busy(1), busy(2)), now));
      done.addAll(conductor.onBeat(using(two.beat(now), 0.05), now));
      done.addAll(
          conductor.onBeat(one.storage(now, POOLS, List.of()).with(List.of(disks, others)), now));
      done.addAll(conductor.onBeat(two.storage(now, POOLS, List.of()), now));
      done.addAll(conductor.onTick(now));
      think(conductor, done, now);
    }
    return done.stream()
        .filter(Effect.Send.class::isInstance)
        .map(Effect.Send.class::cast)
        .toList();
  }

  private static void think(Conductor conductor, List<Effect> done, Instant now) {
    Deque<Effect> open = new ArrayDeque<>(done);
    while (!open.isEmpty()) {
      if (open.remove() instanceof Effect.Think think) {
        List<Effect> next = conductor.onConclusion(think.thought().conclude(), now);
        done.addAll(next);
        open.addAll(next);
      }
    }
    done.removeIf(Effect.Think.class::isInstance);
  }

  @Test
  void aBalancerThatMayCopyHasTheDisksGoAlong() {
    List<Effect.Send> sent = sent(QUICK.with(QUICK.worth().withCopies()));

    assertEquals(List.of(vmId(1)), sent.stream().map(send -> send.command().vm()).toList());
    assertTrue(sent.getFirst().copying());
  }

  @Test
  void aBalancerThatMayNotMovesNoneOfThem() {
    assertEquals(List.of(), sent(QUICK));
  }
}
