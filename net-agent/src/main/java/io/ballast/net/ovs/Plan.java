package io.ballast.net.ovs;

import static java.util.function.Function.identity;
import static java.util.stream.Collectors.toMap;

import io.ballast.messages.Mac;
import io.ballast.net.flow.Dump;
import io.ballast.net.flow.Flow;
import io.ballast.net.ovs.Present.Bridge;
import io.ballast.net.ovs.Present.Plugged;
import io.ballast.net.ovs.Present.Queue;
import io.ballast.net.ovs.Present.Shaping;
import io.ballast.net.ovs.Present.Wire;
import io.ballast.net.ovs.PublicFlows.Other;
import io.ballast.net.trade.Switch.Seen;
import io.ballast.net.trade.Wanted;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What has to be done so that all ports are as they are wanted, and nothing of ours is left for any
 * other. It looks at nothing but what it is given, and changes nothing.
 */
final class Plan {
  private final Present present;
  private final List<Wanted> wanted;
  private final Map<String, String> masters;
  private final List<Step> steps = new ArrayList<>();
  private final Map<Mac, List<String>> problems = new HashMap<>();
  private final Set<String> kept = new HashSet<>();

  private Plan(Present present, List<Wanted> wanted, Map<String, String> masters) {
    this.present = present;
    this.wanted = wanted;
    this.masters = masters;
  }

  /**
   * What has to be done.
   *
   * @param masters by link: the bridge or bond of the kernel that it is part of
   */
  static Plan of(Present present, List<Wanted> wanted, Map<String, String> masters) {
    Plan plan = new Plan(present, wanted, masters);
    wanted.forEach(plan::port);
    present.bridges().forEach(plan::left);
    plan.leftRows();
    present.bridges().forEach(plan::flows);
    return plan;
  }

  /** All steps, in an order in which they can be carried out. */
  List<Step> steps() {
    return List.copyOf(steps);
  }

  /**
   * What differs for each port, in their order.
   *
   * @param failed steps that could not be carried out, and why
   */
  List<Seen> seen(Map<Step, String> failed) {
    Map<Mac, List<String>> differences = new HashMap<>();
    problems.forEach((card, texts) -> differences.put(card, new ArrayList<>(texts)));
    for (Step step : steps) {
      String why = failed.get(step);
      step.card()
          .ifPresent(
              card ->
                  differences
                      .computeIfAbsent(card, any -> new ArrayList<>())
                      .addAll(texts(step, why)));
    }
    return wanted.stream()
        .map(
            each ->
                new Seen(
                    each.port().card(),
                    differences.getOrDefault(each.port().card(), List.of()),
                    spoofed(each)))
        .toList();
  }

  private static List<String> texts(Step step, @Nullable String why) {
    List<String> texts = new ArrayList<>();
    texts.add(step.text() + (why == null ? "" : ": " + why));
    texts.addAll(step.details());
    return texts;
  }

  private Optional<Long> spoofed(Wanted each) {
    if (!each.port().antiSpoof() || each.link().isEmpty()) {
      return Optional.empty();
    }
    return present
        .bridge(each.port().bridge())
        .filter(bridge -> bridge.problem().isEmpty())
        .map(
            bridge ->
                bridge.flows().stream()
                    .filter(flow -> flow.flow().drops())
                    .filter(flow -> flow.flow().card().equals(Optional.of(each.port().card())))
                    .mapToLong(Dump::packets)
                    .sum());
  }

  private void port(Wanted each) {
    Mac card = each.port().card();
    if (each.link().isEmpty()) {
      return;
    }
    String link = each.link().get();
    Optional<Bridge> target = present.bridge(each.port().bridge());
    if (target.isEmpty()) {
      problem(card, "there is no bridge " + each.port().bridge() + " of Open vSwitch");
    } else {
      target.get().problem().ifPresent(why -> problem(card, why));
    }
    Optional<Bridge> now = present.bridgeOf(link);
    if (now.isEmpty() && masters.containsKey(link)) {
      problem(
          card,
          "%s is part of %s, which is the kernel's; take it off there: ip link set %s nomaster"
              .formatted(link, masters.get(link), link));
      return;
    }
    if (now.isEmpty()) {
      target.ifPresent(
          bridge ->
              steps.add(
                  new Step.Plug(
                      Optional.of(card),
                      bridge.name(),
                      link,
                      Present.Tags.of(each.port().vlan()))));
      return;
    }
    Plugged plugged = now.get().plugged(link).orElseThrow();
    if (plugged.wire().isEmpty() || plugged.name().equals(now.get().name())) {
      problem(card, link + " is no link of a card on Open vSwitch, but a bond or a bridge");
      return;
    }
    kept.add(plugged.uuid());
    if (target.isEmpty()) {
      return;
    }
    if (!now.get().uuid().equals(target.get().uuid())) {
      steps.add(
          new Step.Move(
              Optional.of(card), plugged.uuid(), link, now.get().name(), target.get().name()));
    }
    PortPlan settings = new PortPlan(present, each, plugged, plugged.wire().get());
    steps.addAll(settings.steps(target.filter(Bridge::metering).isPresent()));
    settings.problems().forEach(text -> problem(card, text));
  }

  private void problem(Mac card, String text) {
    problems.computeIfAbsent(card, any -> new ArrayList<>()).add(text);
  }

