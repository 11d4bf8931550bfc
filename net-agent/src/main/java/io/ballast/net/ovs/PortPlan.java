package io.ballast.net.ovs;

import io.ballast.messages.Mac;
import io.ballast.messages.Port;
import io.ballast.messages.RateLimit;
import io.ballast.net.ovs.Present.Bridge;
import io.ballast.net.ovs.Present.Plugged;
import io.ballast.net.ovs.Present.RawLimit;
import io.ballast.net.ovs.Present.Shaping;
import io.ballast.net.ovs.Present.Tags;
import io.ballast.net.ovs.Present.Wire;
import io.ballast.net.trade.Wanted;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What has to be set in the database for one port that is on a bridge. */
final class PortPlan {
  /** What the switch calls a limit that it enforces by the kernel's token buckets. */
  static final String KIND = "linux-htb";

  private final Present present;
  private final Port port;
  private final Plugged plugged;
  private final Wire wire;
  private final Optional<Mac> card;
  private final List<Step> steps = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();

  PortPlan(Present present, Wanted wanted, Plugged plugged, Wire wire) {
    this.present = present;
    this.port = wanted.port();
    this.plugged = plugged;
    this.wire = wire;
    this.card = Optional.of(wanted.port().card());
  }

  /**
   * All that differs.
   *
   * @param metering whether its bridge limits by meters
   */
  List<Step> steps(boolean metering) {
    if (!plugged.card().equals(card)) {
      steps.add(new Step.Mark(card, plugged.uuid(), plugged.name(), card));
    }
    Tags tags = Tags.of(port.vlan());
    if (!plugged.tags().meansAs(tags)) {
      steps.add(new Step.Vlans(card, plugged.uuid(), plugged.tags(), tags));
    }
    shape();
    size();
    police(metering);
    if (wire.number().isEmpty()) {
      problems.add(
          "Open vSwitch can't use %s: %s"
              .formatted(wire.name(), wire.error().orElse("it has no number yet")));
    }
    return steps;
  }

  /** What differs and can't be changed by a step. */
  List<String> problems() {
    return problems;
  }

  private void shape() {
    Optional<Shaping> now = plugged.shaping().flatMap(present::shaping);
    boolean ours = now.filter(Shaping::isOurs).isPresent();
    if (port.in().isEmpty()) {
      if (ours) {
        steps.add(unshape(present, Optional.of(plugged), now.get()));
      }
    } else if (now.isPresent() && !ours) {
      problems.add(
          "somebody else limits what is sent to it; remove that: ovs-vsctl clear port %s qos"
              .formatted(plugged.name()));
    } else if (now.isEmpty() || !isShapedTo(now.get(), port.in().get())) {
      steps.add(
          new Step.Shape(
              card,
              plugged.uuid(),
              port.in().get(),
              now.map(each -> List.of(each.uuid())).orElse(List.of()),
              now.map(each -> ownQueues(present, each)).orElse(List.of())));
    }
  }

  /** How a limit is written: in bits. */
  static Map<String, String> shaped(RateLimit limit) {
    return Map.of("max-rate", Long.toString(limit.kilobitsPerSecond() * 1000));
  }

  /** How the only queue of a limit is written. */
  static Map<String, String> queued(RateLimit limit) {
    return Map.of(
        "max-rate",
        Long.toString(limit.kilobitsPerSecond() * 1000),
        "burst",
        Long.toString(limit.kilobits() * 1000));
  }

  private boolean isShapedTo(Shaping now, RateLimit limit) {
    return now.type().equals(KIND)
        && now.settings().equals(shaped(limit))
        && now.queues().keySet().equals(Set.of(0))
        && present
            .queue(now.queues().getOrDefault(0, ""))
            .filter(queue -> queue.settings().equals(queued(limit)))
            .isPresent();
  }

  private static Step.Unshape unshape(Present present, Optional<Plugged> port, Shaping now) {
    return new Step.Unshape(
        port.flatMap(Plugged::card),
        port.map(Plugged::uuid),
        List.of(now.uuid()),
        ownQueues(present, now));
  }

  private static List<String> ownQueues(Present present, Shaping now) {
    return now.queues().values().stream()
        .filter(uuid -> present.queue(uuid).filter(Present.Queue::isOurs).isPresent())
        .sorted()
        .toList();
  }

  private void size() {
    boolean ours = plugged.marks().containsKey(Present.SIZED);
    if (port.mtu().isEmpty()) {
      if (ours) {
        steps.add(new Step.Size(card, plugged.uuid(), wire.name(), Optional.empty()));
      }
    } else if (!wire.askedMtu().equals(port.mtu()) || !ours) {
      steps.add(new Step.Size(card, plugged.uuid(), wire.name(), port.mtu()));
    } else if (wire.mtu().isPresent() && !wire.mtu().equals(port.mtu())) {
      problems.add(
          "%s takes no MTU of %d, it has %d"
              .formatted(wire.name(), port.mtu().get(), wire.mtu().get()));
    }
  }

  private void police(boolean metering) {
    Optional<RateLimit> limit = port.out().filter(any -> !metering);
    boolean ours = plugged.marks().containsKey(Present.POLICED);
    RawLimit raw = limit.map(RawLimit::of).orElse(RawLimit.NONE);
    if (limit.isPresent() ? !ours || !wire.policing().equals(raw) : ours) {
      steps.add(new Step.Police(card, plugged.uuid(), wire.name(), limit));
    }
  }

  /** The step that removes the limit of ours that a port had, once the port is gone. */
  static Optional<Step.Unshape> leftOf(Present present, Plugged plugged) {
    return plugged
        .shaping()
        .flatMap(present::shaping)
        .filter(Shaping::isOurs)
        .map(each -> unshape(present, Optional.empty(), each));
  }

  /** All steps after which a port bears nothing of ours, and is gone if we had plugged it. */
  static List<Step> undone(Present present, Bridge bridge, Plugged plugged) {
    if (plugged.marks().containsKey(Present.PLUGGED)) {
      // The database takes its limit away only once the port is gone.
      return List.of(new Step.Unplug(plugged.card(), bridge.name(), plugged.name()));
    }
    List<Step> steps = new ArrayList<>();
    plugged
        .shaping()
        .flatMap(present::shaping)
        .filter(Shaping::isOurs)
        .ifPresent(each -> steps.add(unshape(present, Optional.of(plugged), each)));
    String link = plugged.wire().map(Wire::name).orElse(plugged.name());
    if (plugged.marks().containsKey(Present.SIZED)) {
      steps.add(new Step.Size(plugged.card(), plugged.uuid(), link, Optional.empty()));
    }
    if (plugged.marks().containsKey(Present.POLICED)) {
      steps.add(new Step.Police(plugged.card(), plugged.uuid(), link, Optional.empty()));
    }
    steps.add(new Step.Mark(plugged.card(), plugged.uuid(), plugged.name(), Optional.empty()));
    return steps;
  }

  /** The step that makes a meter as it is wanted, if it is not. */
  static Optional<Step> meter(Bridge bridge, Mac card, int number, RateLimit limit) {
    Present.Meter now = bridge.meters().get(number);
    return now != null && now.limit().equals(Optional.of(RawLimit.of(limit)))
        ? Optional.empty()
        : Optional.of(
            new Step.SetMeter(Optional.of(card), bridge.name(), number, limit, now != null));
  }
}
