package io.ballast.net.linux;

import io.ballast.messages.Mac;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Our table of rules as it is.
 *
 * @param chains the marks of the rules of each chain of a card, in order; of a rule without a mark
 *     nothing but that it is there
 * @param leads to which chain what a link receives or sends is led, by the link's name
 * @param counts packets counted, by the name of the count
 * @param sound whether what every card needs is as we make it, and nothing of others is in it
 */
public record Table(
    Map<String, List<String>> chains,
    Map<Way, Map<String, String>> leads,
    Map<String, Long> counts,
    boolean sound) {
  /** The ways of packets on which cards have rules, each with a hook and a map of its own. */
  public enum Way {
    /** From a guest, before the bridge looks where it goes: may it be sent? */
    FROM("from", "prerouting", -300, "iifname"),
    /** From a guest, after that: by what address is it known? */
    OUT("out", "prerouting", -290, "iifname"),
    /** To a guest, after the bridge has decided so. */
    TO("to", "postrouting", 300, "oifname");

    final String map;
    final String base;
    final String hook;
    final int priority;
    private final String link;

    Way(String map, String hook, int priority, String link) {
      this.map = map;
      this.base = "all_" + map;
      this.hook = hook;
      this.priority = priority;
      this.link = link;
    }

    /** The only rule of its hook. */
    Rule rule() {
      return new Rule(link + " vmap @" + map);
    }

    /** The chain that a card has on this way. */
    String chain(Mac card) {
      return map + "_" + card.value().replace(":", "");
    }
  }

  private static final Pattern CHAIN = Pattern.compile("(from|out|to)_[0-9a-f]{12}");

  /** An empty one as we make it. */
  public static final Table EMPTY = new Table(Map.of(), Map.of(), Map.of(), true);

  public Table {
    chains = Map.copyOf(chains);
    leads = Map.copyOf(leads);
    counts = Map.copyOf(counts);
  }

  /** Whether a chain bears the name of one of a card. */
  static boolean isChain(String name) {
    return CHAIN.matcher(name).matches();
  }

  /** The same, to be made anew. */
  Table unsound() {
    return new Table(chains, leads, counts, false);
  }

  Map<String, String> leads(Way way) {
    return leads.getOrDefault(way, Map.of());
  }
}
