package io.ballast.net.linux;

import io.ballast.net.linux.Table.Way;
import java.util.List;
import java.util.stream.Collectors;

/** A change to our table. Several are carried out all at once, or none is. */
public sealed interface TableStep {
  /** In the words of nft, one or more lines. */
  String text();

  /** Make the table anew, with nothing of any card in it. */
  record Renew() implements TableStep {
    @Override
    public String text() {
      StringBuilder text = new StringBuilder("add table bridge ballast\n");
      text.append("delete table bridge ballast\nadd table bridge ballast\n");
      for (Way way : Way.values()) {
        text.append("add map bridge ballast %s { type ifname : verdict; }\n".formatted(way.map));
        text.append(
            "add chain bridge ballast %s { type filter hook %s priority %d; policy accept; }\n"
                .formatted(way.base, way.hook, way.priority));
        text.append(line(way.base, way.rule()));
      }
      return text.toString();
    }
  }

  /** Remove the table. */
  record Remove() implements TableStep {
    @Override
    public String text() {
      return "delete table bridge ballast\n";
    }
  }

  /** Have a chain with these rules and no others. */
  record Fill(String chain, List<Rule> rules) implements TableStep {
    public Fill {
      rules = List.copyOf(rules);
    }

    @Override
    public String text() {
      return "add chain bridge ballast %1$s\nflush chain bridge ballast %1$s\n".formatted(chain)
          + rules.stream().map(rule -> line(chain, rule)).collect(Collectors.joining());
    }
  }

  /** Remove a chain, to which nothing leads any more. */
  record Drop(String chain) implements TableStep {
    @Override
    public String text() {
      return "flush chain bridge ballast %1$s\ndelete chain bridge ballast %1$s\n".formatted(chain);
    }
  }

  /** Lead what comes from or goes to a link to a chain. */
  record Lead(Way way, String link, String chain) implements TableStep {
    @Override
    public String text() {
      return "add element bridge ballast %s { \"%s\" : jump %s }\n".formatted(way.map, link, chain);
    }
  }

  /** Lead it there no longer. */
  record Unlead(Way way, String link) implements TableStep {
    @Override
    public String text() {
      return "delete element bridge ballast %s { \"%s\" }\n".formatted(way.map, link);
    }
  }

  /** Have a count that begins with this. */
  record Count(String count, long packets) implements TableStep {
    @Override
    public String text() {
      return "add counter bridge ballast %s { packets %d bytes 0 }\n".formatted(count, packets);
    }
  }

  /** Remove a count that no rule uses any more. */
  record Uncount(String count) implements TableStep {
    @Override
    public String text() {
      return "delete counter bridge ballast %s\n".formatted(count);
    }
  }

  private static String line(String chain, Rule rule) {
    return "add rule bridge ballast %s %s comment \"%s\"\n"
        .formatted(chain, rule.text(), rule.mark());
  }
}
