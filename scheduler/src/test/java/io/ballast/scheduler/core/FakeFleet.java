package io.ballast.scheduler.core;

import io.ballast.messages.Alert;
import io.ballast.messages.Bytes;
import io.ballast.messages.Event;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostBeat;
import io.ballast.messages.HostCommand;
import io.ballast.messages.HostId;
import io.ballast.messages.MigrationProgress;
import io.ballast.messages.Move;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.SchedulerCommand;
import io.ballast.messages.Vm;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import io.ballast.scheduler.core.effect.Conclusion;
import io.ballast.scheduler.core.effect.Effect;
import io.ballast.scheduler.core.effect.Thought;
import io.ballast.scheduler.core.move.MoveInput;
import io.ballast.scheduler.core.policy.AlertSettings;
import io.ballast.scheduler.core.policy.LivenessSettings;
import io.ballast.scheduler.core.policy.Policy;
import io.ballast.scheduler.core.watch.Line;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * A fake fleet around one real {@link Conductor}, in virtual time: hosts that beat every three
 * seconds, guests with steady appetites, migrations that take {@link #MIGRATION}.
 */
final class FakeFleet {
  private static final Duration MIGRATION = Duration.ofSeconds(5);
  private static final Duration LATENCY = Duration.ofMillis(50);

  final List<Event> told = new ArrayList<>();
  final List<String> lines = new ArrayList<>();
  final Map<OperationId, Reply> answers = new LinkedHashMap<>();
  boolean finalEventsAreLost;

  /** Whether the scheduler's thoughts take until {@link #conclude}. */
  boolean thoughtsWait;

  final Queue<Thought> thoughts = new ArrayDeque<>();

  /** Whether beats and events of agents are lost on their way. */
  boolean wordsAreLost;

  /** Whether migrations fail after the guest already runs at the target, as libvirt's can. */
  boolean migrationsDouble;

  /** How long migrations take. */
  Duration migration = MIGRATION;

  /** Why arrivals at a host fail. */
  final Map<String, Outcome.Failed> failingTargets = new TreeMap<>();

  /** Why moves of a guest fail, wherever it goes. */
  final Map<Integer, Outcome.Failed> failingGuests = new TreeMap<>();

  private final Map<HostId, FakeHost> hosts = new TreeMap<>();
  private final Map<HostId, FakeHost> namesakes = new TreeMap<>();
  private final Map<OperationId, VmId> moving = new TreeMap<>();
  private final Set<OperationId> forgotten = new TreeSet<>();
  private final PriorityQueue<Due> queue =
      new PriorityQueue<>(Comparator.comparing(Due::at).thenComparingLong(Due::order));
  private final Conductor conductor;
  private Instant now = BeatMaker.START;
  private long order;
  private int moves;
  private int commands;

  FakeFleet(Policy policy) {
    conductor =
        new Conductor(
            policy,
            LivenessSettings.DEFAULT,
            AlertSettings.DEFAULT,
            () -> new OperationId("move-" + ++moves),
            1,
            now);
  }

  private record Due(Instant at, long order, Runnable work) {}

  /** Adds hosts named h1, h2, ..., which begin to beat one after the other. */
  FakeFleet hosts(int count) {
    for (int i = 1; i <= count; i++) {
      FakeHost host = new FakeHost(new HostId("h" + i));
      hosts.put(host.id, host);
      after(Duration.ofMillis(700L * i), () -> beat(host));
    }
    return this;
  }

  /** Adds a guest named guest1, guest2, ... */
  FakeFleet guest(String host, int number, VmState state, double appetite) {
    return guest(host, number, "guest" + number, state, appetite);
  }

  /** Adds a guest of any name. */
  FakeFleet guest(String host, int number, String name, VmState state, double appetite) {
    FakeHost.Guest guest = new FakeHost.Guest(BeatMaker.vmId(number), name, state, appetite);
    host(host).guests.put(guest.id(), guest);
    return this;
  }

  /** Adds a second agent that beats under a host's name, and gives its host. */
  FakeFleet namesake(String host, int guest) {
    FakeHost other = new FakeHost(new HostId(host));
    other.incarnation = 999;
    other.sequence = 5000;
    other.guests.put(
        BeatMaker.vmId(guest),
        new FakeHost.Guest(BeatMaker.vmId(guest), "guest" + guest, VmState.RUNNING, 0.1));
    namesakes.put(other.id, other);
    after(Duration.ofSeconds(2), () -> beat(other));
    return this;
  }

  /** Takes the second agent of a host's name away. */
  void stopNamesake(String host) {
    Optional.ofNullable(namesakes.get(new HostId(host))).orElseThrow().dead = true;
  }

  /** Lets a host beat in another interval. */
  FakeFleet interval(String host, Duration interval) {
    host(host).interval = interval;
    return this;
  }

  /** Lets a host work on something of somebody else. */
  FakeFleet working(String host, String operation) {
    host(host).operations.add(new OperationId(operation));
    return this;
  }

  /** Lets a host work on nothing. */
  FakeFleet idle(String host) {
    host(host).operations.clear();
    return this;
  }

  /** Sets a host's clock. */
  FakeFleet clock(String host, Duration ahead) {
    host(host).ahead = ahead;
    return this;
  }

  /** Lets the scheduler's wall clock be ahead of the time by which the core counts. */
  FakeFleet wallClock(Duration ahead) {
    conductor.onWallClock(now.plus(ahead), now);
    return this;
  }

  /** Lets all agents have followed a scheduler. */
  FakeFleet following(long epoch) {
    hosts.values().forEach(host -> host.epoch = Optional.of(epoch));
    return this;
  }

  /** Restarts a host's agent: it has forgotten its work, which its hypervisor goes on with. */
  void restartAgent(String name, long incarnation) {
    FakeHost host = host(name);
    for (OperationId operation : List.copyOf(host.operations)) {
      VmId vm = Optional.ofNullable(moving.get(operation)).orElseThrow();
      Outcome unknown = new Outcome.Unknown("the agent stopped while the hypervisor worked on it");
      tell(new Event.OperationFinished(operation, host.id, vm, unknown, now));
    }
    forgotten.addAll(host.operations);
    host.operations.clear();
    host.incarnation = incarnation;
    host.sequence = 0;
  }

  /** Cuts the power of a host. */
  void kill(String host) {
    host(host).dead = true;
  }

  /** Boots a host again; its guests are gone but defined. */
  void boot(String name) {
    FakeHost host = host(name);
    host.dead = false;
    host.incarnation++;
    host.sequence = 0;
    host.operations.clear();
    host.guests.replaceAll(
        (id, guest) -> new FakeHost.Guest(id, guest.name(), VmState.SHUT_OFF, guest.appetite()));
  }

  /** Cuts the power of a guest and forgets it on that host. */
  void destroy(String host, int guest) {
    host(host).guests.remove(BeatMaker.vmId(guest));
  }

  /** Tells the scheduler how its line is. */
  void line(Line line) {
    carryOut(conductor.onLine(line, now));
  }

  /** Takes the bus away, and lets the scheduler know. */
  void loseBus() {
    wordsAreLost = true;
    line(Line.LOST);
  }

  void mendBus() {
    wordsAreLost = false;
    line(Line.CONNECTED);
  }

  /** Sends a command and gives what it is answered. */
  Reply ask(SchedulerCommand<?> command) {
    return Optional.ofNullable(answers.get(send(command))).orElseThrow();
  }

  /** Sends a command; the answer may come later. */
  OperationId send(SchedulerCommand<?> command) {
    OperationId id = new OperationId("command-" + ++commands);
    carryOut(conductor.onCommand(id, command, now));
    return id;
  }

  /** The whole picture, as a person asks for it. */
  Fleet picture() {
    return ((Reply.FleetInspected) ask(new SchedulerCommand.InspectFleet())).fleet();
  }

  /** The alerts that last. */
  List<Alert> lasting() {
    return picture().alerts().stream().filter(alert -> alert.resolvedAt().isEmpty()).toList();
  }

  Fleet.Status status(String host) {
    return picture().hosts().stream()
        .filter(each -> each.id().value().equals(host))
        .findFirst()
        .orElseThrow()
        .status();
  }

  /** A move as it was told last. */
  Move move(OperationId id) {
    return told(Event.MoveChanged.class).stream()
        .map(Event.MoveChanged::move)
        .filter(move -> move.id().equals(id))
        .reduce((before, after) -> after)
        .orElseThrow();
  }

  /** What was told of moves that came into a state. */
  List<Move> told(Move.State state) {
    return told(Event.MoveChanged.class).stream()
        .map(Event.MoveChanged::move)
        .filter(move -> move.state() == state)
        .toList();
  }

  /** Lets time pass. */
  FakeFleet run(Duration time) {
    Instant end = now.plus(time);
    while (true) {
      Instant deadline = conductor.nextDeadline();
      boolean tick = queue.isEmpty() || deadline.isBefore(queue.element().at());
      Instant next = tick ? deadline : queue.element().at();
      if (next.isAfter(end)) {
        now = end;
        return this;
      }
      now = next.isBefore(now) ? now : next;
      if (tick) {
        carryOut(conductor.onTick(now));
      } else {
        queue.remove().work().run();
      }
    }
  }

  Instant now() {
    return now;
  }

  /** The processors wanted on each host. */
  Map<String, Double> demands() {
    Map<String, Double> demands = new TreeMap<>();
    hosts.values().forEach(host -> demands.put(host.id.value(), host.demand()));
    return demands;
  }

  /** On which hosts a guest runs. */
  List<String> runningOn(int number) {
    return hosts.values().stream()
        .filter(
            host ->
                Optional.ofNullable(host.guests.get(BeatMaker.vmId(number)))
                    .filter(guest -> guest.state() == VmState.RUNNING)
                    .isPresent())
        .map(host -> host.id.value())
        .toList();
  }

  <E extends Event> List<E> told(Class<E> type) {
    return told.stream().filter(type::isInstance).map(type::cast).toList();
  }

  private FakeHost host(String name) {
    return Optional.ofNullable(hosts.get(new HostId(name))).orElseThrow();
  }

  private void after(Duration delay, Runnable work) {
    queue.add(new Due(now.plus(delay), order++, work));
  }

  private void beat(FakeHost host) {
    if (!host.dead) {
      HostBeat beat = host.beat(now);
      after(LATENCY, () -> arrive(() -> conductor.onBeat(beat, now)));
    }
    after(host.interval, () -> beat(host));
  }

  private void carryOut(List<Effect> effects) {
    for (Effect effect : effects) {
      switch (effect) {
        case Effect.Send send -> after(LATENCY, () -> migrate(send));
        case Effect.Abort it -> after(LATENCY, () -> cancel(it.move(), host(it.host().value())));
        case Effect.Look look -> after(LATENCY, () -> look(look));
        case Effect.Think think -> think(think.thought());
        case Effect.Tell tell -> told.add(tell.event());
        case Effect.Answer answer -> answers.put(answer.command(), answer.reply());
        case Effect.Order order -> lines.add(order.toString());
        case Effect.Carry carry -> lines.add(carry.toString());
        case Effect.Settle settle -> lines.add(settle.toString());
        case Effect.Remember remember -> {}
        case Effect.Warn warn -> lines.add(warn.line());
        case Effect.Note note -> lines.add(note.line());
      }
    }
  }

  private void think(Thought thought) {
    thoughts.add(thought);
    if (!thoughtsWait) {
      conclude();
    }
  }

  /** Tells the scheduler what comes of all that it thinks over. */
  void conclude() {
    while (!thoughts.isEmpty()) {
      carryOut(conductor.onConclusion(thoughts.remove().conclude(), now));
    }
  }

  /** Lets all that the scheduler thinks over break off. */
  void failThoughts() {
    while (!thoughts.isEmpty()) {
      carryOut(conductor.onConclusion(new Conclusion.Failed(thoughts.remove()), now));
    }
  }

  private void look(Effect.Look look) {
    FakeHost host = host(look.host().value());
    if (host.dead) {
      answer(new MoveInput.LookFailed(look.move(), look.host(), look.round(), "no answer"));
      return;
    }
    Optional<Vm> vm =
        Optional.ofNullable(host.guests.get(look.vm())).map(guest -> FakeHost.vm(guest, 1));
    answer(new MoveInput.Looked(look.move(), look.host(), look.round(), vm));
  }

  private void migrate(Effect.Send send) {
    FakeHost from = host(send.host().value());
    HostCommand.Migrate command = send.command();
    FakeHost.Guest guest = from.guests.get(command.vm());
    if (from.epoch.filter(followed -> followed > conductor.epoch()).isPresent()) {
      answer(new MoveInput.Refused(send.move(), Reason.STALE_EPOCH, "another one leads"));
      return;
    }
    from.epoch = Optional.of(conductor.epoch());
    if (from.dead || guest == null || guest.state() != VmState.RUNNING) {
      answer(new MoveInput.Refused(send.move(), Reason.WRONG_STATE, "it does not run here"));
      return;
    }
    FakeHost to = host(command.to().value());
    from.operations.add(send.move());
    moving.put(send.move(), guest.id());
    to.guests.put(guest.id(), with(guest, VmState.PAUSED));
    answer(new MoveInput.Accepted(send.move()));
    for (int second = 1; second < migration.toSeconds(); second++) {
      after(Duration.ofSeconds(second), () -> progress(send, from));
    }
    after(migration, () -> finish(send, from, to, guest));
  }

  private void progress(Effect.Send send, FakeHost from) {
    if (!from.operations.contains(send.move())) {
      return;
    }
    Duration second = Duration.ofSeconds(1);
    Bytes all = Bytes.ofMiB(64);
    Bytes half = Bytes.ofMiB(32);
    MigrationProgress progress =
        new MigrationProgress(second, all, half, half, half, Bytes.ZERO, 0, Optional.empty());
    tell(new Event.OperationProgressed(send.move(), from.id, send.command().vm(), progress));
  }

  private void cancel(OperationId move, FakeHost from) {
    boolean known = from.operations.remove(move);
    if (known || forgotten.remove(move)) {
      VmId vm = Optional.ofNullable(moving.get(move)).orElseThrow();
      hosts.values().stream()
          .filter(host -> !host.equals(from))
          .forEach(host -> host.guests.remove(vm));
      if (known) {
        Outcome cancelled = new Outcome.Failed(Reason.CANCELLED, "somebody cancelled it");
        tell(new Event.OperationFinished(move, from.id, vm, cancelled, now));
      }
    }
  }

  private void finish(Effect.Send send, FakeHost from, FakeHost to, FakeHost.Guest guest) {
    if (from.dead) {
      to.guests.remove(guest.id());
      return;
    }
    boolean unheard = forgotten.remove(send.move());
    if (!from.operations.remove(send.move()) && !unheard) {
      return;
    }
    if (to.dead) {
      Outcome unknown = new Outcome.Unknown("the target does not say what it runs");
      tell(new Event.OperationFinished(send.move(), from.id, guest.id(), unknown, now));
      return;
    }
    Optional<Outcome.Failed> failure =
        Optional.ofNullable(failingTargets.get(to.id.value()))
            .or(() -> Optional.ofNullable(failingGuests.get(number(guest))));
    if (failure.isPresent()) {
      to.guests.remove(guest.id());
      tell(new Event.OperationFinished(send.move(), from.id, guest.id(), failure.get(), now));
      return;
    }
    to.guests.put(guest.id(), with(guest, VmState.RUNNING));
    if (migrationsDouble) {
      Outcome unknown = new Outcome.Unknown("the connection broke at the end");
      tell(new Event.OperationFinished(send.move(), from.id, guest.id(), unknown, now));
      return;
    }
    from.guests.remove(guest.id());
    if (!finalEventsAreLost && !unheard) {
      Outcome.Migration measures =
          new Outcome.Migration(migration, Duration.ofMillis(40), Bytes.ofMiB(70), 3);
      tell(
          new Event.OperationFinished(
              send.move(), from.id, guest.id(), new Outcome.Done(Optional.of(measures)), now));
    }
  }

  private void answer(MoveInput input) {
    after(LATENCY, () -> carryOut(conductor.onAnswer(input, now)));
  }

  private void tell(Event event) {
    after(LATENCY, () -> arrive(() -> conductor.onEvent(event, now)));
  }

  private void arrive(Supplier<List<Effect>> words) {
    if (!wordsAreLost) {
      carryOut(words.get());
    }
  }

  private static FakeHost.Guest with(FakeHost.Guest guest, VmState state) {
    return new FakeHost.Guest(guest.id(), guest.name(), state, guest.appetite());
  }

  private static int number(FakeHost.Guest guest) {
    return (int) guest.id().value().getLeastSignificantBits();
  }
}
