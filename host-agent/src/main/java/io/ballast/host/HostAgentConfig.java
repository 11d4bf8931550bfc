package io.ballast.host;

import io.ballast.agent.Agent;
import io.ballast.agent.Heartbeat.Beater;
import io.ballast.host.trade.DomainPolicy;
import io.ballast.host.trade.PeerRules;
import io.ballast.host.work.Here;
import io.ballast.host.work.Patience;
import io.ballast.messages.HostId;
import java.time.Duration;

/**
 * What a host's agent has to be told.
 *
 * @param terms who it is, how often it beats, which is every 3 s unless said otherwise, whom it
 *     obeys, and how long it remembers
 * @param peerUri how other hosts' hypervisors reach this one for migrations, such as {@code
 *     qemu+tcp://10.88.0.11/system}
 * @param sampleEvery how often the host and its hypervisor are looked at; every second unless said
 *     otherwise. What a beat says is about that old.
 * @param patience how long it waits for what
 * @param domains what a domain that is defined may use of the host
 * @param peers to which other hypervisors this one may connect
 */
public record HostAgentConfig(
    Agent.Terms terms,
    String peerUri,
    Duration sampleEvery,
    Patience patience,
    DomainPolicy domains,
    PeerRules peers) {
  public static final Duration DEFAULT_BEAT_EVERY = Duration.ofSeconds(3);
  public static final Duration DEFAULT_SAMPLE_EVERY = Duration.ofSeconds(1);

  public HostAgentConfig {
    if (peerUri.isBlank()) {
      throw new IllegalArgumentException("the agent must be told its host's peer URI");
    }
    if (sampleEvery.toMillis() < 1 || sampleEvery.compareTo(terms.beater().every()) > 0) {
      throw new IllegalArgumentException(
          "the host must be sampled at least once a beat: every "
              + sampleEvery
              + " is not within "
              + terms.beater().every());
    }
  }

  /** The usual intervals and patience. */
  public static HostAgentConfig of(HostId host, String cluster, String version, String peerUri) {
    return new HostAgentConfig(
        Agent.Terms.of(new Beater(host, cluster, DEFAULT_BEAT_EVERY, version)),
        peerUri,
        DEFAULT_SAMPLE_EVERY,
        Patience.DEFAULT,
        DomainPolicy.DEFAULT,
        PeerRules.DEFAULT);
  }

  /** The same with beats at another interval, and samples at least as often. */
  public HostAgentConfig beatingEvery(Duration interval) {
    return with(
        new Agent.Terms(
            new Beater(beater().host(), beater().cluster(), interval, beater().version()),
            terms.commanders(),
            terms.retention()));
  }

  /** The same with other limits. */
  public HostAgentConfig with(Patience limits) {
    return new HostAgentConfig(terms, peerUri, sampleEvery, limits, domains, peers);
  }

  /** The same with other terms, and samples at least as often as it then beats. */
  public HostAgentConfig with(Agent.Terms other) {
    Duration beat = other.beater().every();
    return new HostAgentConfig(
        other,
        peerUri,
        sampleEvery.compareTo(beat) > 0 ? beat : sampleEvery,
        patience,
        domains,
        peers);
  }

  /** The same with another policy for domains. */
  public HostAgentConfig with(DomainPolicy other) {
    return new HostAgentConfig(terms, peerUri, sampleEvery, patience, other, peers);
  }

  /** The same with other rules for peers. */
  public HostAgentConfig with(PeerRules other) {
    return new HostAgentConfig(terms, peerUri, sampleEvery, patience, domains, other);
  }

  Beater beater() {
    return terms.beater();
  }

  Here here() {
    return new Here(host(), beater().cluster(), peerUri);
  }

  public HostId host() {
    return beater().host();
  }
}
