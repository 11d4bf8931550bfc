package io.ballast.messages;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a host's network agent sees: its bridges with what is plugged into them, its links, and the
 * ports of virtual machines that it keeps.
 *
 * @param sampledAt when they were last seen, by the host's clock; absent until they first were,
 *     while nothing is known of them
 * @param problem for a person: why a look at them, or at some of the bridges alone, has failed
 *     since; absent if none has
 * @param ports that the agent keeps, sorted by card, at most {@value #MOST_PORTS}
 * @param lines networks outside that the host reaches; empty if it names none
 * @param bonds of its links
 * @param abilities what ports can have on this host; empty until the agent has found that out
 */
public record NetBeat(
    Pulse pulse,
    List<Bridge> bridges,
    List<Link> links,
    Optional<Instant> sampledAt,
    Optional<String> problem,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<PortStatus> ports,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Line> lines,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Bond> bonds,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Ability> abilities)
    implements Beat {
  /** Of so many ports a beat tells at most. */
  public static final int MOST_PORTS = 4_096;

  public NetBeat {
    Fields.required(pulse, "pulse");
    bridges = Fields.listOf(bridges, "bridges");
    links = Fields.listOf(links, "links");
    Fields.required(sampledAt, "sampledAt");
    Fields.required(problem, "problem");
    ports = Fields.listOrNone(ports, "ports");
    lines = Fields.listOrNone(lines, "lines");
    bonds = Fields.listOrNone(bonds, "bonds");
    abilities = Fields.listOrNone(abilities, "abilities");
    if (ports.size() > MOST_PORTS) {
      throw new IllegalArgumentException(
          "field 'ports' has " + ports.size() + " entries; it must have at most " + MOST_PORTS);
    }
  }

  /** A beat of an agent that keeps no ports. */
  public NetBeat(
      Pulse pulse,
      List<Bridge> bridges,
      List<Link> links,
      Optional<Instant> sampledAt,
      Optional<String> problem) {
    this(pulse, bridges, links, sampledAt, problem, List.of(), List.of(), List.of(), List.of());
  }

  /**
   * A virtual switch of the host and the names of the links plugged into it.
   *
   * @param uplinks those of {@code ports} that lead out of the host; no command changes them
   * @param ours whether it was made by a network agent, which may then remove it; absent where that
   *     is not told
   */
  public record Bridge(
      String name,
      Kind kind,
      List<String> ports,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> uplinks,
      Optional<Boolean> ours) {
    public Bridge {
      Fields.text(name, "name");
      Fields.required(kind, "kind");
      ports = Fields.listOf(ports, "ports");
      uplinks = Fields.listOrNone(uplinks, "uplinks");
      Fields.required(ours, "ours");
    }

    /** One of which no more is told. */
    public Bridge(String name, Kind kind, List<String> ports) {
      this(name, kind, ports, List.of(), Optional.empty());
    }

    /** Who switches. */
    public enum Kind {
      /** The kernel's own bridge. */
      LINUX,
      /** Open vSwitch. */
      OPEN_VSWITCH
    }
  }

  /**
   * A network interface of the host.
   *
   * @param up whether it carries traffic
   * @param mtu largest packet in bytes
   * @param megabitsPerSecond its speed; absent where the kernel does not know it
   * @param received in bytes per second since the last beat
   * @param sent in bytes per second since the last beat
   * @param trouble absent if the agent does not tell it
   */
  public record Link(
      String name,
      boolean up,
      int mtu,
      Optional<Integer> megabitsPerSecond,
      Bytes received,
      Bytes sent,
      Optional<Trouble> trouble) {
    public Link {
      Fields.text(name, "name");
      Fields.positive(mtu, "mtu");
      Fields.required(megabitsPerSecond, "megabitsPerSecond");
      Fields.required(received, "received");
      Fields.required(sent, "sent");
      Fields.required(trouble, "trouble");
    }

    /** One of whose trouble nothing is told. */
    public Link(
        String name,
        boolean up,
        int mtu,
        Optional<Integer> megabitsPerSecond,
        Bytes received,
        Bytes sent) {
      this(name, up, mtu, megabitsPerSecond, received, sent, Optional.empty());
    }

    /**
     * What went wrong on a link since it is there, each a number of packets, by the kernel's count.
     *
     * @param receiveErrors packets that came in damaged
     * @param sendErrors packets that could not be sent
     * @param receiveDrops packets that came in and were thrown away
     * @param sendDrops packets that were to be sent and were thrown away
     * @param carrierChanges how often the cable was found plugged or unplugged
     */
    public record Trouble(
        long receiveErrors,
        long sendErrors,
        long receiveDrops,
        long sendDrops,
        long carrierChanges) {
      public Trouble {
        Fields.count(receiveErrors, "receiveErrors");
        Fields.count(sendErrors, "sendErrors");
        Fields.count(receiveDrops, "receiveDrops");
        Fields.count(sendDrops, "sendDrops");
        Fields.count(carrierChanges, "carrierChanges");
      }
    }
  }

  /**
   * A network outside the host, which ports can belong to.
   *
   * @param bridge that leads there
   * @param networks whose addresses are its own; empty = not told
   * @param vlans that it carries; empty = any
   */
  public record Line(String name, String bridge, List<Cidr> networks, List<Span> vlans) {
    public Line {
      Fields.word(name, "name");
      Fields.link(bridge, "bridge");
      networks = Fields.listOf(networks, "networks");
      vlans = Fields.listOf(vlans, "vlans");
    }

    /** Whether it carries a VLAN. */
    public boolean carries(int tag) {
      return vlans.isEmpty() || vlans.stream().anyMatch(span -> span.has(tag));
    }

    /** VLANs from one to another, both included. */
    public record Span(int first, int last) {
      public Span {
        Vlan.checked(first, "first");
        if (Vlan.checked(last, "last") < first) {
          throw new IllegalArgumentException("field 'last' is less than 'first'");
        }
      }

      public boolean has(int tag) {
        return first <= tag && tag <= last;
      }

      /** For people: {@code 100-199}. */
      @Override
      public String toString() {
        return first == last ? Integer.toString(first) : first + "-" + last;
      }
    }
  }

  /**
   * Links that stand in for each other.
   *
   * @param mode how, in the words of who does it: {@code active-backup}, {@code balance-slb}
   */
  public record Bond(String name, String mode, List<Member> members) {
    public Bond {
      Fields.text(name, "name");
      Fields.text(mode, "mode");
      members = Fields.listOf(members, "members");
    }

    /**
     * A link of a bond.
     *
     * @param up whether it can be used
     * @param active whether it is
     */
    public record Member(String name, boolean up, boolean active) {
      public Member {
        Fields.text(name, "name");
      }
    }
  }

  /** What ports can have on a host. */
  public enum Ability {
    /** Ports on bridges of Open vSwitch, with VLANs and flows. */
    OPEN_VSWITCH,
    /** There, a limit from the guest by a meter. */
    OPEN_VSWITCH_METER,
    /** There, a limit to the guest by a queue of the kernel's. */
    OPEN_VSWITCH_QUEUE,
    /** Ports on the kernel's bridges. */
    LINUX_BRIDGE,
    /** There, anti-spoof and public addresses. */
    LINUX_FILTER,
    /** There, VLANs. */
    LINUX_VLAN,
    /** There, a limit to the guest. */
    LINUX_LIMIT_IN,
    /** There, a limit from the guest. */
    LINUX_LIMIT_OUT
  }
}
