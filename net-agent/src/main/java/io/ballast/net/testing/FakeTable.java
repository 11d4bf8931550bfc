package io.ballast.net.testing;

import io.ballast.net.linux.Rule;
import io.ballast.net.linux.Table;
import io.ballast.net.linux.Table.Way;
import io.ballast.net.linux.TableStep;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Our table in a fake: as strict as that of the kernel. */
final class FakeTable {
  private final Map<String, List<Rule>> chains = new TreeMap<>();
  private final Map<Way, Map<String, String>> leads = new TreeMap<>();
  private final Map<String, Long> counts = new TreeMap<>();
  private boolean sound = true;

  /** What becomes of a table by all steps; nothing does if one of them can't be carried out. */
  static @Nullable FakeTable after(@Nullable FakeTable before, List<TableStep> steps) {
    FakeTable table = before == null ? null : before.copy();
    for (TableStep step : steps) {
      if (step instanceof TableStep.Renew) {
        table = new FakeTable();
      } else if (table == null) {
        throw new IllegalStateException("No such file or directory: table");
      } else if (step instanceof TableStep.Remove) {
        table = null;
      } else {
        table.change(step);
      }
    }
    if (table != null) {
      table.check();
    }
    return table;
  }

  private FakeTable copy() {
    FakeTable copy = new FakeTable();
    chains.forEach((chain, rules) -> copy.chains.put(chain, new ArrayList<>(rules)));
    leads.forEach((way, each) -> copy.leads.put(way, new TreeMap<>(each)));
    copy.counts.putAll(counts);
    copy.sound = sound;
    return copy;
  }

  private void change(TableStep step) {
    switch (step) {
      case TableStep.Renew renew -> throw new IllegalStateException("said above: " + renew);
      case TableStep.Remove remove -> throw new IllegalStateException("said above: " + remove);
      case TableStep.Fill fill -> {
        fill.rules().forEach(this::checkCounts);
        chains.put(fill.chain(), new ArrayList<>(fill.rules()));
      }
      case TableStep.Drop drop -> there(chains.remove(drop.chain()), drop.chain());
      case TableStep.Lead lead -> {
        there(chains.get(lead.chain()), lead.chain());
        String other = of(lead.way()).putIfAbsent(lead.link(), lead.chain());
        if (other != null && !other.equals(lead.chain())) {
          throw new IllegalStateException("File exists: " + lead.link());
        }
      }
      case TableStep.Unlead unlead -> there(of(unlead.way()).remove(unlead.link()), unlead.link());
      case TableStep.Count count -> counts.putIfAbsent(count.count(), count.packets());
      case TableStep.Uncount uncount -> there(counts.remove(uncount.count()), uncount.count());
    }
  }

  private Map<String, String> of(Way way) {
    return leads.computeIfAbsent(way, none -> new TreeMap<>());
  }

  private void check() {
    leads.values().forEach(each -> each.values().forEach(chain -> there(chains.get(chain), chain)));
    chains.values().forEach(rules -> rules.forEach(this::checkCounts));
  }

  private void checkCounts(Rule rule) {
    String[] words = rule.text().split(" counter name ", -1);
    if (words.length > 1) {
      String count = words[1].split(" ", -1)[0];
      there(counts.get(count), count);
    }
  }

  private static void there(@Nullable Object each, String name) {
    if (each == null) {
      throw new IllegalStateException("No such file or directory: " + name);
    }
  }

  void loseRule(int which) {
    List<String> names = List.copyOf(chains.keySet());
    if (!names.isEmpty()) {
      List<Rule> rules = chains.getOrDefault(names.get(which % names.size()), List.of());
      if (!rules.isEmpty()) {
        rules.remove(which % rules.size());
      }
    }
  }

  void spoil() {
    sound = false;
  }

  void count(String count, long packets) {
    counts.computeIfPresent(count, (name, before) -> before + packets);
  }

  Table told() {
    Map<String, List<String>> marks = new TreeMap<>();
    chains.forEach((chain, rules) -> marks.put(chain, rules.stream().map(Rule::mark).toList()));
    return new Table(marks, leads, counts, sound);
  }
}
