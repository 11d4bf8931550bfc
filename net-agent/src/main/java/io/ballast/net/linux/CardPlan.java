package io.ballast.net.linux;

import io.ballast.messages.Mac;
import io.ballast.messages.NetBeat.Ability;
import io.ballast.messages.Port;
import io.ballast.messages.RateLimit;
import io.ballast.messages.Vlan;
import io.ballast.net.linux.Present.Entry;
import io.ballast.net.linux.Present.Filter;
import io.ballast.net.linux.Present.Link;
import io.ballast.net.linux.Present.Member;
import io.ballast.net.linux.Present.Queue;
import io.ballast.net.trade.Wanted;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What differs of the link of one card, and what has to be done about it. */
final class CardPlan {
  private static final String OPEN_VSWITCH = "openvswitch";
  private static final String BRIDGE = "bridge";

  private final Present present;
  private final Map<Ability, String> lacking;
  private final Port port;
  private final String name;
  private final Link link;
  private final List<Step> steps = new ArrayList<>();
  private final List<String> differences = new ArrayList<>();
  private boolean foreign;

  private CardPlan(Present present, Wanted wanted, Map<Ability, String> lacking) {
    this.present = present;
    this.lacking = lacking;
    this.port = wanted.port();
    this.name = wanted.link().orElseThrow();
    this.link = Objects.requireNonNull(present.links().get(name));
  }

  /**
   * @param wanted whose link is there
   * @param lacking what can't be had here, and why
   */
  static CardPlan of(Present present, Wanted wanted, Map<Ability, String> lacking) {
    CardPlan plan = new CardPlan(present, wanted, lacking);
    plan.compare();
    return plan;
  }

  /** In their order. */
  List<Step> steps() {
    return List.copyOf(steps);
  }

  /** For a person. */
  List<String> differences() {
    return List.copyOf(differences);
  }

  /** Whether somebody else has the link, so that nothing is done with it. */
  boolean isForeign() {
    return foreign;
  }

  private void compare() {
    Optional<Link> master =
        link.master().flatMap(each -> Optional.ofNullable(present.links().get(each)));
    foreign = master.isPresent() && !master.get().kind().equals(BRIDGE);
    if (foreign) {
      differences.add(
          master.get().kind().equals(OPEN_VSWITCH)
              ? name + " is plugged into a bridge of Open vSwitch; take it off there"
              : "%s belongs to %s, which is no bridge; take it off there"
                  .formatted(name, master.get().name()));
      return;
    }
    Link bridge = present.links().get(port.bridge());
    if (bridge == null) {
      differences.add("there is no bridge " + port.bridge() + " on this host; make it");
    } else if (bridge.bridge().isEmpty()) {
      differences.add(port.bridge() + " is no bridge of the kernel; name another one");
    } else {
      plug(bridge, bridge.bridge().get());
      // A bridge gets the smallest of its links, so what nobody named is left as it is.
      port.mtu()
          .filter(mtu -> mtu != link.mtu())
          .ifPresent(
              mtu ->
                  differs(
                      "%s has an MTU of %d, not of %d".formatted(name, link.mtu(), mtu),
                      new Step.Resize(name, mtu)));
    }
    port.in().ifPresent(this::limitIn);
    port.out().ifPresent(this::limitOut);
    unwanted();
  }

  private void differs(String difference, Step... repair) {
    differences.add(difference);
    steps.addAll(List.of(repair));
  }

  private void plug(Link bridge, Present.Bridge vlans) {
    boolean plugged = link.master().equals(Optional.of(bridge.name()));
    String none = lacking.get(Ability.LINUX_VLAN);
    boolean apart = vlans.filters() && none == null;
    if (port.vlan().isPresent() && !apart) {
      String why =
          none == null
              ? bridge.name() + " does not keep VLANs apart; turn on its vlan_filtering"
              : none;
      differences.add("it is not in VLAN %s: %s".formatted(port.vlan().get(), why));
    }
    if (!plugged) {
      String where =
          link.master().map(other -> "plugged into " + other).orElse("plugged into no bridge");
      String difference = "%s is %s, not into %s".formatted(name, where, bridge.name());
      if (apart || port.vlan().isEmpty()) {
        differs(difference, new Step.Plug(name, bridge.name()));
      } else {
        // Where its VLAN can't be had it would be among strangers.
        differences.add(difference);
      }
    }
    if (apart) {
      join(plugged, vlans);
    }
  }

