package io.ballast.ops;

import io.ballast.agent.Agent;
import io.ballast.agent.Book;
import io.ballast.agent.Forgetful;
import io.ballast.agent.Heartbeat;
import io.ballast.agent.Journal;
import io.ballast.agent.Loop;
import io.ballast.bus.Address;
import io.ballast.bus.Bus;
import io.ballast.bus.Request;
import io.ballast.bus.Role;
import io.ballast.bus.local.LocalBus;
import io.ballast.bus.local.LocalHub;
import io.ballast.host.HostAgent;
import io.ballast.host.HostAgentConfig;
import io.ballast.host.testing.FakeHypervisor;
import io.ballast.host.testing.FakeWorld;
import io.ballast.host.work.Patience;
import io.ballast.messages.Bytes;
import io.ballast.messages.Cidr;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostId;
import io.ballast.messages.IpAddress;
import io.ballast.messages.Mac;
import io.ballast.messages.Means;
import io.ballast.messages.NetBeat.Bridge;
import io.ballast.messages.NetBeat.Line;
import io.ballast.messages.Reply;
import io.ballast.messages.SchedulerCommand;
import io.ballast.messages.StorageCommand;
import io.ballast.messages.VmId;
import io.ballast.net.NetAgent;
import io.ballast.net.testing.FakeBook;
import io.ballast.net.testing.FakeGuests;
import io.ballast.net.testing.FakeLinks;
import io.ballast.net.testing.FakeNetworks;
import io.ballast.net.testing.FakeSwitch;
import io.ballast.net.trade.NetPolicy;
import io.ballast.net.trade.Outside;
import io.ballast.net.work.Ports;
import io.ballast.ops.client.Console;
import io.ballast.ops.client.Shell;
import io.ballast.ops.screen.Ink;
import io.ballast.ops.screen.Terminal;
import io.ballast.scheduler.SchedulerConfig;
import io.ballast.scheduler.SchedulerVerticle;
import io.ballast.scheduler.core.policy.AlertSettings;
import io.ballast.scheduler.core.policy.LivenessSettings;
import io.ballast.scheduler.core.policy.Policy;
import io.ballast.storage.StorageAgent;
import io.ballast.storage.testing.FakeDevices;
import io.ballast.storage.testing.FakeVolumes;
import io.ballast.storage.trade.FetchPolicy;
import io.ballast.storage.trade.PoolPolicy;
import io.ballast.storage.trade.StoragePolicy;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import org.awaitility.Awaitility;

