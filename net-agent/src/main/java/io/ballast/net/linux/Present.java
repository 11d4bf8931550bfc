package io.ballast.net.linux;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What there is of the kernel's network at one moment, as far as ports have to do with it.
 *
 * @param links by name
 * @param vlans of which links of bridges that know VLANs are members, by the link's name
 * @param queues on what links send, by the link's name; without those that the kernel puts there
 * @param entries what there is on what links receive, by the link's name
 * @param table of ours; absent if there is none
 */
public record Present(
    Map<String, Link> links,
    Map<String, Set<Member>> vlans,
    Map<String, Queue> queues,
    Map<String, Entry> entries,
    Optional<Table> table) {
  /** Nothing at all. */
  public static final Present NOTHING =
      new Present(Map.of(), Map.of(), Map.of(), Map.of(), Optional.empty());

  public Present {
    links = Map.copyOf(links);
    vlans = Map.copyOf(vlans);
    queues = Map.copyOf(queues);
    entries = Map.copyOf(entries);
  }

  /** The same, with a table that is to be made anew. */
  Present spoilt() {
    return new Present(links, vlans, queues, entries, table.map(Table::unsound));
  }

  /**
   * A network interface.
   *
   * @param kind in the kernel's words, such as {@code bridge}, {@code tun}, {@code ifb}; empty for
   *     a physical one
   * @param master into which it is plugged
   * @param alias a text that anybody can give it; often empty
   * @param bridge present exactly if it is a bridge
   */
  public record Link(
      String name,
      String kind,
      boolean up,
      int mtu,
      Optional<String> master,
      String alias,
      Optional<Bridge> bridge) {
    /** The kind of a device that only leads through. */
    public static final String DETOUR = "ifb";

    /** The kind of a guest's link. */
    public static final String TAP = "tun";
  }

  /**
   * What a bridge knows of VLANs.
   *
   * @param filters whether it keeps them apart; all others let pass whatever tag there is
   * @param usual the tag of what bears none, unless told otherwise; 0 = none
   */
  public record Bridge(boolean filters, int usual) {}

  /**
   * A link's part in a VLAN.
   *
   * @param entering whether what comes without a tag belongs to it
   * @param bare whether the tag is taken off on the way out
   */
  public record Member(int tag, boolean entering, boolean bare) {
    /** The only VLAN of a link whose guest knows nothing of it. */
    static Member access(int tag) {
      return new Member(tag, true, true);
    }

    /** One of several whose tags the guest sees. */
    static Member trunk(int tag) {
      return new Member(tag, false, false);
    }
  }

  /**
   * A queue.
   *
   * @param rate present if it is a token bucket
   */
  public record Queue(String kind, String handle, Optional<Rate> rate) {
    /** The kind of ours. */
    public static final String BUCKET = "tbf";

    boolean isOurs() {
      return handle.equals(Mark.QUEUE);
    }

    @Override
    public String toString() {
      return kind + " " + handle;
    }
  }

  /**
   * What there is where a link receives.
   *
   * @param kind {@code ingress}, or {@code clsact}
   */
  public record Entry(String kind, List<Filter> filters) {
    /** The kind of ours. */
    public static final String OURS = "ingress";

    public Entry {
      filters = List.copyOf(filters);
    }

    boolean isForeign() {
      return !kind.equals(OURS) || filters.stream().anyMatch(each -> !each.isOurs());
    }

    boolean hasOurs() {
      return filters.stream().anyMatch(Filter::isOurs);
    }
  }

  /**
   * A filter there.
   *
   * @param all whether it takes every packet
   * @param target the device to which it sends them, {@code *} for one that is gone; absent if it
   *     does anything else
   */
  public record Filter(int preference, boolean all, Optional<String> target) {
    boolean isOurs() {
      return preference == Mark.FILTER;
    }
  }
}
