package io.ballast.ops.config;

import io.ballast.messages.HostId;
import java.time.Duration;
import java.util.Optional;

/**
 * What the agents of a host have to be told.
 *
 * @param id absent = this machine's host name up to its first dot
 * @param cluster hosts of one cluster are balanced against each other
 * @param beat from one beat to the next
 * @param libvirt URI of the host's hypervisor
 * @param peerUri how other hosts' hypervisors reach this one; absent = its host name over TLS
 */
public record AgentSettings(
    Optional<HostId> id,
    String cluster,
    Duration beat,
    String libvirt,
    Optional<String> peerUri,
    ListenAddress listen) {
  static final Duration LEAST_BEAT = Duration.ofMillis(100);
  static final Duration MOST_BEAT = Duration.ofMinutes(1);

  public static final AgentSettings DEFAULT =
      new AgentSettings(
          Optional.empty(),
          "default",
          Duration.ofSeconds(3),
          "qemu:///system",
          Optional.empty(),
          new ListenAddress("127.0.0.1", 9701));

  static AgentSettings read(Section section) {
    return new AgentSettings(
        section.value("host", HostId::new),
        section.text("cluster", DEFAULT.cluster()),
        section.value("beat", AgentSettings::beat).orElse(DEFAULT.beat()),
        section.text("libvirt", DEFAULT.libvirt()),
        section.text("peer-uri"),
        section.value("metrics", ListenAddress::of).orElse(DEFAULT.listen()));
  }

  /** A beat interval as a person writes it. */
  public static Duration beat(String text) {
    Duration beat = Amount.duration(text);
    if (beat.compareTo(LEAST_BEAT) < 0 || beat.compareTo(MOST_BEAT) > 0) {
      throw new IllegalArgumentException("it must lie between 100ms and 1m");
    }
    return beat;
  }
}