  private void join(boolean plugged, Present.Bridge vlans) {
    Set<Member> usual = vlans.usual() == 0 ? Set.of() : Set.of(Member.access(vlans.usual()));
    Set<Member> is = plugged ? present.vlans().getOrDefault(name, Set.of()) : usual;
    Set<Member> should =
        port.vlan()
            .map(
                vlan ->
                    switch (vlan) {
                      case Vlan.Access one -> Set.of(Member.access(one.tag()));
                      case Vlan.Trunk several ->
                          several.tags().stream().map(Member::trunk).collect(Collectors.toSet());
                    })
            .orElse(usual);
    if (is.equals(should)) {
      return;
    }
    Set<Member> enter = new HashSet<>(should);
    enter.removeAll(is);
    Set<Integer> stays = should.stream().map(Member::tag).collect(Collectors.toSet());
    Set<Member> leave =
        is.stream().filter(each -> !stays.contains(each.tag())).collect(Collectors.toSet());
    differs(
        "%s is in %s, not in %s".formatted(name, told(is), told(should)),
        new Step.Join(name, leave, enter));
  }

  private static String told(Set<Member> members) {
    return members.isEmpty()
        ? "no VLAN"
        : members.stream()
            .sorted(Comparator.comparingInt(Member::tag))
            .map(each -> each.tag() + (each.bare() ? "" : " tagged"))
            .collect(Collectors.joining(", ", "VLAN ", ""));
  }

  private void limitIn(RateLimit limit) {
    String what = "what goes to the guest is not limited to " + limit;
    String why = lacking.get(Ability.LINUX_LIMIT_IN);
    Queue queue = present.queues().get(name);
    Rate rate = Rate.of(limit);
    if (why != null) {
      differences.add(what + ": " + why);
    } else if (queue != null && !queue.isOurs()) {
      differences.add(
          "%s: %s has a queue of somebody else (%s); remove it".formatted(what, name, queue));
    } else if (!holds(queue, rate)) {
      differs(what, new Step.Limit(name, rate));
    }
  }

  private static boolean holds(@Nullable Queue queue, Rate rate) {
    return queue != null && queue.isOurs() && queue.rate().filter(rate::isToldAs).isPresent();
  }

  private void limitOut(RateLimit limit) {
    String what = "what comes from the guest is not limited to " + limit;
    String why = lacking.get(Ability.LINUX_LIMIT_OUT);
    Mac card = port.card();
    String detour = Mark.detour(card);
    Link device = present.links().get(detour);
    Optional<Entry> entry = Optional.ofNullable(present.entries().get(name));
    if (why != null) {
      differences.add(what + ": " + why);
    } else if (device != null && !device.kind().equals(Link.DETOUR)) {
      differences.add("%s: %s is something else; rename it".formatted(what, detour));
    } else if (entry.filter(Entry::isForeign).isPresent()) {
      differences.add(
          "%s: %s has filters of somebody else for what it receives; remove them"
              .formatted(what, name));
    } else {
      List<Step> repair = new ArrayList<>();
      if (device == null || !device.up()) {
        repair.add(new Step.Detour(card, device != null));
      }
      Rate rate = Rate.of(limit);
      if (!holds(present.queues().get(detour), rate)) {
        repair.add(new Step.Limit(detour, rate));
      }
      List<Filter> filters = entry.map(Entry::filters).orElse(List.of());
      if (!filters.equals(List.of(new Filter(Mark.FILTER, true, Optional.of(detour))))) {
        repair.add(new Step.Lead(name, detour, entry.isPresent(), !filters.isEmpty()));
      }
      if (!repair.isEmpty()) {
        differs(what, repair.toArray(new Step[0]));
      }
    }
  }

  /** What is undone among what nobody wants is a difference of this card all the same. */
  private void unwanted() {
    Queue queue = present.queues().get(name);
    if (port.in().isEmpty() && queue != null && queue.isOurs()) {
      differences.add("what goes to the guest is limited");
    }
    Entry entry = present.entries().get(name);
    if (port.out().isEmpty() && entry != null && entry.hasOurs()) {
      differences.add("what comes from the guest is limited");
    }
  }
}
