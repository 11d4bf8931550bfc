package io.ballast.scheduler.core.balance;

import io.ballast.messages.Bytes;
import io.ballast.messages.Decision;
import io.ballast.messages.Decision.PlannedMove;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostId;
import io.ballast.scheduler.core.policy.Metric;
import io.ballast.scheduler.core.policy.Policy;
import io.ballast.scheduler.core.search.Problem;
import io.ballast.scheduler.core.search.Solution;
import io.ballast.scheduler.core.search.Solver;
import io.ballast.scheduler.core.view.Averages;
import io.ballast.scheduler.core.view.ClusterView;
import io.ballast.scheduler.core.view.Objection;
import io.ballast.scheduler.core.view.Objections;
import io.ballast.scheduler.core.watch.Overload;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/**
 * One cluster on paper: how it would be made as even as is worth it, whatever its triggers say, and
 * how hosts would be emptied.
 */
public final class Study {
  private static final double MIB_PER_GIB = 1024;

  /** How many times the usual worth a GiB must have at the beginning of a frontier. */
  private static final double FIRST = 256;

  /** Which part of the usual worth is too little for it. */
  private static final double LAST = 4;

  /** So far above what could be at best, a plan counts as that good. */
  private static final double AS_GOOD = 5e-4;

  /** What no evenness is worth: only what has to move does. */
  private static final double UNPAYABLE = 100;

  private final ClusterView view;
  private final Set<HostId> emptied;
  private final Policy policy;
  private final Instant now;
  private final Forecast forecast;
  private final List<Site> sites;
  private final List<Seat> seats = new ArrayList<>();
  private final Problem problem;

  /** A guest where it is, and what speaks against moving it anywhere. */
  private record Seat(Guest guest, Site site, Optional<Objection> objection) {}

  /**
   * A study of a cluster as its last beats show it.
   *
   * @param emptied the hosts that all VMs have to leave
   * @param policy its triggers matter only {@link #byPolicy}; what a move costs beyond its memory,
   *     detours, and how many moves run side by side always do
   */
  public Study(ClusterView view, Set<HostId> emptied, Policy policy, Instant now) {
    this.view = view;
    this.emptied = Set.copyOf(emptied);
    this.policy = policy;
    this.now = now;
    forecast = Forecast.of(view, List.of(), policy, now);
    sites = List.copyOf(forecast.sites());
    Rules rules = new Rules(view, Past.NONE, policy, now);
    List<Problem.Host> hosts = new ArrayList<>();
    List<Problem.Guest> guests = new ArrayList<>();
    for (Site site : sites) {
      for (Guest guest : forecast.guests(site.id())) {
        Seat seat = new Seat(guest, site, rules.against(guest, forecast));
        seats.add(seat);
        guests.add(numbers(seat, hosts.size()));
      }
      hosts.add(numbers(site));
    }
    problem = new Problem(hosts, guests);
  }

  private Problem.Host numbers(Site site) {
    return new Problem.Host(
        site.host().beat().capacity().cpus(),
        site.host().beat().capacity().memory().toMiB(),
        site.demand(),
        site.used().toMiB(),
        site.host().beat().capacity().memory().toMiB()
            - Math.max(site.used().toMiB(), site.taken().toMiB())
            - site.promised().toMiB(),
        emptied.contains(site.id()));
  }

  private Problem.Guest numbers(Seat seat, int home) {
    Bytes cost = seat.guest().sent().plus(policy.worth().effort());
    return new Problem.Guest(
        home,
        seat.guest().appetite(),
        seat.guest().held().toMiB(),
        seat.guest().room().toMiB(),
        cost.toMiB() / MIB_PER_GIB,
        seat.objection().isPresent());
  }

  /**
   * Plans to rest: what could be moved afterwards is not worth it.
   *
   * @param enough asked now and then whether to stop with the best plan so far
   */
  public Plan toRest(BooleanSupplier enough) {
    return plan(solver(Solver.WORTH, enough).solve(problem));
  }

