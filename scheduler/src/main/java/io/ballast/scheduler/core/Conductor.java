package io.ballast.scheduler.core;

import io.ballast.messages.Beat;
import io.ballast.messages.Decision;
import io.ballast.messages.Event;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostBeat;
import io.ballast.messages.HostId;
import io.ballast.messages.Move;
import io.ballast.messages.NetBeat;
import io.ballast.messages.OperationId;
import io.ballast.messages.Port;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.SchedulerCommand;
import io.ballast.messages.VmId;
import io.ballast.scheduler.core.balance.Past;
import io.ballast.scheduler.core.balance.Placement;
import io.ballast.scheduler.core.balance.Planner;
import io.ballast.scheduler.core.balance.Setbacks;
import io.ballast.scheduler.core.effect.Conclusion;
import io.ballast.scheduler.core.effect.Effect;
import io.ballast.scheduler.core.effect.Step;
import io.ballast.scheduler.core.move.Grounds;
import io.ballast.scheduler.core.move.MoveInput;
import io.ballast.scheduler.core.move.MoveMachine;
import io.ballast.scheduler.core.policy.AlertSettings;
import io.ballast.scheduler.core.policy.LivenessSettings;
import io.ballast.scheduler.core.policy.Policy;
import io.ballast.scheduler.core.view.ClusterView;
import io.ballast.scheduler.core.view.FleetView;
import io.ballast.scheduler.core.watch.Line;
import io.ballast.scheduler.core.watch.Watch;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The whole scheduler as one machine: beats, events, answers, commands and time go in, effects come
 * out, to be carried out in their order.
 *
 * <p>It does nothing by itself: no thread, no clock, no chance, no input or output, so that a test
 * or a simulator drives exactly what runs in earnest. Someone must say {@link #onTick} at {@link
 * #nextDeadline}; a later tick is taken for a sleep of the observer. One thread at a time.
 */
public final class Conductor {
  /** Between two looks at everything. */
  private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

  /** So many answers are waited for at most before a migration is sent, and for that. */
  private static final int MOST_STEPS = 7;

  /** For so long an ended move is part of the picture. */
  private static final Duration MOVES_SHOWN = Duration.ofMinutes(30);

  private final Policy policy;
  private final Supplier<OperationId> ids;
  private final Watch watch;
  private final Planner planner;
  private final DryRuns dryRuns = new DryRuns();
  private final Entourage entourage = new Entourage();
  private final Leadership leadership;

  private FleetView view = FleetView.EMPTY;
  private Setbacks setbacks = Setbacks.NONE;
  private WallTime wall = WallTime.SAME;
  private MoveMachine machine;
  private Instant nextLook;

  /**
   * A scheduler that has heard nothing yet.
   *
   * @param ids names for the moves that it plans, each one fresh
   * @param epoch the number under which it commands, as long as it hears of no larger one
   */
  public Conductor(
      Policy policy,
      LivenessSettings liveness,
      AlertSettings alerts,
      Supplier<OperationId> ids,
      long epoch,
      Instant start) {
    this.policy = policy;
    this.ids = ids;
    this.watch = new Watch(liveness, alerts, start);
    this.planner = new Planner(policy);
    this.leadership = new Leadership(epoch, start, liveness.grace());
    this.machine = MoveMachine.of(policy);
    this.nextLook = start;
  }

  /**
   * What the wall clock shows now. The core itself counts by a time that never steps; without this
   * it takes the two for the same.
   */
  public void onWallClock(Instant time, Instant now) {
    wall = wall.after(time, now);
  }

  /** What an earlier life of the scheduler wrote down of ports; once, before anything is heard. */
  public void onRemembered(Map<HostId, List<Port>> before) {
    entourage.remembered(before);
  }

  /** An agent beat. */
  public List<Effect> onBeat(Beat beat, Instant now) {
    if (!view.isLively(beat)) {
      return List.of();
    }
    boolean believed = view.isNews(beat, now);
    boolean first = view.host(beat.pulse().host()).isEmpty();
    view = view.after(beat, now);
    List<Effect> effects = new ArrayList<>();
    if (beat instanceof HostBeat host) {
      HostId id = host.pulse().host();
      boolean awaited = watch.isGone(id);
      watch.heard(host, wall.of(now), believed, now);
      if (believed && !isDoubled(id, now)) {
        leadership.heard(host, first, now).ifPresent(effects::add);
        for (HostBeat.Ended ended : host.ended()) {
          effects.addAll(move(new MoveInput.Finished(ended.operation(), ended.outcome()), now));
        }
        effects.addAll(move(new MoveInput.Beaten(host), now));
      }
      if (awaited) {
        effects.addAll(keepWatch(now));
      }
    }
    if (believed && beat instanceof NetBeat net) {
      effects.addAll(entourage.heard(net));
    }
    return wall.of(effects);
  }

  /** Something happened; what a scheduler itself tells is no news to it. */
  public List<Effect> onEvent(Event event, Instant now) {
    return switch (event) {
      case Event.OperationProgressed progressed ->
          wall.of(move(new MoveInput.Progressed(progressed), now));
      case Event.OperationFinished finished ->
          wall.of(move(new MoveInput.Finished(finished.operation(), finished.outcome()), now));
      case Event.WorkProgressed progressed -> List.of();
      case Event.WorkFinished finished -> List.of();
      case Event.Decided decided -> List.of();
      case Event.MoveChanged changed -> List.of();
      case Event.AlertRaised raised -> List.of();
      case Event.AlertResolved resolved -> List.of();
    };
  }

  /** How the line to the fleet is, whenever that changes. */
  public List<Effect> onLine(Line line, Instant now) {
    return wall.of(watch.line(line, now));
  }

  /** What came of a {@link Effect.Send} or {@link Effect.Look}. */
  public List<Effect> onAnswer(MoveInput answer, Instant now) {
    return wall.of(move(trusted(answer, now), now));
  }

  /** Where two agents use one name, nobody knows which of them was looked at. */
  private MoveInput trusted(MoveInput answer, Instant now) {
    return answer instanceof MoveInput.Looked looked && isDoubled(looked.host(), now)
        ? new MoveInput.LookFailed(
            looked.move(), looked.host(), looked.round(), "two agents use its name")
        : answer;
  }

  private boolean isDoubled(HostId host, Instant now) {
    return view.host(host).flatMap(heard -> heard.rival(now)).isPresent();
  }

  /**
   * Somebody asks for something; exactly one effect answers it, at once or when the plan that it
   * needs is made.
   *
   * @param id of the command, and of the move that it starts
   */
  public List<Effect> onCommand(OperationId id, SchedulerCommand<?> command, Instant now) {
    return switch (command) {
      case SchedulerCommand.InspectFleet inspect ->
          List.of(new Effect.Answer(id, new Reply.FleetInspected(fleet(now))));
      case SchedulerCommand.PlanMoves plan -> dryRun(id, now);
      case SchedulerCommand.MoveVm wish -> wall.of(moveVm(id, wish, now));
      case SchedulerCommand.CancelMove cancel ->
          wall.of(tell(id, cancel.move(), new MoveInput.Cancelled(cancel.move()), now));
      case SchedulerCommand.SettleMove settle ->
          wall.of(grant(id, settle.move(), wishes(now).settle(settle), now));
      case SchedulerCommand.ForgetHost forget -> wall.of(forget(id, forget.host(), now));
    };
  }

  /** What came of a {@link Effect.Think}; the world may have changed since that was asked for. */
  public List<Effect> onConclusion(Conclusion conclusion, Instant now) {
    List<Effect> effects = new ArrayList<>(dryRuns.told(conclusion));
    planner
        .decide(conclusion, clusters(now), past(), cluster -> !watch.inDoubt())
        .forEach(ruling -> effects.addAll(follow(ruling, now)));
    return wall.of(effects);
  }

  /** Time passed. */
  public List<Effect> onTick(Instant now) {
    List<Effect> effects = new ArrayList<>();
    if (!now.isBefore(nextLook) || nextLook.isAfter(now.plus(LOOK_EVERY))) {
      nextLook = now.plus(LOOK_EVERY);
      effects.addAll(keepWatch(now));
      effects.addAll(keepEntourage(now));
      effects.addAll(plan(now));
    }
    if (machine.nextDeadline().map(due -> !now.isBefore(due)).orElse(false)) {
      effects.addAll(move(new MoveInput.Passed(), now));
    }
    return wall.of(effects);
  }

  /** The number under which its commands are to be sent, at this moment. */
  public long epoch() {
    return leadership.epoch();
  }

  /** When to say {@link #onTick} at the latest. */
  public Instant nextDeadline() {
    return machine.nextDeadline().filter(due -> due.isBefore(nextLook)).orElse(nextLook);
  }

  /** The whole picture, by the wall clock. */
  public Fleet fleet(Instant now) {
    return wall.of(
        new Fleet(
            now,
            picture(now),
            watch.alerts(),
            machine.moves().stream().filter(move -> isInSight(move, now)).toList(),
            planner.decisions()));
  }

  /** The balancer remembers its moves for longer than people care. */
  private static boolean isInSight(Move move, Instant now) {
    return move.state().open() || !move.since().plus(MOVES_SHOWN).isBefore(now);
  }

  private List<Effect> keepWatch(Instant now) {
    return watch.look(view, this::isMoving, now);
  }

  /** Has ports and volumes follow their VMs, unless it may be the observer who sees badly. */
  private List<Effect> keepEntourage(Instant now) {
    return watch.inDoubt()
        ? List.of()
        : entourage.keep(view, picture(now), this::isMoving, this::patience, now);
  }

  /** A move of which nothing is known may be led by another scheduler, at any of its steps. */
  private Duration patience(OperationId move) {
    return machine.moves().stream().anyMatch(it -> it.id().equals(move))
        ? Duration.ZERO
        : policy.transfer().answer().multipliedBy(MOST_STEPS);
  }

  private List<Fleet.Host> picture(Instant now) {
    return view.picture(host -> watch.status(host, view, now));
  }

  private List<Effect> plan(Instant now) {
    List<ClusterView> clusters = clusters(now);
    for (ClusterView cluster : clusters) {
      setbacks = setbacks.seen(cluster.hosts());
    }
    return planner.look(clusters, past(), cluster -> !watch.inDoubt(), now).stream()
        .<Effect>map(Effect.Think::new)
        .toList();
  }

  private List<Effect> follow(Planner.Ruling ruling, Instant now) {
    List<Effect> effects = new ArrayList<>();
    if (ruling.news()) {
      effects.add(new Effect.Tell(new Event.Decided(ruling.decision())));
    }
    if (policy.mode() == Policy.Mode.AUTOMATIC) {
      ruling.decision().moves().stream()
          .filter(move -> move.wave() == 1)
          .forEach(move -> effects.addAll(begin(ruling.view(), move, now)));
    }
    return effects;
  }

  /** Begins a move of the balancer, if the fleet as it is by now still allows it. */
  private List<Effect> begin(ClusterView cluster, Decision.PlannedMove planned, Instant now) {
    Move move = MoveMachine.planned(ids.get(), planned, Move.Priority.BALANCE, now);
    String peerUri = cluster.host(move.to()).orElseThrow().beat().hypervisor().peerUri();
    return against(move, now).isPresent()
        ? List.of()
        : move(new MoveInput.Planned(move, peerUri, planned.copied().isPresent(), false), now);
  }

  private List<Effect> dryRun(OperationId id, Instant now) {
    List<ClusterView> clusters = clusters(now);
    return clusters.isEmpty()
        ? refuse(id, Reason.NOT_READY, "no host was heard yet; ask again when agents have beaten")
        : dryRuns.ask(id, planner.dryRun(clusters, past(), now));
  }

  private List<Effect> moveVm(OperationId id, SchedulerCommand.MoveVm wish, Instant now) {
    boolean known = machine.moves().stream().anyMatch(move -> move.id().equals(id));
    return known
        ? List.of(new Effect.Answer(id, new Reply.Accepted(id)))
        : grant(id, id, wishes(now).move(id, wish), now);
  }

  private List<Effect> grant(OperationId id, OperationId move, Wishes.Judged wish, Instant now) {
    return switch (wish) {
      case Wishes.Judged.Denied denied -> List.of(new Effect.Answer(id, denied.refusal()));
      case Wishes.Judged.Granted granted -> tell(id, move, granted.input(), now);
    };
  }

  private List<Effect> forget(OperationId id, HostId host, Instant now) {
    boolean remembered = view.host(host).isEmpty() && entourage.remembers(host);
    Optional<Reply.Refused> objection =
        remembered ? Optional.empty() : wishes(now).reasonToKeep(host);
    if (objection.isPresent()) {
      return List.of(new Effect.Answer(id, objection.get()));
    }
    view = view.without(host);
    watch.forget(host);
    List<Effect> effects = new ArrayList<>();
    effects.add(new Effect.Answer(id, new Reply.Accepted(id)));
    effects.add(new Effect.Note("host " + host + " is forgotten, because a person wants it"));
    effects.addAll(entourage.forget(host));
    effects.addAll(keepWatch(now));
    return effects;
  }

  /** Tells the machine what a person wants of a move, and the person what it says. */
  private List<Effect> tell(OperationId id, OperationId move, MoveInput input, Instant now) {
    MoveMachine.Result result = machine.on(input, grounds(now), now);
    Reply reply =
        result.steps().stream()
            .filter(Step.Ignored.class::isInstance)
            .map(Step.Ignored.class::cast)
            .<Reply>map(ignored -> new Reply.Refused(ignored.reason(), ignored.message()))
            .findFirst()
            .orElseGet(() -> new Reply.Accepted(move));
    List<Effect> effects = new ArrayList<>();
    effects.add(new Effect.Answer(id, reply));
    effects.addAll(effects(result, now));
    return effects;
  }

  private List<Effect> move(MoveInput input, Instant now) {
    return effects(machine.on(input, grounds(now), now), now);
  }

  private List<Effect> effects(MoveMachine.Result result, Instant now) {
    machine = result.machine();
    List<Effect> effects = new ArrayList<>();
    for (Step step : result.steps()) {
      switch (step) {
        case Effect.Send send -> effects.add(entourage.with(send, view, picture(now)));
        case Effect effect -> effects.add(effect);
        case Step.Doubled doubled -> {
          Move move = doubled.move();
          watch.doubled(move.vm(), move.name(), doubled.hosts(), now);
          effects.addAll(keepWatch(now));
        }
        case Step.Ended ended -> {
          ended(ended);
          entourage.carry(ended.move(), view, picture(now)).ifPresent(effects::add);
        }
        case Step.Ignored ignored -> {}
      }
    }
    return effects;
  }

  private void ended(Step.Ended ended) {
    Move move = ended.move();
    setbacks =
        setbacks.after(
            ended,
            view.places(move.vm()).stream()
                .filter(place -> place.host().equals(move.from()))
                .map(FleetView.Place::vm)
                .findFirst());
    if (move.state() == Move.State.FAILED && ended.begun()) {
      watch.failed(move);
    }
  }

  private Past past() {
    return new Past(machine.moves(), setbacks);
  }

  private Wishes wishes(Instant now) {
    return new Wishes(view, clusters(now), past(), policy, now);
  }

  private Grounds grounds(Instant now) {
    return new Grounds() {
      @Override
      public Optional<Reply.Refused> against(Move move) {
        return Conductor.this.against(move, now);
      }

      @Override
      public Set<OperationId> work(HostId host) {
        return view.host(host).map(heard -> Set.copyOf(heard.beat().operations())).orElse(Set.of());
      }

      @Override
      public boolean isSilent(HostId host) {
        return watch.isGone(host);
      }
    };
  }

  /** What speaks by now against a move that was planned earlier. */
  private Optional<Reply.Refused> against(Move move, Instant now) {
    return wishes(now)
        .home(move.vm())
        .map(home -> Placement.against(move, home, past(), policy, now))
        .orElseGet(
            () -> Optional.of(new Reply.Refused(Reason.UNKNOWN_VM, "no host knows its VM by now")));
  }

  private List<ClusterView> clusters(Instant now) {
    return view.clusters(host -> watch.status(host, view, now));
  }

  private boolean isMoving(VmId vm) {
    return machine.moves().stream().anyMatch(move -> move.state().open() && move.vm().equals(vm));
  }

  private static List<Effect> refuse(OperationId id, Reason reason, String message) {
    return List.of(new Effect.Answer(id, new Reply.Refused(reason, message)));
  }
}
