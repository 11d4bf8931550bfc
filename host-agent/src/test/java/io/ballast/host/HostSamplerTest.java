package io.ballast.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ballast.bus.RefusedException;
import io.ballast.host.meter.HostMeter;
import io.ballast.host.meter.HostMeter.Reading;
import io.ballast.host.work.Room;
import io.ballast.messages.Bytes;
import io.ballast.messages.Reason;
import io.ballast.messages.VmId;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HostSamplerTest {
  private static final VmId WEB = VmId.of("11111111-1111-1111-1111-111111111111");

  private final OneHost host = new OneHost();

  @ParameterizedTest
  @ValueSource(strings = {"-PT5S", "-PT90S", "-PT1H", "PT1H"})
  void aClockThatIsSetLeavesTheRatesOfTheVmsAsTheyAre(Duration step) {
    host.hypervisor.boot(WEB, "web", 2, Bytes.ofMiB(100), 1);
    sample(10);
    host.time.step(step);
    sample(2);

    assertEquals(1.0, cpus(), 1e-6);

    sample(100);
    host.hypervisor.feed(WEB, 0.25);
    sample(5);
    assertEquals(0.25, cpus(), 1e-6, "the window is a few samples long");
  }

  @Test
  void peopleAreToldByTheClockAndAgesAreCountedWithoutIt() {
    sample(1);
    host.time.step(Duration.ofHours(1));
    sample(1);
    Instant asked = host.time.instant().minusSeconds(1);
    host.time.step(Duration.ofHours(-3));

    assertEquals(Optional.of(asked), host.beat().hypervisor().sampledAt());
    assertEquals(Optional.of(Duration.ofSeconds(1)), host.sampler.age());
  }

  @Test
  void freeHugePagesAreRoomForThoseWhoUseThemOnly() {
    HostSampler sampler = sampler(Future.succeededFuture(reading(64, 10, 48)));

    assertEquals(new Room(gib(6), gib(48)), sampler.available());
  }

  @Test
  void whileTheLoadWasNotReadNothingIsSaidOfTheRoom() {
    HostSampler sampler = sampler(Future.failedFuture(new IOException("/proc/meminfo is empty")));

    RefusedException refused = assertThrows(RefusedException.class, sampler::available);

    assertEquals(Reason.NOT_READY, refused.reason());
    assertEquals("the load of h1 was not read yet: /proc/meminfo is empty", refused.getMessage());
  }

  @Test
  void onALoadThatCantBeReadAnyMoreNoRoomIsGiven() {
    List<Future<Reading>> readings =
        List.of(
            Future.succeededFuture(reading(64, 10, 0)),
            Future.failedFuture(new IOException("/proc/meminfo is empty")),
            Future.succeededFuture(reading(64, 20, 0)));
    Iterator<Future<Reading>> next = readings.iterator();
    HostSampler sampler = sampler(next::next);
    host.time.pass(Duration.ofSeconds(1));

    measure(sampler);

    RefusedException refused = assertThrows(RefusedException.class, sampler::available);
    assertEquals(Reason.NOT_READY, refused.reason());
    assertEquals(
        "how much memory of h1 is free is not known, its load was last read 1 s ago:"
            + " /proc/meminfo is empty; choose another host, or see to it that its agent can read"
            + " /proc",
        refused.getMessage());
    measure(sampler);
    assertEquals(new Room(gib(44), gib(0)), sampler.available());
  }

  @Test
  void onALoadThatWasReadLongAgoNoRoomIsGiven() {
    Iterator<Future<Reading>> next =
        List.of(Future.succeededFuture(reading(64, 10, 0)), Promise.<Reading>promise().future())
            .iterator();
    HostSampler sampler = sampler(next::next);
    measure(sampler);
    host.time.pass(Duration.ofSeconds(10));
    assertEquals(new Room(gib(54), gib(0)), sampler.available());

    host.time.pass(Duration.ofSeconds(1));

    RefusedException refused = assertThrows(RefusedException.class, sampler::available);
    assertEquals(Reason.NOT_READY, refused.reason());
  }

  private HostSampler sampler(Future<Reading> reading) {
    return sampler(() -> reading);
  }

  private HostSampler sampler(Supplier<Future<Reading>> reading) {
    HostMeter meter =
        new HostMeter() {
          @Override
          public Future<Reading> read() {
            return reading.get();
          }

          @Override
          public Future<String> describe() {
            return Future.succeededFuture("a host");
          }
        };
    HostSampler sampler =
        new HostSampler(
            HostAgentConfig.of(OneHost.H1, "lab", "1.2.3", host.hypervisor.peerUri()),
            meter,
            host.hypervisor,
            host.time,
            host.time);
    measure(sampler);
    return sampler;
  }

  private void measure(HostSampler sampler) {
    sampler.measure();
    host.time.pass(Duration.ZERO);
  }

  private static Reading reading(int memory, int used, int hugePages) {
    return new Reading(
        Duration.ZERO,
        1,
        Duration.ZERO,
        gib(memory),
        gib(used),
        List.of(0.0, 0.0, 0.0),
        Optional.empty(),
        Map.of(),
        gib(hugePages));
  }

  private static Bytes gib(int gib) {
    return Bytes.ofMiB(gib * 1024L);
  }

  private double cpus() {
    return host.beat().vms().getFirst().cpus();
  }

  private void sample(int times) {
    for (int i = 0; i < times; i++) {
      host.sample();
    }
  }
}
