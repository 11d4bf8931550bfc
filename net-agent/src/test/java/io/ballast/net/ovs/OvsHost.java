package io.ballast.net.ovs;

import io.ballast.net.rig.Ground;
import io.ballast.net.rig.NetNamespace;
import io.ballast.net.trade.Switch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/**
 * An Open vSwitch of a test's own, in a network namespace, with two bridges of somebody else's
 * whose packets its process moves.
 */
final class OvsHost implements Ground, AutoCloseable {
  private final NetNamespace space;
  private final Path home;
  private final Switch tried;
  private final Process database;
  private Process daemon;

  /** The switch is made of the folder of its sockets, and of where the links are. */
  interface Maker {
    Switch make(Path home, NetNamespace space);
  }

  OvsHost(Path home, Maker maker) {
    this.home = home;
    this.space = NetNamespace.open();
    output("ovsdb-tool", "create", home + "/conf.db", "/usr/share/openvswitch/vswitch.ovsschema");
    this.database =
        started(
            "ovsdb-server",
            home + "/conf.db",
            "--remote=punix:" + home + "/db.sock",
            "--log-file=" + home + "/ovsdb-server.log",
            "-vconsole:off");
    Awaitility.await().until(() -> Files.exists(home.resolve("db.sock")));
    configure("--no-wait", "init");
    // Counters are told to others as soon as they change.
    configure("--no-wait", "set", "Open_vSwitch", ".", "other_config:max-revalidator=50");
    this.daemon = daemon();
    configure("add-br", "br0", "--", "set", "bridge", "br0", "datapath_type=netdev");
    configure("add-br", "br1", "--", "set", "bridge", "br1", "datapath_type=netdev");
    flows("add-flow", "br0", "cookie=0x77,priority=9,arp,arp_tpa=192.0.2.9,actions=drop");
    flows("add-flow", "br0", "cookie=0xba10,table=5,priority=9,actions=NORMAL");
    flows("add-meter", "br0", "meter=1,kbps,band=type=drop,rate=77");
    this.tried = maker.make(home, space);
  }

  private Process daemon() {
    return started(
        "ovs-vswitchd",
        "unix:" + home + "/db.sock",
        "--log-file=" + home + "/ovs-vswitchd.log",
        "-vconsole:off");
  }

  private Process started(String... words) {
    List<String> all = new ArrayList<>(List.of("setpriv", "--pdeathsig", "KILL"));
    all.addAll(space.inside(List.of(words)));
    ProcessBuilder builder = builder(all);
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    try {
      return builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ProcessBuilder builder(List<String> words) {
    ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
    for (String variable : List.of("OVS_RUNDIR", "OVS_LOGDIR", "OVS_DBDIR", "OVS_SYSCONFDIR")) {
      builder.environment().put(variable, home.toString());
    }
    return builder;
  }

  private String output(String... words) {
    try {
      Process process = builder(List.of(words)).start();
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IllegalStateException(String.join(" ", words) + " failed: " + said);
      }
      return said.strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** What its database's tool prints. */
  String configure(String... words) {
    List<String> all = new ArrayList<>(List.of("ovs-vsctl", "--timeout=10"));
    all.addAll(List.of(words));
    return output(all.toArray(String[]::new));
  }

  /** What its flows' tool prints. */
  String flows(String... words) {
    List<String> all = new ArrayList<>(List.of("ovs-ofctl", "-O", "OpenFlow14", "--no-stats"));
    all.addAll(List.of(words));
    return output(all.toArray(String[]::new));
  }

  /** Ends the process that switches at once. */
  void kill() {
    daemon.destroyForcibly();
    await(daemon);
  }

  /** Starts it again. */
  void start() {
    daemon = daemon();
    configure("set", "Open_vSwitch", ".", "external_ids:again=true");
  }

  /** Stops it in its tracks, or lets it go on. */
  void signal(String name) {
    output("kill", "-" + name, Long.toString(daemon.pid()));
  }

  private static void await(Process process) {
    try {
      process.waitFor(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public NetNamespace space() {
    return space;
  }

  @Override
  public Switch tried() {
    return tried;
  }

  @Override
  public String bridge() {
    return "br0";
  }

  @Override
  public String otherBridge() {
    return "br1";
  }

  @Override
  public boolean hasVlans() {
    return true;
  }

  @Override
  public void plug(String bridge, String link) {
    configure("add-port", bridge, link);
  }

  @Override
  public void unplug(String link) {
    configure("--if-exists", "del-port", link);
  }

  @Override
  public String bridgeOf(String link) {
    return List.of(bridge(), otherBridge()).stream()
        .filter(bridge -> configure("list-ports", bridge).lines().anyMatch(link::equals))
        .findFirst()
        .orElse("");
  }

  @Override
  public String foreign() {
    StringBuilder all = new StringBuilder();
    for (String bridge : List.of("br0", "br1")) {
      all.append(
          flows("dump-flows", bridge)
              .lines()
              .filter(line -> line.contains("actions") && !line.contains("cookie=0xba11"))
              .collect(Collectors.joining("\n", bridge + "\n", "\n")));
      all.append(flows("dump-meters", bridge).replaceAll("xid=\\S*", ""));
      all.append(configure("list-ports", bridge));
    }
    return all + configure("--columns=name,external_ids,tag", "list", "port", "br0", "br1");
  }

  @Override
  public String ours() {
    StringBuilder all = new StringBuilder();
    for (String bridge : List.of("br0", "br1")) {
      flows("dump-flows", bridge)
          .lines()
          .filter(line -> line.contains("cookie=0xba11"))
          .forEach(line -> all.append(line).append('\n'));
      flows("dump-meters", bridge)
          .lines()
          .filter(line -> line.startsWith("meter=10"))
          .forEach(line -> all.append(line).append('\n'));
    }
    for (String table : List.of("port", "qos", "queue")) {
      all.append(
          configure("--columns=_uuid,external_ids", "find", table, "external_ids:ballast!=x"));
    }
    return all.toString();
  }

  @Override
  public void close() {
    tried.close();
    daemon.destroyForcibly();
    database.destroyForcibly();
    await(daemon);
    await(database);
    space.close();
  }
}
