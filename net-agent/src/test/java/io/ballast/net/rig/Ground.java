package io.ballast.net.rig;

import io.ballast.net.trade.Switch;

/** Where a kind of switch is tried: a network namespace, with two bridges that are not ours. */
public interface Ground {
  /** Where its links are. */
  NetNamespace space();

  /** The switch that is tried. */
  Switch tried();

  /** A bridge that somebody else made. */
  String bridge();

  /** Another one. */
  String otherBridge();

  /** Whether ports can have VLANs here. */
  boolean hasVlans();

  /** Plugs a link, as somebody else does: of all VLANs, with their tags. */
  void plug(String bridge, String link);

  /** Unplugs a link that was plugged so and may be gone. */
  void unplug(String link);

  /** The bridge that a link is plugged into; empty if none. */
  String bridgeOf(String link);

  /** All that is there and is not ours, in any form that is the same while it stays the same. */
  String foreign();

  /** All that is there and is ours, but for bridges; empty if nothing is. */
  String ours();
}
