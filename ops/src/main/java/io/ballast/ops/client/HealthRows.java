package io.ballast.ops.client;

import io.ballast.messages.Fleet;
import io.ballast.messages.HostId;
import io.ballast.messages.StorageBeat.Health;
import io.ballast.ops.screen.Ink;
import io.ballast.ops.screen.Table;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Stream;
import picocli.CommandLine.Help.Ansi.Text;

/** The disks, arrays and pools that are not known to be good, what is worse first. */
final class HealthRows {
  private HealthRows() {}

  /** A part of a host's storage. */
  record Here(HostId host, Health health) {}

  /** Those of the hosts that are meant. */
  static List<Here> of(Fleet fleet, Predicate<HostId> meant) {
    return fleet.hosts().stream()
        .filter(host -> meant.test(host.id()))
        .flatMap(host -> of(host).map(health -> new Here(host.id(), health)))
        .sorted(Comparator.comparingInt(here -> rank(here.health())))
        .toList();
  }

  private static Stream<Health> of(Fleet.Host host) {
    return host.storage().stream()
        .flatMap(beat -> beat.health().stream())
        .filter(health -> health.verdict() != Health.Verdict.GOOD);
  }

  private static int rank(Health health) {
    return switch (health.verdict()) {
      case FAILING -> 0;
      case WARNING -> 1;
      case UNKNOWN -> 2;
      case GOOD -> 3;
    };
  }

  /** A row for each; without any, nothing. */
  static List<Text> lines(List<Here> parts, Ink ink, int width) {
    if (parts.isEmpty()) {
      return List.of();
    }
    Table table =
        new Table(
            ink,
            Table.Column.words("PART"),
            Table.Column.words("HOST"),
            Table.Column.words("HEALTH"),
            Table.Column.words("WHY"));
    for (Here here : parts) {
      Health health = here.health();
      table.row(
          ink.strong(part(health)),
          ink.text(here.host().value()),
          verdict(health, ink),
          ink.text(why(health)));
    }
    return table.lines(width);
  }

  /** A part in words, such as {@code disk /dev/sda}. */
  static String part(Health health) {
    String kind = health.kind().name().toLowerCase(Locale.ROOT);
    return health.name().map(name -> kind + " " + name).orElse("all " + kind + "s");
  }

  static Text verdict(Health health, Ink ink) {
    return switch (health.verdict()) {
      case GOOD -> ink.good("good");
      case WARNING ->
          switch (health.kind()) {
            case ARRAY -> ink.doubtful("degraded");
            case DISK, POOL -> ink.doubtful("worn");
          };
      case FAILING -> ink.bad("failing");
      case UNKNOWN -> ink.faint("unknown");
    };
  }

  /** Why, and which disk that is. */
  static String why(Health health) {
    return health.reason() + health.model().map(model -> " (" + model + ")").orElse("");
  }
}
