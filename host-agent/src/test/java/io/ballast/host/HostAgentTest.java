package io.ballast.host;

import static io.ballast.host.SmallFleet.H1;
import static io.ballast.host.SmallFleet.H2;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.host.meter.HostMeter;
import io.ballast.messages.Bytes;
import io.ballast.messages.HostBeat;
import io.ballast.messages.HostBeat.Health;
import io.ballast.messages.HostCommand.Destroy;
import io.ballast.messages.HostCommand.InspectHost;
import io.ballast.messages.HostCommand.InspectVm;
import io.ballast.messages.HostCommand.Start;
import io.ballast.messages.HostCommand.Suspend;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.Vm;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import io.vertx.core.Future;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class HostAgentTest {
  private static final VmId WEB = VmId.of("11111111-1111-1111-1111-111111111111");

  private final SmallFleet fleet = new SmallFleet();

  @AfterEach
  void close() {
    fleet.close();
  }

  @Test
  void beatsAreNumberedFromOneInOneIncarnation() {
    Instant before = Instant.now();
    fleet.up();
    await().until(() -> beatsOf().size() >= 5);

    List<HostBeat> beats = beatsOf();
    for (int i = 0; i < beats.size(); i++) {
      assertEquals(i + 1, beats.get(i).pulse().sequence());
      assertEquals(beats.getFirst().pulse().incarnation(), beats.get(i).pulse().incarnation());
    }
    assertTrue(beats.getFirst().pulse().incarnation() >= before.toEpochMilli());
    assertEquals("lab", beats.getFirst().pulse().cluster());
    assertEquals("1.2.3", beats.getFirst().pulse().version());
  }

  @Test
  void aSecondLifeHasALargerIncarnation() {
    String life = fleet.deploy(H1, fleet.first, fleet.first.meter());
    await().until(() -> !beatsOf().isEmpty());
    SmallFleet.await(fleet.vertx.undeploy(life));
    long incarnation = fleet.lastBeat(H1).pulse().incarnation();

    fleet.deploy(H1, fleet.first, fleet.first.meter());

    await().until(() -> fleet.lastBeat(H1).pulse().incarnation() > incarnation);
    await().until(() -> gauge("answering") == 1);
    fleet.first.disconnect();
    await().until(() -> gauge("answering") == 0 && gauge("unreachable") == 1);
  }

  private double gauge(String health) {
    return fleet
        .registry
        .get("ballast.agent.hypervisor")
        .tags("host", "h1", "health", health)
        .gauge()
        .value();
  }

  @Test
  void aBeatTellsTheHostAndEveryVmWithItsUse() {
    fleet.first.boot(WEB, "web", 2, Bytes.ofMiB(100), 0.5);
    fleet.up();
    await()
        .until(
            () ->
                beatsOf().stream()
                    .anyMatch(
                        beat ->
                            !beat.vms().isEmpty()
                                && isHalf(beat.load().cpu())
                                && isHalf(beat.vms().getFirst().cpus())));

    HostBeat beat = fleet.lastBeat(H1);
    assertEquals(new HostBeat.Capacity(1, Bytes.ofMiB(1000)), beat.capacity());
    assertEquals(Bytes.ofMiB(150), beat.load().memoryUsed());
    assertTrue(beat.load().average1() > 0);
    assertTrue(beat.load().pressure().isPresent());
    assertEquals("eth0", beat.load().links().getFirst().link());
    assertEquals(Health.ANSWERING, beat.hypervisor().health());
    assertEquals("fake://10.0.0.1/system", beat.hypervisor().peerUri());
    Vm vm = beat.vms().getFirst();
    assertEquals(WEB, vm.id());
    assertEquals("web", vm.name());
    assertEquals(VmState.RUNNING, vm.state());
    assertEquals(2, vm.vcpus());
  }

  /**
   * Beats come so fast here that a machine that has other work to do blurs what one of them says.
   */
  private static boolean isHalf(double share) {
    return Math.abs(share - 0.5) < 0.1;
  }

  @Test
  void aVmThatComesIsToldBeforeTheNextBeatIsDue() {
    fleet.deploy(H1, fleet.first, fleet.first.meter(), Duration.ofHours(1));
    fleet.first.boot(WEB, "web", 1, Bytes.ofMiB(100), 0.5);

    await()
        .atMost(Duration.ofMinutes(1))
        .until(
            () ->
                !beatsOf().isEmpty()
                    && fleet.lastBeat(H1).vms().stream().anyMatch(vm -> vm.id().equals(WEB)));
    int told = beatsOf().size();
    fleet.first.lose(WEB);
    await().atMost(Duration.ofMinutes(1)).until(() -> fleet.lastBeat(H1).vms().isEmpty());
    assertEquals(told + 1, beatsOf().size(), "news is told once");
  }

  @Test
  void beatsGoOnWhileTheHypervisorHangsAndSaySo() {
    fleet.first.boot(WEB, "web", 1, Bytes.ofMiB(100), 0.5);
    fleet.up();
    await()
        .until(
            () ->
                !beatsOf().isEmpty()
                    && fleet.lastBeat(H1).hypervisor().health() == Health.ANSWERING);

    fleet.first.hang();
    await().until(() -> fleet.lastBeat(H1).hypervisor().health() == Health.STUCK);
    Optional<Instant> sampledAt = fleet.lastBeat(H1).hypervisor().sampledAt();
    int told = beatsOf().size();
    await().until(() -> beatsOf().size() >= told + 5);

    HostBeat stuck = fleet.lastBeat(H1);
    assertEquals(Health.STUCK, stuck.hypervisor().health());
    assertEquals(sampledAt, stuck.hypervisor().sampledAt());
    assertEquals(1, stuck.vms().size(), "what was last known is still told");

    fleet.first.recover();
    await().until(() -> fleet.lastBeat(H1).hypervisor().health() == Health.ANSWERING);
    assertTrue(
        fleet.lastBeat(H1).hypervisor().sampledAt().orElseThrow().isAfter(sampledAt.orElseThrow()));
  }

  @Test
  void aHypervisorThatIsGoneShowsAsUnreachable() {
    fleet.up();
    fleet.first.disconnect();

    await()
        .until(
            () ->
                !beatsOf().isEmpty()
                    && fleet.lastBeat(H1).hypervisor().health() == Health.UNREACHABLE);
  }

  @Test
  void anAgentBeatsAlsoWhenItsHypervisorHangsFromTheStart() {
    fleet.first.hang();
    fleet.up();

    await().until(() -> beatsOf().size() >= 3);
    HostBeat beat = fleet.lastBeat(H1);
    assertEquals(Health.STUCK, beat.hypervisor().health());
    assertEquals(Optional.empty(), beat.hypervisor().sampledAt());
    assertEquals(List.of(), beat.vms());
  }

  @Test
  void whatInspectTellsIsTheNextBeat() {
    fleet.up();
    await().until(() -> !beatsOf().isEmpty());

    HostBeat told = fleet.ask(H1, new InspectHost()).beat();
    await().until(() -> fleet.lastBeat(H1).pulse().sequence() >= told.pulse().sequence());

    assertEquals(H1, told.pulse().host());
    HostBeat other = fleet.ask(H2, new InspectHost()).beat();
    assertEquals(H2, other.pulse().host());
  }

  @Test
  void anOperationThatEndedShowsInTheNextBeat() {
    fleet.first.boot(WEB, "web", 1, Bytes.ofMiB(100), 0.5);
    fleet.up();

    fleet.outcome(new Suspend(WEB));

    await()
        .until(
            () ->
                !beatsOf().isEmpty()
                    && fleet.lastBeat(H1).vms().stream()
                        .anyMatch(vm -> vm.state() == VmState.PAUSED));
  }

  @Test
  void anAgentThatCantReadItsHostAnswersAndBeatsOnceItCan() {
    BlindMeter meter = new BlindMeter(fleet.first.meter());
    meter.problem = Optional.of("/proc/stat names no processor");
    fleet.first.boot(WEB, "web", 1, Bytes.ofMiB(100), 0.5);
    fleet.deploy(H1, fleet.first, meter);

    Reply.Refused refused = fleet.refusal(new InspectHost());
    assertEquals(Reason.NOT_READY, refused.reason());
    assertTrue(refused.message().contains("/proc/stat names no processor"), refused::message);
    assertEquals(Optional.of("web"), fleet.ask(H1, new InspectVm(WEB)).vm().map(Vm::name));
    assertEquals(new Outcome.Done(Optional.empty()), fleet.outcome(new Destroy(WEB)));
    assertEquals(Reason.NOT_READY, fleet.refusal(new Start(WEB)).reason());
    assertEquals(List.of(), beatsOf());

    meter.problem = Optional.empty();
    await().until(() -> beatsOf().size() >= 2);
    assertEquals(Optional.empty(), fleet.lastBeat(H1).load().problem());
    assertTrue(fleet.lastBeat(H1).load().sampledAt().isPresent());
    assertEquals(new Outcome.Done(Optional.empty()), fleet.outcome(new Start(WEB)));
  }

  @Test
  void aLoadThatCantBeReadAnyMoreIsToldWithItsAgeAndWhy() {
    BlindMeter meter = new BlindMeter(fleet.first.meter());
    fleet.deploy(H1, fleet.first, meter);
    await().until(() -> !beatsOf().isEmpty());

    meter.problem = Optional.of("/proc/meminfo has no sensible MemTotal");
    await().until(() -> fleet.lastBeat(H1).load().problem().isPresent());
    HostBeat old = fleet.lastBeat(H1);
    assertEquals(Optional.of("/proc/meminfo has no sensible MemTotal"), old.load().problem());
    int told = beatsOf().size();
    await().until(() -> beatsOf().size() >= told + 3);
    assertEquals(old.load(), fleet.lastBeat(H1).load(), "it is no fresher");
    assertTrue(fleet.lastBeat(H1).loadAge().compareTo(old.loadAge()) > 0);

    meter.problem = Optional.empty();
    await().until(() -> fleet.lastBeat(H1).load().problem().isEmpty());
    assertTrue(
        fleet
            .lastBeat(H1)
            .load()
            .sampledAt()
            .orElseThrow()
            .isAfter(old.load().sampledAt().orElseThrow()));
  }

  /** Reads by another meter, unless it is told not to. */
  private static final class BlindMeter implements HostMeter {
    private final HostMeter other;
    private volatile Optional<String> problem = Optional.empty();

    BlindMeter(HostMeter other) {
      this.other = other;
    }

    @Override
    public Future<Reading> read() {
      return problem
          .<Future<Reading>>map(why -> Future.failedFuture(new IOException(why)))
          .orElseGet(other::read);
    }

    @Override
    public Future<String> describe() {
      return other.describe();
    }
  }

  @Test
  void anAgentThatWasEndedBeatsNoMore() {
    String life = fleet.deploy(H1, fleet.first, fleet.first.meter());
    await().until(() -> !beatsOf().isEmpty());

    SmallFleet.await(fleet.vertx.undeploy(life));
    fleet.deploy(H2, fleet.second, fleet.second.meter());
    fleet.lastBeat(H2); // what H1 told before has come by now
    int told = beatsOf().size();
    int all = fleet.beats.size();
    await().until(() -> fleet.beats.size() >= all + 5);

    assertEquals(told, beatsOf().size());
  }

  @Test
  void theAgentMeasuresItself() {
    fleet.first.boot(WEB, "web", 1, Bytes.ofMiB(100), 0.5);
    fleet.up();
    fleet.outcome(new Suspend(WEB));
    fleet.refusal(new Suspend(WEB));
    await().until(() -> beatsOf().size() >= 2);

    assertTrue(fleet.registry.get("ballast.agent.beats").tag("host", "h1").counter().count() > 0);
    assertEquals(
        1,
        fleet
            .registry
            .get("ballast.agent.operations")
            .tags("host", "h1", "kind", "suspend", "outcome", "done")
            .counter()
            .count());
    assertEquals(
        1,
        fleet
            .registry
            .get("ballast.agent.refusals")
            .tags("host", "h1", "reason", "wrong_state")
            .counter()
            .count());
    assertEquals(1, gauge("answering"));
    assertEquals(0, gauge("stuck"));
    assertTrue(
        fleet.registry.get("ballast.agent.sample.age").tag("host", "h1").gauge().value() >= 0);
  }

  private List<HostBeat> beatsOf() {
    return fleet.beats.stream().filter(beat -> beat.pulse().host().equals(H1)).toList();
  }
}
