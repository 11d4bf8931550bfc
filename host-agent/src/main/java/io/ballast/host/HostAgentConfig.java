package io.ballast.host;

import io.ballast.agent.Heartbeat;
import io.ballast.host.work.Patience;
import io.ballast.messages.HostId;
import java.time.Duration;

/**
 * What a host's agent has to be told.
 *
 * @param beater who it is and how often it beats; every 3 s unless said otherwise
 * @param peerUri how other hosts' hypervisors reach this one for migrations, such as {@code
 *     qemu+tcp://10.88.0.11/system}
 * @param sampleEvery how often the host and its hypervisor are looked at; every second unless said
 *     otherwise. What a beat says is about that old.
 * @param patience how long it waits for what
 */
public record HostAgentConfig(
    Heartbeat.Beater beater, String peerUri, Duration sampleEvery, Patience patience) {
  public static final Duration DEFAULT_BEAT_EVERY = Duration.ofSeconds(3);
  public static final Duration DEFAULT_SAMPLE_EVERY = Duration.ofSeconds(1);

  public HostAgentConfig {
    if (peerUri.isBlank()) {
      throw new IllegalArgumentException("the agent must be told its host's peer URI");
    }
    if (sampleEvery.toMillis() < 1 || sampleEvery.compareTo(beater.every()) > 0) {
      throw new IllegalArgumentException(
          "the host must be sampled at least once a beat: every "
              + sampleEvery
              + " is not within "
              + beater.every());
    }
  }

  /** The usual intervals and patience. */
  public static HostAgentConfig of(HostId host, String cluster, String version, String peerUri) {
    return new HostAgentConfig(
        new Heartbeat.Beater(host, cluster, DEFAULT_BEAT_EVERY, version),
        peerUri,
        DEFAULT_SAMPLE_EVERY,
        Patience.DEFAULT);
  }

  /** The same with beats at another interval, and samples at least as often. */
  public HostAgentConfig beatingEvery(Duration interval) {
    return new HostAgentConfig(
        new Heartbeat.Beater(beater.host(), beater.cluster(), interval, beater.version()),
        peerUri,
        sampleEvery.compareTo(interval) > 0 ? interval : sampleEvery,
        patience);
  }

  /** The same with other limits. */
  public HostAgentConfig with(Patience limits) {
    return new HostAgentConfig(beater, peerUri, sampleEvery, limits);
  }

  public HostId host() {
    return beater.host();
  }
}
