package io.ballast.host.trade;

import io.ballast.messages.Obstacle;
import java.util.List;

/**
 * What its host says of a domain that is to leave it.
 *
 * @param version of the hypervisor that is installed here: 1 000 000 for each major, 1 000 for each
 *     minor one
 * @param obstacles what stands in its way here
 */
public record Leaving(long version, List<Obstacle> obstacles) {
  public Leaving {
    obstacles = List.copyOf(obstacles);
  }
}
