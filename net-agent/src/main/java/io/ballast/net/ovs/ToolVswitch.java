package io.ballast.net.ovs;

import io.ballast.agent.tool.Runner;
import io.ballast.agent.tool.Tool;
import io.ballast.agent.tool.Watch;
import io.ballast.bus.RefusedException;
import io.ballast.messages.NetBeat.Bond;
import io.ballast.messages.Reason;
import io.ballast.net.flow.Dump;
import io.ballast.net.flow.Flow;
import io.ballast.net.ovs.Present.Bridge;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.DecodeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Open vSwitch of this host, by its own tools. Each question and each change is one run, which
 * is ended when it takes too long.
 */
public final class ToolVswitch implements Vswitch {
  /** Where its sockets usually are. */
  public static final Path DEFAULT_HOME = Path.of("/run/openvswitch");

  private static final Logger LOG = LoggerFactory.getLogger(ToolVswitch.class);

  private static final Duration WITHIN = Duration.ofSeconds(5);

  /** The oldest version that has bundles of its own; it has meters too. */
  private static final String VERSION = "OpenFlow14";

  private static final String GONE = "does not answer";
  private static final String OTHER_VERSIONS = "version negotiation failed";

  private static final Duration LISTEN_AGAIN = Duration.ofSeconds(5);

  private final Runner runner;
  private final Path home;
  private final Watch watch;
  private final Map<String, Boolean> metering = new ConcurrentHashMap<>();

  /**
   * @param runner of its tools; somebody else closes it
   * @param home where its sockets are
   */
  public ToolVswitch(Vertx vertx, Runner runner, Path home) {
    this.runner = runner;
    this.home = home;
    this.watch =
        new Watch(
            vertx,
            runner,
            List.of(
                "ovsdb-client",
                "--format=json",
                "monitor",
                "unix:" + home.resolve("db.sock"),
                "Interface",
                "name,ofport"),
            this::isThere,
            LISTEN_AGAIN);
  }

  @Override
  public boolean isThere() {
    return Files.exists(home.resolve("db.sock"));
  }

  @Override
  public void onChange(Runnable listener) {
    watch.tell(listener);
  }

  @Override
  public Future<Present> configured() {
    return database(Stream.concat(Stream.of("--format=json"), Tables.words().stream()).toList())
        .map(
            printed -> {
              try {
                return Tables.read(printed);
              } catch (DecodeException e) {
                throw refused("what ovs-vsctl told can't be read: " + e.getMessage());
              }
            });
  }

  @Override
  public Future<List<Bond>> bonds() {
    return database(Stream.concat(Stream.of("--format=json"), Bonds.words().stream()).toList())
        .map(
            printed -> {
              try {
                return Bonds.read(printed);
              } catch (DecodeException e) {
                throw refused("what ovs-vsctl told of bonds can't be read: " + e.getMessage());
              }
            });
  }

  @Override
  public Future<Present> look() {
    return configured()
        .compose(
            told -> {
              metering
                  .keySet()
                  .retainAll(told.bridges().stream().map(Bridge::uuid).collect(Collectors.toSet()));
              List<Future<Bridge>> asked = told.bridges().stream().map(this::asked).toList();
              return Future.join(asked)
                  .map(
                      all -> {
                        List<Bridge> bridges = asked.stream().map(Future::result).toList();
                        if (!bridges.isEmpty() && bridges.stream().allMatch(ToolVswitch::isGone)) {
                          throw refused(
                              "ovs-vswitchd does not run or can't be reached; start it: "
                                  + bridges.getFirst().problem().orElse(""));
                        }
                        return new Present(bridges, told.shapings(), told.queues());
                      });
            });
  }

  /** A bridge that is not answered for by anybody costs only itself; one that hangs, the look. */
  private Future<Bridge> asked(Bridge bridge) {
    Future<String> flows =
        flows(List.of("dump-flows", bridge.name(), "cookie=" + Flow.ALL_OF_OURS), "");
    Future<Boolean> hasMeters = metering(bridge);
    Future<String> meters =
        hasMeters.compose(
            has ->
                has
                    ? flows(List.of("dump-meters", bridge.name()), "")
                    : Future.succeededFuture(""));
    return Future.all(flows, meters)
        .map(
            all ->
                bridge.answering(
                    hasMeters.result(), Dump.read(flows.result()), MeterDump.read(meters.result())))
        .recover(
            why ->
                isSilence(why)
                    ? Future.succeededFuture(
                        bridge.silent(silence(bridge, String.valueOf(why.getMessage()))))
                    : Future.failedFuture(why));
  }

  private static boolean isGone(Bridge bridge) {
    return bridge.problem().filter(why -> why.contains(GONE)).isPresent();
  }

