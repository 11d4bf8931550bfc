package io.ballast.net.ovs;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import io.ballast.net.trade.Switch.Seen;
import io.ballast.net.trade.Wanted;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One agreement on all ports: looks, does what has to be done, and looks again, until nothing is
 * left to do that could be done.
 *
 * <p>What changes the database, and what changes flows of a bridge, is done at once; if that fails
 * each port is tried by itself, so that only what is wrong stays undone.
 */
final class Agreement {
  /** A port is plugged in, gets its number, and then its flows; more are for what came between. */
  private static final int ROUNDS = 4;

  /** After that nothing is tried port by port any more: the switch hangs. */
  private static final Duration PATIENCE = Duration.ofSeconds(4);

  private static final Logger LOG = LoggerFactory.getLogger(Agreement.class);

  private final long end = System.nanoTime() + PATIENCE.toNanos();
  private final Vswitch vswitch;
  private final Path links;
  private final List<Wanted> wanted;
  private final Map<Step, String> failed = new HashMap<>();
  private boolean changed;

  Agreement(Vswitch vswitch, Path links, List<Wanted> wanted) {
    this.vswitch = vswitch;
    this.links = links;
    this.wanted = List.copyOf(wanted);
  }

  /** Looks only. */
  Future<List<Seen>> compare() {
    if (!vswitch.isThere()) {
      return nothing();
    }
    return vswitch.look().map(present -> Plan.of(present, wanted, masters()).seen(failed));
  }

  /** Makes all as it is wanted. */
  Future<List<Seen>> agree() {
    return vswitch.isThere() ? round(1) : nothing();
  }

  /** What links are part of by the kernel's own account. */
  private Map<String, String> masters() {
    Map<String, String> masters = new HashMap<>();
    for (Wanted each : wanted) {
      each.link()
          .ifPresent(
              link -> {
                try {
                  Path master = Files.readSymbolicLink(links.resolve(link).resolve("master"));
                  masters.put(link, String.valueOf(master.getFileName()));
                } catch (IOException e) {
                  // It is part of nothing.
                }
              });
    }
    return masters;
  }

  private Future<List<Seen>> nothing() {
    return wanted.isEmpty() ? Future.succeededFuture(List.of()) : Future.failedFuture(absent());
  }

  static RefusedException absent() {
    return new RefusedException(
        Reason.TRADE_REFUSED, "Open vSwitch does not run on this host; install it and start it");
  }

  private Future<List<Seen>> round(int number) {
    return vswitch
        .look()
        .compose(
            present -> {
              Plan plan = Plan.of(present, wanted, masters());
              List<Step> steps =
                  plan.steps().stream().filter(step -> !failed.containsKey(step)).toList();
              if (steps.isEmpty() || number > ROUNDS) {
                return wanted.isEmpty() && !plan.steps().isEmpty()
                    ? Future.failedFuture(left(plan.steps().getFirst()))
                    : Future.succeededFuture(plan.seen(failed));
              }
              return carryOut(steps).compose(done -> round(number + 1));
            });
  }

  /** Where ports are wanted they are agreed on again soon; here nobody would come back to it. */
  private RefusedException left(Step step) {
    return new RefusedException(
        Reason.TRADE_REFUSED,
        "something of ours is left on Open vSwitch: %s: %s"
            .formatted(step.text(), failed.getOrDefault(step, "it comes back")));
  }

  private Future<Void> carryOut(List<Step> steps) {
    List<Step.Configure> configure = new ArrayList<>();
    List<Step.SetMeter> meters = new ArrayList<>();
    List<Step.Program> programs = new ArrayList<>();
    List<Step.RemoveMeter> removals = new ArrayList<>();
    for (Step step : steps) {
      switch (step) {
        case Step.Configure each -> configure.add(each);
        case Step.SetMeter each -> meters.add(each);
        case Step.Program each -> programs.add(each);
        case Step.RemoveMeter each -> removals.add(each);
      }
    }
    changed = false;
    return together(configure, vswitch::configure)
        .compose(
            done -> {
              if (changed) {
                return Future.succeededFuture(); // what flows are to be may have changed with it
              }
              return oneByOne(meters, vswitch::meter)
                  .compose(set -> program(programs))
                  .compose(
                      set ->
                          programs.stream().anyMatch(failed::containsKey)
                              ? Future.succeededFuture() // a meter takes its flows with it
                              : oneByOne(removals, vswitch::meter));
            });
  }

  private Future<Void> program(List<Step.Program> programs) {
    Future<Void> all = Future.succeededFuture();
    for (List<Step.Program> bundle :
        programs.stream()
            .collect(groupingBy(Step.Program::bridge, TreeMap::new, toList()))
            .values()) {
      all = all.compose(done -> together(bundle, vswitch::program));
    }
    return all;
  }

  /** All at once; if that fails, those of each card by themselves. */
  private <S extends Step> Future<Void> together(
      List<S> steps, Function<List<S>, Future<Void>> work) {
    if (steps.isEmpty()) {
      return Future.succeededFuture();
    }
    return work.apply(steps)
        .onSuccess(done -> changed = true)
        .recover(
            why -> {
              List<List<S>> parts = parts(steps);
              if (parts.size() == 1 || System.nanoTime() > end) {
                steps.forEach(step -> fails(step, why));
                return Future.succeededFuture();
              }
              Future<Void> all = Future.succeededFuture();
              for (List<S> part : parts) {
                all = all.compose(done -> together(part, work));
              }
              return all;
            });
  }

  private void fails(Step step, Throwable why) {
    LOG.debug("{} could not be carried out: {}", step, why.getMessage());
    failed.put(step, String.valueOf(why.getMessage()));
  }

  private static <S extends Step> List<List<S>> parts(List<S> steps) {
    return List.copyOf(
        steps.stream()
            .collect(
                groupingBy(
                    step -> step.card().map(Object::toString).orElse(""), TreeMap::new, toList()))
            .values());
  }

  private <S extends Step> Future<Void> oneByOne(List<S> steps, Function<S, Future<Void>> work) {
    Future<Void> all = Future.succeededFuture();
    for (S step : steps) {
      all =
          all.compose(
              done ->
                  work.apply(step)
                      .recover(
                          why -> {
                            fails(step, why);
                            return Future.succeededFuture();
                          }));
    }
    return all;
  }
}
