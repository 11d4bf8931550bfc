package io.ballast.ops.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.agent.Agent.Retention;
import io.ballast.host.trade.DomainPolicy;
import io.ballast.host.trade.Network;
import io.ballast.host.trade.PeerAddress;
import io.ballast.host.trade.PeerRules;
import io.ballast.host.trade.PortRange;
import io.ballast.messages.Bytes;
import io.ballast.messages.Cidr;
import io.ballast.messages.HostId;
import io.ballast.messages.IpAddress;
import io.ballast.messages.Means;
import io.ballast.messages.NetBeat;
import io.ballast.net.trade.NetPolicy;
import io.ballast.net.trade.Outside;
import io.ballast.scheduler.core.policy.Policy;
import io.ballast.storage.trade.FetchPolicy;
import io.ballast.storage.trade.PoolPolicy;
import io.ballast.storage.trade.StoragePolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ConfigurationTest {
  @TempDir Path folder;

  @Test
  void nothingConfiguredMeansTheDefaults() {
    assertEquals(Configuration.DEFAULT, Configuration.parse("f", ""));
    assertEquals(Configuration.DEFAULT, Configuration.parse("f", "# nothing\nbus:\nagent: {}\n"));
  }

  @Test
  void theDocumentedFileHoldsTheDefaultsAndEveryKey() throws IOException {
    String documented = Files.readString(Path.of("docs/ballast.yaml"));
    String everyKey = documented.replaceAll("(?m)^( +)# ([a-z-]+: )", "$1$2");

    assertEquals(Configuration.DEFAULT, Configuration.parse("docs", documented));
    ConfigException both =
        assertThrows(ConfigException.class, () -> Configuration.parse("docs", everyKey));
    assertEquals(
        "docs, line 9: set either bus.password-file or bus.credentials, not both",
        both.getMessage());
    Configuration.parse("docs", everyKey.replaceAll("(?m)^ +password-file:.*\n", ""));
  }

  @Test
  void everythingThatIsWrittenIsRead() {
    Configuration read =
        Configuration.parse(
            "f",
            """
            bus:
              host: 10.0.0.1
              port: 5673
              virtual-host: fleet
              credentials: /run/credentials
            agent:
              host: h7
              cluster: lab
              beat: 500ms
              libvirt: qemu+unix:///system
              peer-uri: qemu+tcp://10.0.0.7/system
              migration-ports: 50000-50099
              metrics: 10.0.0.7:9000
              commanders: [ballast, provisioning]
              journal: /srv/journals
              exchange: /srv/exchange
              ceph: {conf: /srv/ceph.conf}
              remember: {for: 7d, operations: 5000}
              domains:
                folders: [/srv/vms]
                emulators: []
                pools: [fast, slow]
                host-devices: [pci]
              pools:
                folders: [/srv/pools]
                sources: ["nas1:/images"]
              images:
                from: ["https://images.example/"]
              peers:
                schemes: [qemu+tls]
                networks: ["2001:db8::/32"]
                addresses: {h2: "qemu+tls://h2.example/system"}
              net:
                uplinks: [eth1]
                lines:
                  telecom:
                    bridge: br1
                    networks: [203.0.113.0/24]
                    vlans: [100-199, 300]
                    gateway: 203.0.113.1
                    guest-gateway: 10.20.0.1
                    vlan: 7
                  inner: {bridge: br0}
            scheduler:
              metrics: "[::1]:9001"
              journal: /srv/scheduler
              policy:
                mode: recommend
                cpu: {trigger: 70%, hold: 10s, low: 0.5}
                load: {trigger: 3, hold: 1m, low: 1.5}
                caps: {per-host: 2}
                pace: {cool-down: 1h}
                worth: {headroom: 10%}
                transfer: {bandwidth: 100MiB, max-downtime: 50ms, auto-converge: true, channels: 4,
                           locking-pools: [gfs]}
            """);

    assertEquals(
        new BusSettings(
            "10.0.0.1",
            Optional.of(5673),
            "fleet",
            "ballast",
            Optional.empty(),
            Optional.of(Path.of("/run/credentials"))),
        read.bus());
    assertEquals(
        new AgentSettings(
            Optional.of(new HostId("h7")),
            "lab",
            Duration.ofMillis(500),
            "qemu+unix:///system",
            Optional.of("qemu+tcp://10.0.0.7/system"),
            new PortRange(50_000, 50_099),
            new ListenAddress("10.0.0.7", 9000),
            List.of("ballast", "provisioning"),
            Path.of("/srv/journals"),
            Path.of("/srv/exchange"),
            Path.of("/srv/ceph.conf"),
            new Retention(Duration.ofDays(7), 5_000),
            new DomainPolicy(
                List.of("/srv/vms"),
                DomainPolicy.DEFAULT.firmware(),
                List.of(),
                List.of("fast", "slow"),
                List.of(),
                List.of("pci")),
            new StoragePolicy(
                new PoolPolicy(List.of("/srv/pools"), List.of("nas1:/images")),
                new FetchPolicy(List.of("https://images.example/"))),
            new PeerRules(
                List.of("qemu+tls"),
                List.of(Network.of("2001:db8::/32")),
                Map.of(new HostId("h2"), PeerAddress.of("qemu+tls://h2.example/system"))),
            new NetPolicy(
                Set.of("eth1"),
                List.of(
                    new NetPolicy.Reach(
                        new NetBeat.Line(
                            "telecom",
                            "br1",
                            List.of(Cidr.of("203.0.113.0/24")),
                            List.of(
                                new NetBeat.Line.Span(100, 199), new NetBeat.Line.Span(300, 300))),
                        Optional.of(
                            new Outside(
                                new IpAddress("203.0.113.1"),
                                new IpAddress("10.20.0.1"),
                                Optional.of(7)))),
                    new NetPolicy.Reach(
                        new NetBeat.Line("inner", "br0", List.of(), List.of()),
                        Optional.empty())))),
        read.agent());
    Policy policy = read.scheduler().config().policy();
    assertEquals("[::1]:9001", read.scheduler().listen().toString());
    assertEquals(Path.of("/srv/scheduler"), read.scheduler().journal());
    assertEquals(Policy.Mode.RECOMMEND, policy.mode());
    assertEquals(new Policy.Threshold(0.7, Duration.ofSeconds(10), 0.5), policy.thresholds().cpu());
    assertEquals(Policy.DEFAULT.thresholds().memory(), policy.thresholds().memory());
    assertEquals(3, policy.thresholds().load().trigger());
    assertEquals(2, policy.caps().perHost());
    assertEquals(Duration.ofHours(1), policy.pace().coolDown());
    assertEquals(0.1, policy.worth().headroom());
    assertEquals(Optional.of(Bytes.ofMiB(100)), policy.transfer().bandwidth());
    assertEquals(new Means(true, false, 4, Optional.of(List.of("gfs"))), policy.transfer().means());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          bus: {hots: a}                                         | 1 | unknown key 'bus.hots'; did you mean 'host'? \\(known here: .*
          buss: {}                                               | 1 | unknown key 'buss'; did you mean 'bus'? \\(known here: agent, bus, scheduler\\)
          agent:~  beat: 3                                       | 2 | 'agent.beat' is '3'; expected a number and a unit .*
          agent:~  beat: 3 parsecs                               | 2 | 'agent.beat' is '3 parsecs'; expected .*
          agent:~  beat: 1h                                      | 2 | 'agent.beat' is '1h'; it must lie between .*
          agent:~  host: a.b                                     | 2 | 'agent.host' is 'a.b'; 'a.b' is no host name: .*
          agent:~  metrics: 9701x                                | 2 | 'agent.metrics' is '9701x'; expected an address .*
          agent:~  peer-uri: qemu+ssh://a@b/system               | 2 | 'agent.peer-uri' is .* is no address of a peer: .*
          agent:~  domains: {folders: /srv}                      | 2 | 'agent.domains.folders' must be a list, such as \\[a, b\\]
          agent:~  domains: {folders: [srv]}                     | 2 | 'srv' is no absolute path; write it from / on
          agent:~  domains:~    folders: [/a]~    pools: [{}]    | 4 | 'agent.domains.pools' must be a list of single values
          agent:~  peers: {networks: [10.0.0.0]}                 | 2 | 'agent.peers.networks' has '10.0.0.0'; expected an address .*
          agent:~  peers: {addresses: {h2: "qemu://h2/session"}} | 2 | 'agent.peers.addresses.h2' is .*; .* is no address of a peer: .*
          agent:~  peers: {addresses: {h.2: "qemu://h/system"}}  | 2 | 'h.2' is no host name: .*
          bus:~  host: a~  port: 70000                           | 3 | 'bus.port' is '70000'; it must lie between 1 and 65535
          bus:~  port: many                                      | 2 | 'bus.port' is 'many'; expected a number
          bus:~  host: [a, b]                                    | 2 | 'bus.host' must be a single value
          bus: 7                                                 | 1 | bus must be a mapping of keys to values
          bus:~  host: a~  host: b                               | 3 | 'bus.host' stands here twice; remove one
          bus:~  host: 'a                                        | 2 | .*
          bus:~  password-file: a~  credentials: b               | 2 | set either bus.password-file or bus.credentials, not both
          scheduler:~  policy:~    cpu:~      trigger: 180%      | 4 | 'scheduler.policy.cpu.trigger' is '180%'; it must lie .*
          scheduler:~  policy:~    cpu:~      low: 90%           | 4 | policy: 'low' is 0.9; it must be at least 0 and below the trigger 0.8
          scheduler:~  policy:~    mode: on                      | 3 | 'scheduler.policy.mode' is 'on'; use one of off, recommend, automatic
          scheduler:~  policy:~    caps: {per-host: 0}           | 3 | .*per-host' is '0'; it must lie between 1 and 10000
          scheduler:~  policy:~    transfer: {within: 8d}        | 3 | .*within' is '8d'; it must be at most 10080m
          scheduler:~  policy:~    transfer: {max-downtime: 11m} | 3 | .*max-downtime' is '11m'; it must be at most 10m
          scheduler:~  policy:~    transfer: {bandwidth: 5}      | 3 | .*bandwidth' is '5'; expected a number and a unit of B, .*
          agent:~  migration-ports: 49152                        | 2 | .*migration-ports' is '49152'; .*write it as 49152-49215
          scheduler:~  policy:~    transfer: {channels: 17}      | 3 | .*channels' is '17'; .*
          scheduler:~  policy:~    transfer: {post-copy: true, channels: 2} | 3 | .*post-copy sends over one connection.*
          """)
  void whatIsWrongIsRefusedWithItsLineAndAHint(String yaml, int line, String expected) {
    ConfigException refused =
        assertThrows(
            ConfigException.class, () -> Configuration.parse("my.yaml", yaml.replace('~', '\n')));

    String message = String.valueOf(refused.getMessage());
    assertTrue(
        message.matches("my\\.yaml, line " + line + ": " + expected.replace("?", "\\?")), message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          rabbit1            | rabbit1  |
          rabbit1:5673       | rabbit1  | 5673
          10.0.0.1:5673      | 10.0.0.1 | 5673
          ::1                | ::1      |
          [::1]              | ::1      |
          [::1]:5673         | ::1      | 5673
          fe80::1%eth0       | fe80::1%eth0 |
          """)
  void aBrokerMayBeANameOrAnAddressOfEitherKind(String text, String host, @Nullable Integer port) {
    BusSettings bus = BusSettings.DEFAULT.at(text);

    assertEquals(host, bus.host());
    assertEquals(Optional.ofNullable(port), bus.port());
  }

  @ParameterizedTest
  @ValueSource(strings = {":5672", "rabbit1:", "rabbit1:amqp", "rabbit1:0", "[::1]:70000"})
  void aBrokerThatCantBeOneIsRefusedWithAnExample(String text) {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> BusSettings.DEFAULT.at(text));

    assertEquals(
        "'"
            + text
            + "' is no address of a broker; write HOST or HOST:PORT, such as 10.0.0.1:5672 or"
            + " [::1]:5672",
        refused.getMessage());
  }

  @Test
  void theOptionComesBeforeTheEnvironment() throws IOException {
    Path one = Files.writeString(folder.resolve("one.yaml"), "agent: {cluster: one}");
    Path two = Files.writeString(folder.resolve("two.yaml"), "agent: {cluster: two}");
    Map<String, String> environment = Map.of(Configuration.VARIABLE, two.toString());

    assertEquals("one", Configuration.find(Optional.of(one), environment).agent().cluster());
    assertEquals("two", Configuration.find(Optional.empty(), environment).agent().cluster());
  }

  @Test
  void aFileThatWasNamedMustBeThere() {
    Path missing = folder.resolve("missing.yaml");

    ConfigException refused =
        assertThrows(
            ConfigException.class, () -> Configuration.find(Optional.of(missing), Map.of()));

    assertEquals("there is no configuration file " + missing, refused.getMessage());
  }
}
