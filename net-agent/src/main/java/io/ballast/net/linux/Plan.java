package io.ballast.net.linux;

import io.ballast.messages.Mac;
import io.ballast.messages.NetBeat.Ability;
import io.ballast.net.trade.Wanted;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What differs from what is wanted, and what has to be done about it. Computed from what there is
 * alone.
 *
 * @param table changes to our table, all at once and before anything else, so that no card is on a
 *     bridge without its rules
 * @param guarded whose rules these changes bring about
 * @param cards what has to be done for each card, in order; those for which there is nothing to do
 *     are left out
 * @param rest what of ours is wanted by nobody, in the order in which it has to go
 * @param differences for a person, of every card that is wanted; empty where all is as wanted
 */
record Plan(
    List<TableStep> table,
    Set<Mac> guarded,
    Map<Mac, List<Step>> cards,
    List<Step> rest,
    Map<Mac, List<String>> differences) {
  /** Names that mean the same to every tool. */
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}");

  boolean isEmpty() {
    return table.isEmpty() && cards.isEmpty() && rest.isEmpty();
  }

  /**
   * @param lacking what can't be had here, and why
   */
  static Plan of(Present present, List<Wanted> wanted, Map<Ability, String> lacking) {
    Map<Mac, List<Step>> cards = new TreeMap<>();
    Map<Mac, List<String>> differences = new TreeMap<>();
    List<Wanted> reachable = new ArrayList<>();
    Set<String> links = new HashSet<>();
    for (Wanted each : wanted) {
      Mac card = each.port().card();
      List<String> odd = new ArrayList<>();
      differences.put(card, odd);
      if (each.link().isEmpty()) {
        continue;
      }
      String link = each.link().get();
      if (!PLAIN.matcher(link).matches()) {
        odd.add("the name of its link, '" + link + "', can't be told to the kernel's tools");
      } else if (!present.links().containsKey(link)) {
        odd.add("its link " + link + " is gone");
      } else if (!links.add(link)) {
        odd.add("its link " + link + " is that of another port too");
      } else {
        CardPlan plan = CardPlan.of(present, each, lacking);
        odd.addAll(plan.differences());
        if (!plan.steps().isEmpty()) {
          cards.put(card, plan.steps());
        }
        if (!plan.isForeign()) {
          reachable.add(each);
        }
      }
    }
    TablePlan table = table(present, reachable, lacking, differences);
    return new Plan(
        table.steps(),
        table.differences().keySet(),
        cards,
        rest(present, reachable, lacking),
        differences);
  }

  private static TablePlan table(
      Present present,
      List<Wanted> reachable,
      Map<Ability, String> lacking,
      Map<Mac, List<String>> differences) {
    String why = lacking.get(Ability.LINUX_FILTER);
    TablePlan plan =
        why == null ? TablePlan.of(present.table(), reachable) : new TablePlan(List.of(), Map.of());
    for (Wanted each : reachable) {
      Mac card = each.port().card();
      List<String> odd = told(differences, card);
      if (plan.differences().containsKey(card)) {
        odd.add(plan.differences().get(card));
      }
      if (why != null && each.port().antiSpoof()) {
        odd.add("nothing keeps it from spoofing: " + why);
      }
      if (each.outside().isPresent() && !Rules.hasPublicAddress(each)) {
        odd.add(
            "it has no public address: the network outside is in another VLAN, which only a bridge"
                + " of Open vSwitch can bring together");
      } else if (each.outside().isPresent() && why != null) {
        odd.add("it has no public address: " + why);
      }
    }
    return plan;
  }

  private static List<String> told(Map<Mac, List<String>> differences, Mac card) {
    return differences.computeIfAbsent(card, none -> new ArrayList<>());
  }

  /** Limits and detours of ours that no wanted port has. */
  private static List<Step> rest(
      Present present, List<Wanted> reachable, Map<Ability, String> lacking) {
    Set<String> in = new HashSet<>();
    Set<String> out = new HashSet<>();
    Set<String> detours = new HashSet<>();
    for (Wanted each : reachable) {
      each.port().in().ifPresent(limit -> in.add(each.link().orElseThrow()));
      each.port()
          .out()
          .ifPresent(
              limit -> {
                out.add(each.link().orElseThrow());
                detours.add(Mark.detour(each.port().card()));
              });
    }
    List<Step> steps = new ArrayList<>();
    Set<String> kept = new HashSet<>(in);
    kept.addAll(detours);
    new TreeMap<>(present.queues())
        .forEach(
            (link, queue) -> {
              if (queue.isOurs() && !kept.contains(link) && !isDetour(present, link)) {
                steps.add(new Step.Unlimit(link));
              }
            });
    new TreeMap<>(present.entries())
        .forEach(
            (link, entry) -> {
              if (entry.hasOurs() && !out.contains(link)) {
                steps.add(new Step.Unlead(link, !entry.isForeign()));
              }
            });
    if (!lacking.containsKey(Ability.LINUX_BRIDGE)) {
      present.links().keySet().stream()
          .sorted()
          .filter(link -> isDetour(present, link) && !detours.contains(link))
          .map(Step.Undetour::new)
          .forEach(steps::add);
    }
    return steps;
  }

  /** Whether a device is a detour of ours. */
  static boolean isDetour(Present present, String name) {
    Present.Link link = present.links().get(name);
    return link != null && link.kind().equals(Present.Link.DETOUR) && Mark.isDetour(name);
  }
}
