package io.ballast.net.linux;

import io.ballast.messages.Mac;
import io.ballast.net.linux.Present.Member;
import java.util.Set;

/** A change to links and their queues. */
public sealed interface Step {
  /** Plug a link into a bridge, and out of the one where it is. */
  record Plug(String link, String bridge) implements Step {}

  /** Have the largest packet of a link that long. */
  record Resize(String link, int mtu) implements Step {}

  /** Have a link leave and enter VLANs. */
  record Join(String link, Set<Member> leave, Set<Member> enter) implements Step {
    public Join {
      leave = Set.copyOf(leave);
      enter = Set.copyOf(enter);
    }
  }

  /** Let so much out of a device, in place of the limit of ours that it has. */
  record Limit(String device, Rate rate) implements Step {}

  /** Let out what comes, where there is a limit of ours. */
  record Unlimit(String device) implements Step {}

  /** Make the detour of a card, or have it carry traffic. */
  record Detour(Mac card, boolean there) implements Step {}

  /**
   * Lead what a link receives to a detour.
   *
   * @param entry whether there is a place for filters already
   * @param other whether a filter of ours is there that leads elsewhere
   */
  record Lead(String link, String detour, boolean entry, boolean other) implements Step {}

  /**
   * Lead it there no longer.
   *
   * @param entry whether the place for filters is to go too, for nobody else uses it
   */
  record Unlead(String link, boolean entry) implements Step {}

  /** Remove a detour. */
  record Undetour(String detour) implements Step {}

  /** Take a link off its bridge. */
  record Unplug(String link) implements Step {}

  /**
   * Make a bridge of ours.
   *
   * @param filters whether it is to keep VLANs apart
   */
  record Build(String bridge, boolean filters) implements Step {}

  /** Have a bridge carry traffic. */
  record Raise(String bridge) implements Step {}

  /** Remove a bridge. */
  record Raze(String bridge) implements Step {}
}
