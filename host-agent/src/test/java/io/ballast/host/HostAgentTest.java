package io.ballast.host;

import static io.ballast.host.SmallFleet.H1;
import static io.ballast.host.SmallFleet.H2;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.host.meter.HostMeter;
import io.ballast.messages.Bytes;
import io.ballast.messages.HostBeat;
import io.ballast.messages.HostBeat.Health;
import io.ballast.messages.HostCommand.InspectHost;
import io.ballast.messages.HostCommand.Suspend;
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
    await().until(() -> beatsOf().size() >= 10);

    HostBeat beat = fleet.lastBeat(H1);
    assertEquals(new HostBeat.Capacity(1, Bytes.ofMiB(1000)), beat.capacity());
    assertEquals(Bytes.ofMiB(150), beat.load().memoryUsed());
    assertEquals(0.5, beat.load().cpu(), 0.2);
    assertTrue(beat.load().average1() > 0);
    assertTrue(beat.load().pressure().isPresent());
    assertEquals("eth0", beat.load().links().getFirst().link());
    assertEquals(Health.ANSWERING, beat.hypervisor().health());
    assertEquals("fake://h1", beat.hypervisor().peerUri());
    Vm vm = beat.vms().getFirst();
    assertEquals(WEB, vm.id());
    assertEquals("web", vm.name());
    assertEquals(VmState.RUNNING, vm.state());
    assertEquals(2, vm.vcpus());
    assertEquals(0.5, vm.cpus(), 0.2);
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
    await().until(() -> !beatsOf().isEmpty());

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
                    && fleet.lastBeat(H1).vms().getFirst().state() == VmState.PAUSED);
  }

  @Test
  void anAgentWhoseHostCantBeReadDoesNotStart() {
    HostMeter blind =
        new HostMeter() {
          @Override
          public Future<Reading> read() {
            return Future.failedFuture(new IOException("/proc/stat can't be read"));
          }

          @Override
          public Future<String> describe() {
            return Future.succeededFuture("a host without /proc");
          }
        };

    AssertionError failure =
        assertThrows(AssertionError.class, () -> fleet.deploy(H1, fleet.first, blind));

    assertTrue(failure.toString().contains("/proc/stat can't be read"), failure::toString);
  }

  @Test
  void anAgentThatWasEndedBeatsNoMore() {
    String life = fleet.deploy(H1, fleet.first, fleet.first.meter());
    await().until(() -> !beatsOf().isEmpty());

    SmallFleet.await(fleet.vertx.undeploy(life));
    int told = beatsOf().size();
    fleet.deploy(H2, fleet.second, fleet.second.meter());
    await().until(() -> fleet.beats.size() >= told + 5);

    assertTrue(beatsOf().size() <= told + 1);
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
