package io.ballast.net.linux;

import io.ballast.messages.Mac;
import io.ballast.net.linux.Table.Way;
import io.ballast.net.linux.TableStep.Count;
import io.ballast.net.linux.TableStep.Drop;
import io.ballast.net.linux.TableStep.Fill;
import io.ballast.net.linux.TableStep.Lead;
import io.ballast.net.linux.TableStep.Remove;
import io.ballast.net.linux.TableStep.Renew;
import io.ballast.net.linux.TableStep.Uncount;
import io.ballast.net.linux.TableStep.Unlead;
import io.ballast.net.trade.Wanted;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What has to be done to our table so that it holds the rules of all ports and nothing else.
 *
 * <p>Chains that are as they must be are left alone, and counts go on wherever they can, even
 * through a table that has to be made anew.
 *
 * @param steps in the order in which they can be carried out at once
 * @param differences why, by card; a card whose rules are in force has none
 */
record TablePlan(List<TableStep> steps, Map<Mac, String> differences) {
  TablePlan {
    steps = List.copyOf(steps);
    differences = Map.copyOf(differences);
  }

  /** What a card needs there. */
  private record Need(Mac card, String link, Way way, String chain, List<Rule> rules) {
    boolean isFilledIn(Table table) {
      return Optional.ofNullable(table.chains().get(chain))
          .filter(marks -> marks.equals(rules.stream().map(Rule::mark).toList()))
          .isPresent();
    }

    boolean isLedToIn(Table table) {
      return chain.equals(table.leads(way).get(link));
    }
  }

  /**
   * @param present what there is; absent if there is no table
   * @param wanted those that are there and can have rules, each by a link of its own
   */
  static TablePlan of(Optional<Table> present, List<Wanted> wanted) {
    List<Need> needs = wanted.stream().flatMap(each -> needs(each).stream()).toList();
    if (needs.isEmpty()) {
      return new TablePlan(present.isPresent() ? List.of(new Remove()) : List.of(), Map.of());
    }
    Table told = present.orElse(Table.EMPTY);
    boolean whole = present.isPresent() && told.sound();
    Table kept = whole ? told : Table.EMPTY;
    List<TableStep> steps = new ArrayList<>(whole ? List.of() : List.of(new Renew()));
    Map<String, Mac> counts = new TreeMap<>();
    wanted.stream()
        .filter(each -> each.port().antiSpoof())
        .forEach(each -> counts.put(Mark.spoofed(each.port().card()), each.port().card()));
    Map<Mac, String> differences = new TreeMap<>();
    needs.forEach(need -> compare(need, kept, whole, differences));

    unlead(kept, needs, steps);
    counts.keySet().stream()
        .filter(count -> !kept.counts().containsKey(count))
        .forEach(count -> steps.add(new Count(count, told.counts().getOrDefault(count, 0L))));
    needs.stream()
        .filter(need -> !need.isFilledIn(kept))
        .forEach(need -> steps.add(new Fill(need.chain(), need.rules())));
    needs.stream()
        .filter(need -> !need.isLedToIn(kept))
        .forEach(need -> steps.add(new Lead(need.way(), need.link(), need.chain())));
    List<String> chains = needs.stream().map(Need::chain).toList();
    new TreeSet<>(kept.chains().keySet())
        .stream().filter(chain -> !chains.contains(chain)).map(Drop::new).forEach(steps::add);
    new TreeSet<>(kept.counts().keySet())
        .stream().filter(count -> !counts.containsKey(count)).map(Uncount::new).forEach(steps::add);
    return new TablePlan(steps, differences);
  }

  private static void unlead(Table kept, List<Need> needs, List<TableStep> steps) {
    for (Way way : Way.values()) {
      Map<String, String> should = new TreeMap<>();
      needs.stream()
          .filter(need -> need.way() == way)
          .forEach(need -> should.put(need.link(), need.chain()));
      new TreeMap<>(kept.leads(way))
          .forEach(
              (link, chain) -> {
                if (!chain.equals(should.get(link))) {
                  steps.add(new Unlead(way, link));
                }
              });
    }
  }

  private static List<Need> needs(Wanted wanted) {
    Mac card = wanted.port().card();
    String link = wanted.link().orElseThrow();
    return Rules.of(wanted).entrySet().stream()
        .map(
            each -> new Need(card, link, each.getKey(), each.getKey().chain(card), each.getValue()))
        .toList();
  }

  private static void compare(Need need, Table kept, boolean whole, Map<Mac, String> differences) {
    String what =
        switch (need.way()) {
          case FROM -> "its filter against spoofing";
          case OUT, TO -> "its public address";
        };
    if (!whole || !kept.chains().containsKey(need.chain())) {
      differences.putIfAbsent(need.card(), what + " is not in force");
    } else if (!need.isFilledIn(kept)) {
      differences.putIfAbsent(need.card(), what + " has other rules");
    } else if (!need.isLedToIn(kept)) {
      differences.putIfAbsent(need.card(), "%s does not apply to %s".formatted(what, need.link()));
    }
  }
}