  /**
   * Plans each further GiB: from plans that move little to one that goes further than {@link
   * #toRest}. None is more uneven than one before it, and none moves as little.
   *
   * @param enough asked now and then whether to stop with the best plans so far
   */
  public List<Plan> frontier(BooleanSupplier enough) {
    List<Plan> frontier = new ArrayList<>();
    for (double worth = Solver.WORTH * FIRST; worth > Solver.WORTH / LAST; worth /= 2) {
      Plan plan = plan(solver(worth, enough).solve(problem));
      frontier.removeIf(
          other -> other.after() >= plan.after() && other.gibibytes() >= plan.gibibytes());
      if (frontier.stream()
          .noneMatch(
              other -> other.after() <= plan.after() && other.gibibytes() <= plan.gibibytes())) {
        frontier.add(plan);
      }
    }
    frontier.sort(Comparator.comparingDouble(Plan::gibibytes));
    return frontier;
  }

  /**
   * Plans by the policy's triggers, as a scheduler would if its hosts had been for long as they
   * are. While a host that is to be emptied has VMs that can move, only that is done.
   */
  public Plan byPolicy() {
    if (seats.stream()
        .anyMatch(seat -> emptied.contains(seat.site().id()) && seat.objection().isEmpty())) {
      return plan(solver(UNPAYABLE, () -> false).solve(problem));
    }
    ClusterView staying = staying();
    Policy now = policy.with(Policy.Mode.RECOMMEND);
    Decision decision =
        Balancer.plan(
                staying,
                Averages.NONE,
                Overload.NONE.after(staying, atOnce(now), this.now),
                Past.NONE,
                now,
                this.now)
            .decision();
    List<Solution.Move> moves = decision.moves().stream().map(this::numbers).toList();
    return new Plan(
        new Decision(
            decision.at(),
            decision.cluster(),
            decision.moves(),
            decision.summary() + notEmptied(new BitSet()),
            decision.terms(),
            decision.objections()),
        decision.moves().stream().mapToDouble(this::gibibytes).sum(),
        problem.unevenness(List.of()),
        problem.unevenness(moves),
        problem.bound(),
        true);
  }

  private Solver solver(double worth, BooleanSupplier enough) {
    return new Solver(worth, policy.worth().detours(), enough);
  }

  /** The cluster as if nobody knew of the hosts that are to be emptied more than what they have. */
  private ClusterView staying() {
    return new ClusterView(
        view.cluster(),
        view.hosts().stream()
            .map(
                host ->
                    emptied.contains(host.id())
                        ? new Fleet.Host(
                            host.beat(),
                            Fleet.Status.SUSPECT,
                            host.heardAt(),
                            host.storage(),
                            host.net())
                        : host)
            .toList());
  }

  private static Policy atOnce(Policy policy) {
    Policy.Thresholds usual = policy.thresholds();
    return policy.with(
        new Policy.Thresholds(
            atOnce(usual.cpu()),
            atOnce(usual.memory()),
            atOnce(usual.load()),
            usual.window(),
            usual.holdShare()));
  }

  private static Policy.Threshold atOnce(Policy.Threshold usual) {
    return new Policy.Threshold(usual.trigger(), Duration.ZERO, usual.low());
  }

  private Solution.Move numbers(PlannedMove move) {
    return new Solution.Move(seat(move), place(move.from()), place(move.to()));
  }

  private int seat(PlannedMove move) {
    return IntStream.range(0, seats.size())
        .filter(i -> seats.get(i).guest().vm().id().equals(move.vm()))
        .filter(i -> seats.get(i).site().id().equals(move.from()))
        .findFirst()
        .orElseThrow();
  }

  private int place(HostId host) {
    return IntStream.range(0, sites.size())
        .filter(i -> sites.get(i).id().equals(host))
        .findFirst()
        .orElseThrow();
  }