/** A real scheduler and real agents over simulated hosts, in this process. */
public final class SimulatedFleet implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Duration BEAT = Duration.ofMillis(100);

  /** At ten beats a second, pauses of five seconds are the machine's and mean nothing. */
  private static final LivenessSettings PATIENT =
      new LivenessSettings(8, 50, 60, 0.1, Duration.ofSeconds(30), Duration.ofSeconds(30));

  /** For tests in which a host has to be called silent: six seconds of silence are enough. */
  private static final LivenessSettings IMPATIENT =
      new LivenessSettings(8, 50, 60, 0.1, Duration.ZERO, Duration.ZERO);

  private static final Patience PATIENT_WITH_HYPERVISORS =
      new Patience(
          Duration.ofSeconds(30),
          Patience.DEFAULT.abort(),
          Patience.DEFAULT.look(),
          Patience.DEFAULT.again(),
          Patience.DEFAULT.settle(),
          Patience.DEFAULT.doubt());

  private static final Policy.Transfer SOON_IN_DOUBT =
      new Policy.Transfer(
          Optional.empty(),
          Duration.ofMillis(300),
          Duration.ofMinutes(15),
          Duration.ofSeconds(5),
          Duration.ofSeconds(1),
          Duration.ofSeconds(5),
          Means.NONE);

  private final Vertx vertx = Vertx.vertx();
  private final LocalHub hub = new LocalHub();
  private final Bus bus = new LocalBus(vertx, hub, "test");
  private final FakeWorld world =
      new FakeWorld(Loop.of(vertx.getOrCreateContext()), Bytes.ofMiB(400), Duration.ofMillis(200));
  private final Map<String, FakeHypervisor> hosts = new LinkedHashMap<>();
  private final Map<String, Journal> journals = new LinkedHashMap<>();
  private final Map<String, String> agents = new LinkedHashMap<>();
  private final Map<String, Duration> asked = new ConcurrentHashMap<>();

  /** What a command printed, and how it ended. */
  public record Ran(int code, String out, String err) {}

  /** A host with an agent. */
  public FakeHypervisor host(String name, Bytes memory) {
    return host(name, memory, "lab");
  }

  /** A host with an agent, in a cluster. */
  public FakeHypervisor host(String name, Bytes memory, String cluster) {
    FakeHypervisor hypervisor = world.host(new HostId(name), 2, memory);
    hosts.put(name, hypervisor);
    Journal journal = journals.computeIfAbsent(name, none -> new Forgetful(Instant.now()));
    agents.put(name, agent(name, cluster, hypervisor, journal, BEAT));
    return hypervisor;
  }

  /**
   * A host with two agents that use its name. They beat so slowly that neither is taken for gone
   * while this process is held up.
   */
  public FakeHypervisor doubled(String name, Bytes memory) {
    FakeHypervisor hypervisor = world.host(new HostId(name), 2, memory);
    hosts.put(name, hypervisor);
    for (int life = 0; life < 2; life++) {
      Journal journal = new Forgetful(Instant.now().plusSeconds(life)); // by which they differ
      agent(name, "lab", hypervisor, journal, Duration.ofSeconds(4));
    }
    return hypervisor;
  }

  private String agent(
      String name, String cluster, FakeHypervisor hypervisor, Journal journal, Duration beat) {
    HostAgent agent =
        new HostAgent(
            HostAgentConfig.of(new HostId(name), cluster, "test", hypervisor.peerUri())
                .beatingEvery(beat)
                .with(PATIENT_WITH_HYPERVISORS)
                .with(FakeWorld.PEERS),
            new LocalBus(vertx, hub, name),
            journal,
            new HostAgent.Machine(hypervisor, hypervisor.meter()),
            new SimpleMeterRegistry(),
            Clock.systemUTC());
    return await(vertx.deployVerticle(agent));
  }

  /** A storage agent of a host, over a fake storage with a pool {@code images} of 100 GiB. */
  public FakeVolumes storage(String name) {
    return storage(name, new FakeDevices());
  }

  /** The same, over fake disks and arrays. */
  public FakeVolumes storage(String name, FakeDevices devices) {
    FakeVolumes volumes = new FakeVolumes();
    volumes.pool("images", Bytes.ofMiB(102_400), Bytes.ofMiB(20_480));
    Heartbeat.Beater beater =
        new Heartbeat.Beater(new HostId(name), "lab", Duration.ofMillis(100), "test");
    await(
        vertx.deployVerticle(
            StorageAgent.of(
                Agent.Terms.of(beater),
                new LocalBus(vertx, hub, name),
                new Forgetful(Instant.now()),
                new StorageAgent.Machine(volumes, devices, Book.inMemory()),
                new StoragePolicy(
                    new PoolPolicy(List.of("/srv"), List.of("nas1:/images")),
                    new FetchPolicy(List.of("https://images.example/"))),
                Clock.systemUTC())));
    return volumes;
  }

  /**
   * A network agent of a host with the bridge {@code br0} of the kernel and {@code ovs0} of Open
   * vSwitch, over which a line {@code telecom} is reached; its links can be changed.
   */
  public FakeLinks network(String name) {
    FakeLinks links = new FakeLinks(Clock.systemUTC());
    links.link("eth0", new Mac("00:11:22:33:44:55"));
    FakeSwitch linux = new FakeSwitch(Bridge.Kind.LINUX);
    linux.bridge("br0", "eth0");
    FakeSwitch ovs = new FakeSwitch(Bridge.Kind.OPEN_VSWITCH);
    ovs.bridge("ovs0");
    NetPolicy.Reach telecom =
        new NetPolicy.Reach(
            new Line("telecom", "ovs0", List.of(Cidr.of("203.0.113.0/24")), List.of()),
            Optional.of(
                new Outside(
                    new IpAddress("203.0.113.1"), new IpAddress("10.0.0.1"), Optional.empty())));
    await(
        vertx.deployVerticle(
            NetAgent.of(
                Agent.Terms.of(
                    new Heartbeat.Beater(new HostId(name), "lab", Duration.ofMillis(100), "test")),
                new LocalBus(vertx, hub, name),
                new Forgetful(Instant.now()),
                new NetAgent.Machine(
                    new Ports.Machine(
                        links, List.of(linux, ovs), new FakeBook<>(), new FakeBook<>()),
                    new FakeNetworks(),
                    new FakeGuests()),
                new NetPolicy(Set.of(), List.of(telecom)),
                Clock.systemUTC())));
    return links;
  }

  /** Ends a host's agent; the host itself lives on. */
  public void endAgent(String name) {
    await(vertx.undeploy(agents.get(name)));
  }

  /** A scheduler that recommends and moves nothing by itself. */
  public void scheduler() {
    scheduler(Policy.DEFAULT, PATIENT);
  }

  /** The same, but it soon calls a host silent and a move in doubt. */
  public void impatientScheduler() {
    scheduler(Policy.DEFAULT.with(SOON_IN_DOUBT), IMPATIENT);
  }

  private void scheduler(Policy policy, LivenessSettings liveness) {
    SchedulerConfig config =
        new SchedulerConfig(policy.with(Policy.Mode.RECOMMEND), liveness, AlertSettings.DEFAULT);
    await(
        vertx.deployVerticle(
            new SchedulerVerticle(
                config,
                new LocalBus(vertx, hub, "scheduler"),
                new Forgetful(Instant.EPOCH),
                Book.inMemory(),
                new SimpleMeterRegistry(),
                Clock.systemUTC())));
  }

  public static VmId id(String name) {
    return new VmId(UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)));
  }

  /** Waits until the scheduler sees what is expected. */
  public Fleet until(Predicate<Fleet> expected) {
    return Awaitility.await().atMost(PATIENCE).until(this::fleet, expected);
  }

  private Fleet fleet() {
    Reply.FleetInspected reply =
        await(
            bus.call(
                Request.of(Address.any(Role.SCHEDULER), new SchedulerCommand.InspectFleet())
                    .within(PATIENCE)));
    return reply.fleet();
  }

  /** Has a host's storage agent carry a command out, as a program would. */
  <R extends Reply> R storageOf(String host, StorageCommand<R> command) {
    return await(
        bus.call(Request.of(Address.at(Role.STORAGE, new HostId(host)), command).within(PATIENCE)));
  }

  /** How long commands waited at most for the answer to what they asked last, by its kind. */
  public Map<String, Duration> asked() {
    return Map.copyOf(asked);
  }

  /** Runs a command as at a prompt whose output goes to a file. */
  public Ran run(String... args) {
    return run(Optional.empty(), args);
  }

  /** Runs a command, on a terminal of a size. */
  public Ran run(Optional<Terminal.Size> size, String... args) {
    return ran(console -> Ballast.run(shell(console), args), size);
  }

  /** Begins a command that ends when it is interrupted. */
  public Running start(Optional<Terminal.Size> size, String... args) {
    return begun(console -> Ballast.run(shell(console), args), size);
  }

  private Shell shell(Console console) {
    return new Shell(
        console,
        (theirs, settings, patience) ->
            Future.succeededFuture(new AskedBus(new LocalBus(theirs, hub, "ballast"), asked)),
        Map.of());
  }

  /** Runs something with a console of its own. */
  static Ran ran(ToIntFunction<Console> command, Optional<Terminal.Size> size) {
    Output output = new Output();
    return output.ran(command.applyAsInt(output.console(size)));
  }

  /** Begins something with a console of its own. */
  static Running begun(ToIntFunction<Console> command, Optional<Terminal.Size> size) {
    Output output = new Output();
    CompletableFuture<Integer> code = new CompletableFuture<>();
    Thread thread =
        new Thread(() -> code.complete(command.applyAsInt(output.console(size))), "command");
    thread.start();
    return new Running(output, thread, code);
  }

  /** What a command writes. */
  private record Output(ByteArrayOutputStream out, ByteArrayOutputStream err) {
    Output() {
      this(new ByteArrayOutputStream(), new ByteArrayOutputStream());
    }

    Console console(Optional<Terminal.Size> size) {
      return new Console(
          new PrintStream(out, true, StandardCharsets.UTF_8),
          new PrintStream(err, true, StandardCharsets.UTF_8),
          () -> size,
          Ink.PLAIN,
          Clock.systemUTC(),
          ZoneOffset.UTC);
    }

    Ran ran(int code) {
      return new Ran(
          code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
  }

  /** A command under way. */
  public static final class Running {
    private final Output output;
    private final Thread thread;
    private final CompletableFuture<Integer> code;

    private Running(Output output, Thread thread, CompletableFuture<Integer> code) {
      this.output = output;
      this.thread = thread;
      this.code = code;
    }

    /** Waits until what it wrote so far is as expected. */
    public void until(Predicate<String> expected) {
      Awaitility.await().atMost(PATIENCE).until(() -> output.ran(0).out(), expected);
    }

    /** The same of what it wrote on standard error. */
    public void untilSaid(Predicate<String> expected) {
      Awaitility.await().atMost(PATIENCE).until(this::said, expected);
    }

    /** What it wrote on standard error so far. */
    public String said() {
      return output.ran(0).err();
    }

    /** Ends it. */
    public Ran interrupt() {
      thread.interrupt();
      return end();
    }

    /** Waits for its end. */
    public Ran end() {
      return output.ran(code.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join());
    }
  }

  @Override
  public void close() {
    await(vertx.close());
  }

  static <T> T await(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
