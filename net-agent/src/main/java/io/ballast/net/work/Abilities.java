package io.ballast.net.work;

import io.ballast.messages.NetBeat.Ability;
import io.ballast.messages.NetBeat.Bridge;
import java.util.Set;

/**
 * What ports can have on this host, as far as it is known.
 *
 * @param untold kinds of switches that could not be asked yet; what they can do is not among these
 */
public record Abilities(Set<Ability> known, Set<Bridge.Kind> untold) {
  /** Nothing is known, and nobody was asked. */
  static final Abilities NONE = new Abilities(Set.of(), Set.of());

  public Abilities {
    known = Set.copyOf(known);
    untold = Set.copyOf(untold);
  }
}
