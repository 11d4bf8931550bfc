package io.ballast.net.flow;

import io.ballast.messages.IpAddress;
import io.ballast.messages.Mac;
import io.ballast.messages.Vlan;
import java.util.List;
import java.util.stream.Collectors;

/** What a flow does with a packet, one thing of several in order. Nothing at all drops it. */
public sealed interface Action {
  /** How {@code ovs-ofctl} reads and prints it. */
  String text();

  /** Switch it as a switch does that knows no flows. */
  record Normal() implements Action {
    @Override
    public String text() {
      return "NORMAL";
    }
  }

  /** Send it to a port of the bridge, as it is. */
  record Output(int port) implements Action {
    @Override
    public String text() {
      return port == Flow.LOCAL ? "LOCAL" : "output:" + Match.port(port);
    }
  }

  /** Go on in another table, which comes later. */
  record GoTo(int table) implements Action {
    @Override
    public String text() {
      return "goto_table:" + table;
    }
  }

  /** Count it on a meter, which may drop it. */
  record Metered(int meter) implements Action {
    @Override
    public String text() {
      return "meter:" + meter;
    }
  }

  /** Give it the tag of a VLAN. */
  record Tag(int vlan) implements Action {
    private static final int PRESENT = 0x1000;

    public Tag {
      Vlan.checked(vlan, "vlan");
    }

    @Override
    public String text() {
      return "push_vlan:0x8100,set_field:" + (PRESENT + vlan) + "->vlan_vid";
    }
  }

  /** Take its tag away; only for packets that bear one. */
  record Untag() implements Action {
    @Override
    public String text() {
      return "pop_vlan";
    }
  }

  /**
   * Let it be as if nobody had plugged in who sent it: it may go to every port of its VLAN, and
   * nothing is learnt of it.
   */
  record FromNowhere() implements Action {
    @Override
    public String text() {
      return "load:0xfffd->NXM_OF_IN_PORT[]";
    }
  }

  /** Change the card that it is for. */
  record SetDestination(Mac mac) implements Action {
    @Override
    public String text() {
      return "set_field:" + mac + "->eth_dst";
    }
  }

  /** Change an address of IPv4 in it. */
  record SetAddress(Place place, IpAddress address) implements Action {
    public SetAddress {
      if (!address.isIpv4()) {
        throw new IllegalArgumentException(address + " is no address of IPv4");
      }
    }

    @Override
    public String text() {
      return "set_field:" + address + "->" + place.field;
    }

    /** Which one. */
    public enum Place {
      ARP_SENDER("arp_spa"),
      ARP_TARGET("arp_tpa"),
      SOURCE("ip_src"),
      DESTINATION("ip_dst");

      private final String field;

      Place(String field) {
        this.field = field;
      }
    }
  }

  /** Do all that with a copy. */
  record Copy(List<Action> actions) implements Action {
    public Copy {
      actions = List.copyOf(actions);
    }

    @Override
    public String text() {
      return "clone(" + Action.text(actions) + ")";
    }
  }

  /** Several, as {@code ovs-ofctl} reads and prints them. */
  static String text(List<Action> actions) {
    return actions.isEmpty()
        ? "drop"
        : actions.stream().map(Action::text).collect(Collectors.joining(","));
  }
}
