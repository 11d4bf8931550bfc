package io.ballast.ops.config;

import io.ballast.agent.Agent.Retention;
import io.ballast.bus.RefusedException;
import io.ballast.host.trade.DomainPolicy;
import io.ballast.host.trade.Network;
import io.ballast.host.trade.PeerAddress;
import io.ballast.host.trade.PeerRules;
import io.ballast.host.trade.PortRange;
import io.ballast.messages.HostId;
import io.ballast.net.trade.NetPolicy;
import io.ballast.storage.trade.FetchPolicy;
import io.ballast.storage.trade.PoolPolicy;
import io.ballast.storage.trade.StoragePolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What the agents of a host have to be told.
 *
 * @param id absent = this machine's host name up to its first dot
 * @param cluster hosts of one cluster are balanced against each other
 * @param beat from one beat to the next
 * @param libvirt URI of the host's hypervisor
 * @param commanders users of the bus who may command without being the scheduler that leads; none =
 *     the one as which the agents log in
 * @param journal the folder in which they write down what they must not forget
 * @param exchange the folder from which disk images are imported and to which they are exported
 * @param ceph the configuration of Ceph's clients, for pools of the kind rbd; it names their keys
 * @param retention how long they remember what they answered
 * @param peerUri how other hosts' hypervisors reach this one; absent = its host name over TLS
 * @param migrationPorts to which other hosts' hypervisors send the memory of guests
 * @param domains what a domain that is defined may use of the host
 * @param storage what pools may be made of, and from where images may be fetched
 * @param peers to which other hypervisors this host's may connect
 * @param net what the host says of its network
 */
public record AgentSettings(
    Optional<HostId> id,
    String cluster,
    Duration beat,
    String libvirt,
    Optional<String> peerUri,
    PortRange migrationPorts,
    ListenAddress listen,
    List<String> commanders,
    Path journal,
    Path exchange,
    Path ceph,
    Retention retention,
    DomainPolicy domains,
    StoragePolicy storage,
    PeerRules peers,
    NetPolicy net) {
  static final Duration LEAST_BEAT = Duration.ofMillis(100);
  static final Duration MOST_BEAT = Duration.ofMinutes(1);

  public static final AgentSettings DEFAULT =
      new AgentSettings(
          Optional.empty(),
          "default",
          Duration.ofSeconds(3),
          "qemu:///system",
          Optional.empty(),
          PortRange.MIGRATION,
          new ListenAddress("127.0.0.1", 9701),
          List.of(),
          Path.of("/var/lib/ballast"),
          Path.of("/var/lib/ballast/exchange"),
          Path.of("/etc/ceph/ceph.conf"),
          Retention.DEFAULT,
          DomainPolicy.DEFAULT,
          StoragePolicy.DEFAULT,
          PeerRules.DEFAULT,
          NetPolicy.DEFAULT);

  public AgentSettings {
    peerUri.ifPresent(AgentSettings::address);
  }

  /** What other agents would refuse is refused here, where it is written. */
  private static String address(String uri) {
    try {
      return PeerAddress.of(uri).uri();
    } catch (RefusedException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  static AgentSettings read(Section section) {
    return new AgentSettings(
        section.value("host", HostId::new),
        section.text("cluster", DEFAULT.cluster()),
        section.value("beat", AgentSettings::beat).orElse(DEFAULT.beat()),
        section.text("libvirt", DEFAULT.libvirt()),
        section.value("peer-uri", AgentSettings::address),
        section.value("migration-ports", PortRange::of).orElse(DEFAULT.migrationPorts()),
        section.value("metrics", ListenAddress::of).orElse(DEFAULT.listen()),
        section.texts("commanders", DEFAULT.commanders()),
        section.value("journal", Path::of).orElse(DEFAULT.journal()),
        section.value("exchange", Path::of).orElse(DEFAULT.exchange()),
        section.section("ceph", AgentSettings::ceph),
        section.section("remember", AgentSettings::retention),
        section.section("domains", AgentSettings::domains),
        new StoragePolicy(
            section.section("pools", AgentSettings::pools),
            section.section("images", AgentSettings::images)),
        section.section("peers", AgentSettings::peers),
        section.section("net", NetReader::policy));
  }

  private static Path ceph(Section section) {
    return section.value("conf", AgentSettings::absolute).orElse(DEFAULT.ceph());
  }

  private static Path absolute(String text) {
    Path path = Path.of(text);
    if (!path.isAbsolute()) {
      throw new IllegalArgumentException("it must be an absolute path");
    }
    return path;
  }

  private static Retention retention(Section section) {
    return new Retention(
        section.duration("for", Retention.DEFAULT.age()),
        section.whole("operations", Retention.DEFAULT.operations(), 1_000, 10_000_000));
  }

  private static DomainPolicy domains(Section section) {
    DomainPolicy usual = DomainPolicy.DEFAULT;
    return new DomainPolicy(
        section.texts("folders", usual.folders()),
        section.texts("firmware", usual.firmware()),
        section.texts("emulators", usual.emulators()),
        section.texts("pools", usual.pools()),
        section.texts("protocols", usual.protocols()),
        section.texts("host-devices", usual.hostDevices()));
  }

  private static PoolPolicy pools(Section section) {
    PoolPolicy usual = PoolPolicy.DEFAULT;
    return new PoolPolicy(
        section.texts("folders", usual.folders()), section.texts("sources", usual.sources()));
  }

  private static FetchPolicy images(Section section) {
    return new FetchPolicy(section.texts("from", FetchPolicy.DEFAULT.from()));
  }

  private static PeerRules peers(Section section) {
    PeerRules usual = PeerRules.DEFAULT;
    return new PeerRules(
        section.texts("schemes", usual.schemes()),
        section.list("networks", Network::of, usual.networks()),
        section.entries("addresses", HostId::new, uri -> PeerAddress.of(address(uri))));
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
