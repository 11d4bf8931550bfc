package io.ballast.net.trade;

import io.ballast.messages.NetBeat.Line;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a host says of its network.
 *
 * @param uplinks links that lead out of the host, besides those that are recognised
 * @param lines networks outside that it reaches
 */
public record NetPolicy(Set<String> uplinks, List<Reach> lines) {
  /** No more than what is recognised. */
  public static final NetPolicy DEFAULT = new NetPolicy(Set.of(), List.of());

  public NetPolicy {
    uplinks = Set.copyOf(uplinks);
    lines = List.copyOf(lines);
    if (lines.stream().map(reach -> reach.line().name()).distinct().count() < lines.size()) {
      throw new IllegalArgumentException("two lines bear the same name");
    }
  }

  /**
   * A network outside.
   *
   * @param outside how public addresses reach it; absent = there are none on it
   */
  public record Reach(Line line, Optional<Outside> outside) {}

  /** The network outside of that name. */
  public Optional<Reach> line(String name) {
    return lines.stream().filter(reach -> reach.line().name().equals(name)).findFirst();
  }
}
