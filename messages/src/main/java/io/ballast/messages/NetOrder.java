package io.ballast.messages;

import java.util.Optional;

/**
 * Work on the network of a host. It is answered by {@link Reply.Accepted} or refused at once; then
 * it ends in exactly one {@link Event.WorkFinished}, whose operation is the command's message id
 * and whose object is {@link #object}.
 */
public sealed interface NetOrder extends NetCommand<Reply.Accepted>
    permits NetOrder.CreateBridge,
        NetOrder.DeleteBridge,
        NetOrder.PlugPort,
        NetOrder.ChangePort,
        NetOrder.UnplugPort,
        NetOrder.RepairPorts,
        NetworkOrder {
  /** What it works on, for people: {@code port 52:54:00:12:34:56}, {@code bridge br0}. */
  String object();

  /**
   * Make a bridge; one of that name, kind and datapath that is ours may be there already.
   *
   * @param datapath of Open vSwitch; absent = {@code SYSTEM}
   */
  record CreateBridge(String bridge, NetBeat.Bridge.Kind kind, Optional<Datapath> datapath)
      implements NetOrder {
    public CreateBridge {
      Fields.link(bridge, "bridge");
      Fields.required(kind, "kind");
      if (Fields.required(datapath, "datapath").isPresent()
          && kind != NetBeat.Bridge.Kind.OPEN_VSWITCH) {
        throw new IllegalArgumentException(
            "field 'datapath' is for Open vSwitch only; leave it out");
      }
    }

    @Override
    public String object() {
      return "bridge " + bridge;
    }

    /** What moves the packets of a bridge of Open vSwitch. */
    public enum Datapath {
      /** A module of the kernel. */
      SYSTEM,
      /** Open vSwitch's own process. */
      NETDEV
    }
  }

  /** Remove a bridge that is ours and into which nothing is plugged; succeeds if there is none. */
  record DeleteBridge(String bridge) implements NetOrder {
    public DeleteBridge {
      Fields.link(bridge, "bridge");
    }

    @Override
    public String object() {
      return "bridge " + bridge;
    }
  }

  /** Have a port, in place of the one of its card if there is one; at once if the card is there. */
  record PlugPort(Port port) implements NetOrder {
    public PlugPort {
      Fields.required(port, "port");
    }

    @Override
    public String object() {
      return Port.object(port.card());
    }
  }

  /** Have something different in a port. */
  record ChangePort(Mac card, PortChange change) implements NetOrder {
    public ChangePort {
      Fields.required(card, "card");
      Fields.required(change, "change");
    }

    @Override
    public String object() {
      return Port.object(card);
    }
  }

  /**
   * Forget a port, undo all that was made for it, and take its card off its bridge; succeeds if
   * there is none.
   */
  record UnplugPort(Mac card) implements NetOrder {
    public UnplugPort {
      Fields.required(card, "card");
    }

    @Override
    public String object() {
      return Port.object(card);
    }
  }

  /** Look at all ports now, and repair what differs. */
  record RepairPorts() implements NetOrder {
    @Override
    public String object() {
      return "ports";
    }
  }
}
