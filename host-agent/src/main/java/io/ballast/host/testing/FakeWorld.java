package io.ballast.host.testing;

import io.ballast.agent.Loop;
import io.ballast.host.trade.PeerAddress;
import io.ballast.host.trade.PeerRules;
import io.ballast.messages.Bytes;
import io.ballast.messages.HostId;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A fake: hosts in memory between which domains can migrate. Time comes from a loop, so that a test
 * may hold it. All hosts of a world share its lock and may be used from any thread.
 */
public final class FakeWorld {
  /** Lets the hypervisors of a world connect to each other. */
  public static final PeerRules PEERS =
      new PeerRules(List.of("fake"), PeerRules.DEFAULT.networks(), Map.of());

  private final Map<PeerAddress, FakeHypervisor> byAddress = new LinkedHashMap<>();
  private final Loop loop;
  private final Bytes linkSpeed;
  private final Duration patience;

  /**
   * @param linkSpeed what a migration without a limit sends per second, above zero
   * @param patience how long a call to a hypervisor that hangs takes to fail
   */
  public FakeWorld(Loop loop, Bytes linkSpeed, Duration patience) {
    this.loop = loop;
    this.linkSpeed = linkSpeed;
    this.patience = patience;
  }

  /**
   * A new host without domains, at the next address of {@code 10.0.0.0/16}.
   *
   * @param cpus its processors; 0.5 is half of one
   * @param memory its memory, of which a twentieth is taken from the start
   */
  public synchronized FakeHypervisor host(HostId id, double cpus, Bytes memory) {
    if (byAddress.values().stream().anyMatch(other -> other.host().id().equals(id))) {
      throw new IllegalArgumentException("there is a host " + id + " already");
    }
    PeerAddress address =
        PeerAddress.of(
            "fake://10.0.%d.%d/system"
                .formatted(byAddress.size() / 250, byAddress.size() % 250 + 1));
    FakeHypervisor made =
        new FakeHypervisor(this, new FakeHost(id, cpus, memory, loop.now()), address);
    byAddress.put(address, made);
    return made;
  }

  /** Whose address this is. */
  synchronized Optional<FakeHypervisor> at(PeerAddress address) {
    return Optional.ofNullable(byAddress.get(address));
  }

  /** Lets all guests have worked until now; to be called before anything changes or is read. */
  synchronized void advance() {
    byAddress.values().forEach(hypervisor -> hypervisor.host().advance(loop.now()));
  }

  Loop loop() {
    return loop;
  }

  Bytes linkSpeed() {
    return linkSpeed;
  }

  Duration patience() {
    return patience;
  }
}
