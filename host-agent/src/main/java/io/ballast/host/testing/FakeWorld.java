package io.ballast.host.testing;

import io.ballast.agent.Loop;
import io.ballast.messages.Bytes;
import io.ballast.messages.HostId;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A fake: hosts in memory between which domains can migrate. Time comes from a loop, so that a test
 * may hold it. All hosts of a world share its lock and may be used from any thread.
 */
public final class FakeWorld {
  private final Map<String, FakeHypervisor> byUri = new LinkedHashMap<>();
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
   * A new host without domains.
   *
   * @param cpus its processors; 0.5 is half of one
   * @param memory its memory, of which a twentieth is taken from the start
   */
  public synchronized FakeHypervisor host(HostId id, double cpus, Bytes memory) {
    FakeHypervisor made = new FakeHypervisor(this, new FakeHost(id, cpus, memory, loop.now()));
    if (byUri.putIfAbsent(made.peerUri(), made) != null) {
      throw new IllegalArgumentException("there is a host " + id + " already");
    }
    return made;
  }

  /** Whose peer URI this is. */
  synchronized Optional<FakeHypervisor> at(String peerUri) {
    return Optional.ofNullable(byUri.get(peerUri));
  }

  /** Lets all guests have worked until now; to be called before anything changes or is read. */
  synchronized void advance() {
    byUri.values().forEach(hypervisor -> hypervisor.host().advance(loop.now()));
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
