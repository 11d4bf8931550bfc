package io.ballast.host;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ballast.messages.Bytes;
import io.ballast.messages.VmId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
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

  private double cpus() {
    return host.beat().vms().getFirst().cpus();
  }

  private void sample(int times) {
    for (int i = 0; i < times; i++) {
      host.sample();
    }
  }
}
