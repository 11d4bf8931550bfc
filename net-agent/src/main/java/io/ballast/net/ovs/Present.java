package io.ballast.net.ovs;

import io.ballast.messages.Mac;
import io.ballast.messages.RateLimit;
import io.ballast.messages.Vlan;
import io.ballast.net.flow.Dump;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** What an Open vSwitch has at one moment: what its database tells, flows of ours, and meters. */
public record Present(List<Bridge> bridges, List<Shaping> shapings, List<Queue> queues) {
  /** The key of the mark that all of ours bears in {@code external_ids}. */
  public static final String MARK = "ballast";

  /** Set on a port that was not on the switch before. */
  public static final String PLUGGED = "ballast-plugged";

  /** Set on a port whose largest packet is set by us. */
  public static final String SIZED = "ballast-mtu";

  /** Set on a port whose policing is set by us. */
  public static final String POLICED = "ballast-policing";

  public Present {
    bridges = List.copyOf(bridges);
    shapings = List.copyOf(shapings);
    queues = List.copyOf(queues);
  }

  /** The bridge of a name. */
  public Optional<Bridge> bridge(String name) {
    return bridges.stream().filter(each -> each.name().equals(name)).findFirst();
  }

  /** The bridge on which a port of that name is. */
  public Optional<Bridge> bridgeOf(String port) {
    return bridges.stream().filter(each -> each.plugged(port).isPresent()).findFirst();
  }

  Optional<Shaping> shaping(String uuid) {
    return shapings.stream().filter(each -> each.uuid().equals(uuid)).findFirst();
  }

  Optional<Queue> queue(String uuid) {
    return queues.stream().filter(each -> each.uuid().equals(uuid)).findFirst();
  }

  /** The card whose mark some {@code external_ids} bear. */
  static Optional<Mac> card(Map<String, String> marks) {
    try {
      return Optional.ofNullable(marks.get(MARK)).map(Mac::new);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /**
   * A bridge.
   *
   * @param problem for a person: why it does not answer; absent if it does
   * @param metering whether it has meters
   * @param flows those that bear our cookie
   * @param meters by number
   */
  public record Bridge(
      String uuid,
      String name,
      String datapath,
      Map<String, String> marks,
      List<Plugged> ports,
      Optional<String> problem,
      boolean metering,
      List<Dump> flows,
      SortedMap<Integer, Meter> meters) {
    public Bridge {
      marks = Map.copyOf(marks);
      ports = List.copyOf(ports);
      flows = List.copyOf(flows);
      meters = new TreeMap<>(meters);
    }

    /** Whether it bears our mark. */
    public boolean isOurs() {
      return marks.containsKey(MARK);
    }

    /** The port of a name. */
    public Optional<Plugged> plugged(String port) {
      return ports.stream().filter(each -> each.name().equals(port)).findFirst();
    }

    /** The same, as it answered. */
    public Bridge answering(
        boolean withMeters, List<Dump> told, SortedMap<Integer, Meter> present) {
      return new Bridge(
          uuid, name, datapath, marks, ports, Optional.empty(), withMeters, told, present);
    }

    /** The same, which does not answer. */
    public Bridge silent(String why) {
      return new Bridge(
          uuid, name, datapath, marks, ports, Optional.of(why), false, List.of(), new TreeMap<>());
    }
  }

  /**
   * A port of a bridge: a link, or several that are bonded.
   *
   * @param shaping the row that limits what is sent to it
   */
  public record Plugged(
      String uuid,
      String name,
      Tags tags,
      Optional<String> shaping,
      Map<String, String> marks,
      List<Wire> wires) {
    public Plugged {
      marks = Map.copyOf(marks);
      wires = List.copyOf(wires);
    }

    /** Its only link, if it has no more. */
    public Optional<Wire> wire() {
      return wires.size() == 1 ? Optional.of(wires.getFirst()) : Optional.empty();
    }

    /** The card for which it was set up by us. */
    public Optional<Mac> card() {
      return Present.card(marks);
    }
  }

  /**
   * A link of a port.
   *
   * @param number by which flows name it; absent while it has none
   * @param error for a person: why the switch can't use it
   */
  public record Wire(
      String uuid,
      String name,
      String type,
      Optional<Integer> number,
      Optional<String> error,
      Optional<Integer> askedMtu,
      Optional<Integer> mtu,
      RawLimit policing) {}

  /** A limit as it is set, which may be none or make no sense. */
  public record RawLimit(long rate, long burst) {
    public static final RawLimit NONE = new RawLimit(0, 0);

    public static RawLimit of(RateLimit limit) {
      return new RawLimit(limit.kilobitsPerSecond(), limit.kilobits());
    }
  }

  /** Which VLANs a port takes part in. */
  public record Tags(Optional<Integer> tag, List<Integer> trunks, Optional<String> mode) {
    private static final String ACCESS = "access";
    private static final String TRUNK = "trunk";

    public Tags {
      trunks = trunks.stream().sorted().toList();
    }

    /** Of a port that is wanted so; in none is what the switch calls 0. */
    public static Tags of(Optional<Vlan> vlan) {
      return vlan.map(
              each ->
                  switch (each) {
                    case Vlan.Access access -> access(access.tag());
                    case Vlan.Trunk trunk ->
                        new Tags(Optional.empty(), trunk.tags(), Optional.of(TRUNK));
                  })
          .orElse(access(0));
    }

    private static Tags access(int tag) {
      return new Tags(Optional.of(tag), List.of(), Optional.of(ACCESS));
    }

    private String meant() {
      return mode.orElse(tag.isPresent() ? ACCESS : TRUNK);
    }

    /** Whether both mean the same for every packet. */
    public boolean meansAs(Tags other) {
      return meant().equals(other.meant())
          && (meant().equals(TRUNK) || tag.equals(other.tag))
          && (meant().equals(ACCESS) || trunks.equals(other.trunks));
    }

    /** The one VLAN of which it sees no tag; 0 is none. */
    public Optional<Integer> only() {
      return meant().equals(ACCESS) ? tag : Optional.empty();
    }

    /** Whether packets of a VLAN come from it with their tag. */
    public boolean carries(int vlan) {
      return !meant().equals(ACCESS) && (trunks.isEmpty() || trunks.contains(vlan));
    }

    @Override
    public String toString() {
      return only()
          .map(each -> each == 0 ? "none" : each.toString())
          .orElse(trunks.isEmpty() ? "all" : meant() + " " + trunks);
    }
  }

  /** A row that limits what is sent to a port, called QoS there. */
  public record Shaping(
      String uuid,
      String type,
      Map<String, String> settings,
      Map<Integer, String> queues,
      Map<String, String> marks) {
    public Shaping {
      settings = Map.copyOf(settings);
      queues = Map.copyOf(queues);
      marks = Map.copyOf(marks);
    }

    /** Whether it bears our mark. */
    public boolean isOurs() {
      return marks.containsKey(MARK);
    }
  }

  /** A queue of such a row. */
  public record Queue(String uuid, Map<String, String> settings, Map<String, String> marks) {
    public Queue {
      settings = Map.copyOf(settings);
      marks = Map.copyOf(marks);
    }

    /** Whether it bears our mark. */
    public boolean isOurs() {
      return marks.containsKey(MARK);
    }
  }

  /**
   * A meter of a bridge.
   *
   * @param limit absent where it is of another kind than ours
   */
  public record Meter(Optional<RawLimit> limit) {}
}