  private static String silence(Bridge bridge, String why) {
    return why.contains(OTHER_VERSIONS)
        ? "bridge %s does not speak %s; let it: ovs-vsctl add bridge %s protocols %s"
            .formatted(bridge.name(), VERSION, bridge.name(), VERSION)
        : "bridge %s %s: %s".formatted(bridge.name(), GONE, why);
  }

  private static boolean isSilence(Throwable why) {
    String words = String.valueOf(why.getMessage());
    return Stream.of(
            "is not a bridge",
            "Connection refused",
            "No such file",
            "failed to connect",
            OTHER_VERSIONS)
        .anyMatch(words::contains);
  }

  private Future<Boolean> metering(Bridge bridge) {
    Boolean known = metering.get(bridge.uuid());
    return known != null
        ? Future.succeededFuture(known)
        : flows(List.of("meter-features", bridge.name()), "")
            .map(MeterDump::has)
            .onSuccess(has -> metering.put(bridge.uuid(), has));
  }

  /** Tried in a network namespace that is there for the try alone. */
  @Override
  public Future<Boolean> queueing() {
    return runner
        .run(
            Tool.of(
                WITHIN, "unshare", "--net", "--", "tc", "qdisc", "add", "dev", "lo", "root", "htb"))
        .output()
        .map(true)
        .recover(
            why -> {
              if (!(why instanceof RefusedException refused)
                  || refused.reason() != Reason.TRADE_REFUSED) {
                return Future.failedFuture(why);
              }
              LOG.info("Open vSwitch can't limit what goes to guests here: {}", why.getMessage());
              return Future.succeededFuture(false);
            });
  }

  @Override
  public Future<Void> configure(List<Step.Configure> steps) {
    return database(Words.of(steps)).mapEmpty();
  }

  @Override
  public Future<Void> meter(Step.Meter step) {
    return switch (step) {
      case Step.SetMeter set ->
          flows(
                  List.of(
                      set.replaces() ? "mod-meter" : "add-meter",
                      set.bridge(),
                      "meter=%d,kbps,burst,band=type=drop,rate=%d,burst_size=%d"
                          .formatted(
                              set.number(),
                              set.limit().kilobitsPerSecond(),
                              set.limit().kilobits())),
                  "")
              .mapEmpty();
      case Step.RemoveMeter remove ->
          flows(List.of("del-meter", remove.bridge(), "meter=" + remove.number()), "").mapEmpty();
    };
  }

  @Override
  public Future<Void> program(List<Step.Program> steps) {
    Set<String> bridges = steps.stream().map(Step.Program::bridge).collect(Collectors.toSet());
    if (bridges.size() != 1) {
      throw new IllegalArgumentException("a bundle is for one bridge, not for " + bridges);
    }
    // All removals first: what takes their place is added after them.
    String lines =
        Stream.concat(
                steps.stream().flatMap(each -> each.remove().stream()).map(Flow::removing),
                steps.stream().flatMap(each -> each.add().stream()).map(Flow::adding))
            .collect(Collectors.joining("\n", "", "\n"));
    return flows(List.of("--bundle", "add-flows", bridges.iterator().next(), "-"), lines)
        .mapEmpty();
  }

  @Override
  public Future<Void> send(String bridge, String from, String frame) {
    return flows(
            List.of(
                "packet-out", bridge, "in_port=%s packet=%s actions=NORMAL".formatted(from, frame)),
            "")
        .mapEmpty();
  }

  private Future<String> database(List<String> words) {
    return run("ovs-vsctl", List.of("--db=unix:" + home.resolve("db.sock")), words, "");
  }

  private Future<String> flows(List<String> words, String input) {
    return run("ovs-ofctl", List.of("-O", VERSION, "--no-names"), words, input);
  }

  private Future<String> run(String tool, List<String> options, List<String> words, String input) {
    List<String> all = new ArrayList<>(List.of(tool));
    all.addAll(options);
    all.addAll(words);
    return runner
        .run(
            new Tool(all, Map.of("OVS_RUNDIR", home.toString()), WITHIN, Set.of(0), heard -> {})
                .reading(input))
        .output()
        .recover(why -> Future.failedFuture(inWords(tool, why)));
  }

  /** A failure in words that say what to look at; the tool repeats its name in each line. */
  private static Throwable inWords(String tool, Throwable why) {
    if (!(why instanceof RefusedException refused)) {
      return why;
    }
    String words =
        Arrays.stream(String.valueOf(refused.getMessage()).split("; ", -1))
            .map(line -> line.startsWith(tool + ": ") ? line.substring(tool.length() + 2) : line)
            .collect(Collectors.joining("; "));
    return new RefusedException(refused.reason(), "Open vSwitch: " + words);
  }

  private static RefusedException refused(String message) {
    return new RefusedException(Reason.TRADE_REFUSED, message);
  }

  @Override
  public void close() {
    watch.close();
  }
}