  private double gibibytes(PlannedMove move) {
    return seats.get(seat(move)).guest().sent().toMiB() / MIB_PER_GIB;
  }

  private Plan plan(Solution solution) {
    Forecast changing = Forecast.of(view, List.of(), policy, now);
    List<PlannedMove> moves = new ArrayList<>();
    BitSet moved = new BitSet();
    for (Solution.Move move : solution.moves()) {
      moved.set(move.guest());
      moves.add(
          made(
              seats.get(move.guest()).guest(),
              changing.site(sites.get(move.from()).id()).orElseThrow(),
              changing.site(sites.get(move.to()).id()).orElseThrow(),
              changing));
    }
    List<Decision.Term> terms =
        List.of(new Decision.Term("unevenness", solution.before(), solution.after()));
    Decision decision =
        new Decision(
            now,
            view.cluster(),
            Waves.of(moves, policy.caps().perCluster()),
            summary(solution, moved) + notEmptied(moved),
            terms,
            objections(solution, moved).wire());
    return new Plan(
        decision,
        gibibytes(solution),
        solution.before(),
        solution.after(),
        solution.bound(),
        solution.finished());
  }

  private double gibibytes(Solution solution) {
    return solution.moves().stream()
            .mapToDouble(move -> seats.get(move.guest()).guest().sent().toMiB())
            .sum()
        / MIB_PER_GIB;
  }

  private static PlannedMove made(Guest guest, Site from, Site to, Forecast changing) {
    double cpu = from.value(Metric.CPU) - to.value(Metric.CPU);
    double memory = from.value(Metric.MEMORY) - to.value(Metric.MEMORY);
    String why =
        Explanation.why(
            cpu >= memory ? Metric.CPU : Metric.MEMORY,
            from,
            from.without(guest),
            to,
            to.with(guest));
    changing.move(guest, from, to);
    return guest.move(from.id(), to.id(), why);
  }

  private Objections objections(Solution solution, BitSet moved) {
    Objections objections = new Objections();
    forecast.absent().values().forEach(objections::count);
    for (int i = 0; i < seats.size(); i++) {
      Seat seat = seats.get(i);
      if (seat.objection().isPresent()) {
        objections.count(seat.objection().get());
      } else if (solution.stuck().get(i)) {
        objections.count(Objection.NO_ORDER);
      } else if (!moved.get(i)) {
        objections.count(
            emptied.contains(seat.site().id()) ? Objection.NO_ROOM : Objection.NO_GAIN);
      }
    }
    return objections;
  }

  /** The hosts that are to be emptied and would not be, as the end of a sentence. */
  private String notEmptied(BitSet moved) {
    Set<HostId> notEmpty = new TreeSet<>(emptied);
    notEmpty.retainAll(forecast.absent().keySet());
    for (int i = 0; i < seats.size(); i++) {
      if (!moved.get(i) && emptied.contains(seats.get(i).site().id())) {
        notEmpty.add(seats.get(i).site().id());
      }
    }
    return notEmpty.isEmpty()
        ? ""
        : "; not emptied: " + String.join(", ", notEmpty.stream().map(HostId::value).toList());
  }

  private String summary(Solution solution, BitSet moved) {
    StringBuilder text = new StringBuilder();
    if (moved.isEmpty()) {
      text.append("nothing is worth moving: unevenness %.4f".formatted(solution.after()));
    } else {
      text.append(
          "move %d VM%s, %.0f GiB: unevenness %.4f becomes %.4f"
              .formatted(
                  moved.cardinality(),
                  moved.cardinality() == 1 ? "" : "s",
                  gibibytes(solution),
                  solution.before(),
                  solution.after()));
    }
    text.append("; no plan could be below %.4f".formatted(solution.bound()));
    if (!solution.finished()) {
      text.append("; stopped early, there may be better plans");
    } else if (solution.after() <= solution.bound() + AS_GOOD) {
      text.append(", so nothing better is to be had");
    }
    return text.toString();
  }
}
