package io.ballast.ops.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Bytes;
import io.ballast.messages.HostId;
import io.ballast.scheduler.core.policy.Policy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
              credentials: /run/credentials
            agent:
              host: h7
              cluster: lab
              beat: 500ms
              libvirt: qemu+unix:///system
              peer-uri: qemu+tcp://10.0.0.7/system
              metrics: 10.0.0.7:9000
            scheduler:
              metrics: "[::1]:9001"
              policy:
                mode: recommend
                cpu: {trigger: 70%, hold: 10s, low: 0.5}
                load: {trigger: 3, hold: 1m, low: 1.5}
                caps: {per-host: 2}
                pace: {cool-down: 1h}
                worth: {headroom: 10%}
                transfer: {bandwidth: 100MiB, max-downtime: 50ms}
            """);

    assertEquals(
        new BusSettings(
            "10.0.0.1",
            Optional.of(5673),
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
            new ListenAddress("10.0.0.7", 9000)),
        read.agent());
    Policy policy = read.scheduler().config().policy();
    assertEquals("[::1]:9001", read.scheduler().listen().toString());
    assertEquals(Policy.Mode.RECOMMEND, policy.mode());
    assertEquals(new Policy.Threshold(0.7, Duration.ofSeconds(10), 0.5), policy.thresholds().cpu());
    assertEquals(Policy.DEFAULT.thresholds().memory(), policy.thresholds().memory());
    assertEquals(3, policy.thresholds().load().trigger());
    assertEquals(2, policy.caps().perHost());
    assertEquals(Duration.ofHours(1), policy.pace().coolDown());
    assertEquals(0.1, policy.worth().headroom());
    assertEquals(Optional.of(Bytes.ofMiB(100)), policy.transfer().bandwidth());
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
          scheduler:~  policy:~    transfer: {bandwidth: 5}      | 3 | .*bandwidth' is '5'; expected a number and a unit of B, .*
          """)
  void whatIsWrongIsRefusedWithItsLineAndAHint(String yaml, int line, String expected) {
    ConfigException refused =
        assertThrows(
            ConfigException.class, () -> Configuration.parse("my.yaml", yaml.replace('~', '\n')));

    String message = String.valueOf(refused.getMessage());
    assertTrue(
        message.matches("my\\.yaml, line " + line + ": " + expected.replace("?", "\\?")), message);
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