  /** Ports that bear our mark and that nobody wants any more. */
  private void left(Bridge bridge) {
    for (Plugged plugged : bridge.ports()) {
      if (plugged.marks().containsKey(Present.MARK) && !kept.contains(plugged.uuid())) {
        steps.addAll(PortPlan.undone(present, bridge, plugged));
      }
    }
  }

  /** Rows of ours that no port has. */
  private void leftRows() {
    Set<String> used = new HashSet<>();
    Set<String> usedQueues = new HashSet<>();
    for (Bridge bridge : present.bridges()) {
      bridge.ports().forEach(each -> each.shaping().ifPresent(used::add));
    }
    List<String> old = new ArrayList<>();
    for (Shaping each : present.shapings()) {
      if (each.isOurs() && !used.contains(each.uuid())) {
        old.add(each.uuid());
      } else {
        usedQueues.addAll(each.queues().values());
      }
    }
    List<String> oldQueues =
        present.queues().stream()
            .filter(each -> each.isOurs() && !usedQueues.contains(each.uuid()))
            .map(Queue::uuid)
            .toList();
    if (!old.isEmpty() || !oldQueues.isEmpty()) {
      steps.add(new Step.Unshape(Optional.empty(), Optional.empty(), old, oldQueues));
    }
  }

  /** Meters first, for flows name them; and removed last, for their flows go with them. */
  private void flows(Bridge bridge) {
    if (bridge.problem().isPresent()) {
      return;
    }
    Metering metering = new Metering(bridge);
    Map<Flow.Place, Flow> flows = new LinkedHashMap<>();
    Map<Mac, Wanted> here = here(bridge);
    List<Other> all = all(bridge, here);
    boolean steered = here.values().stream().anyMatch(each -> each.outside().isPresent());
    here.forEach(
        (card, each) -> {
          int number = number(bridge, each).orElseThrow();
          Optional<Integer> meter =
              each.port()
                  .out()
                  .filter(limit -> bridge.metering())
                  .map(
                      limit -> {
                        int id = metering.give(card, number);
                        PortPlan.meter(bridge, card, id, limit).ifPresent(steps::add);
                        return id;
                      });
          List<Other> others = all.stream().filter(it -> it.number() != number).toList();
          PortFlows.of(each, number, meter, others, steered)
              .forEach(flow -> flows.put(flow.place(), flow));
        });
    program(bridge, flows);
    bridge
        .meters()
        .forEach(
            (id, meter) -> {
              if (Metering.isOurs(id) && !metering.isGiven(id)) {
                steps.add(new Step.RemoveMeter(Optional.empty(), bridge.name(), id));
              }
            });
  }

  /** The cards whose links can be named in flows of a bridge. */
  private Map<Mac, Wanted> here(Bridge bridge) {
    Map<Mac, Wanted> here = new TreeMap<>();
    for (Wanted each : wanted) {
      if (each.port().bridge().equals(bridge.name()) && number(bridge, each).isPresent()) {
        here.put(each.port().card(), each);
      }
    }
    return here;
  }

  private static Optional<Integer> number(Bridge bridge, Wanted each) {
    return each.link().flatMap(bridge::plugged).flatMap(Plugged::wire).flatMap(Wire::number);
  }

  /** All links of a bridge, as the flows of each other one name them. */
  private static List<Other> all(Bridge bridge, Map<Mac, Wanted> here) {
    Map<Integer, Wanted> ours =
        here.values().stream()
            .collect(
                toMap(each -> number(bridge, each).orElseThrow(), identity(), (one, other) -> one));
    List<Other> all = new ArrayList<>();
    for (Plugged plugged : bridge.ports()) {
      for (Wire wire : plugged.wires()) {
        wire.number()
            .ifPresent(
                number -> {
                  Wanted one = ours.get(number);
                  all.add(
                      one == null
                          ? new Other(number, plugged.tags(), false)
                          : new Other(number, Present.Tags.of(one.port().vlan()), true));
                });
      }
    }
    return all;
  }

  /** The flows of each card that are missing, and those that are too many. */
  private void program(Bridge bridge, Map<Flow.Place, Flow> flows) {
    Map<Flow.Place, Flow> there =
        bridge.flows().stream()
            .map(Dump::flow)
            .collect(toMap(Flow::place, identity(), (one, other) -> other));
    Map<Mac, List<Flow>> add = new TreeMap<>();
    Map<Mac, List<Flow>> remove = new TreeMap<>();
    flows.forEach(
        (place, flow) -> {
          if (!flow.equals(there.get(place))) {
            add.computeIfAbsent(flow.card().orElseThrow(), any -> new ArrayList<>()).add(flow);
          }
        });
    there.forEach(
        (place, flow) -> {
          if (!flows.containsKey(place)) {
            flow.card()
                .ifPresent(
                    card -> remove.computeIfAbsent(card, any -> new ArrayList<>()).add(flow));
          }
        });
    Set<Mac> cards = new HashSet<>(add.keySet());
    cards.addAll(remove.keySet());
    cards.stream()
        .sorted()
        .forEach(
            card ->
                steps.add(
                    new Step.Program(
                        Optional.of(card),
                        bridge.name(),
                        remove.getOrDefault(card, List.of()),
                        add.getOrDefault(card, List.of()))));
  }
}
