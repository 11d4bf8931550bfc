package io.ballast.messages;

import java.util.List;
import java.util.Optional;

/** What a host's network agent can be asked. */
public sealed interface NetCommand<R extends Reply> extends Command<R>
    permits NetCommand.InspectNet,
        NetCommand.InspectOperation,
        NetCommand.InspectPort,
        NetCommand.ListPorts,
        NetCommand.PreparePorts,
        NetCommand.ListNetworks,
        NetOrder {
  /** Tell what the next beat would tell. */
  record InspectNet() implements NetCommand<Reply.NetInspected> {}

  /** Tell how it stands with an operation, for as long as the agent remembers it. */
  record InspectOperation(OperationId operation) implements NetCommand<Reply.OperationInspected> {
    public InspectOperation {
      Fields.required(operation, "operation");
    }
  }

  /** Look at a port and at what is there of it now. */
  record InspectPort(Mac card) implements NetCommand<Reply.PortInspected> {
    public InspectPort {
      Fields.required(card, "card");
    }
  }

  /**
   * Look at ports, and at what is there of them now.
   *
   * @param vm whose cards; absent = of any
   * @param bridge into which they are plugged; absent = any
   * @param vlan in which they take part; absent = any or none
   */
  record ListPorts(Optional<VmId> vm, Optional<String> bridge, Optional<Integer> vlan)
      implements NetCommand<Reply.PortsListed> {
    public ListPorts {
      Fields.required(vm, "vm");
      Fields.required(bridge, "bridge").ifPresent(name -> Fields.link(name, "bridge"));
      Fields.required(vlan, "vlan").ifPresent(tag -> Vlan.checked(tag, "vlan"));
    }

    /** Whether it asks for this one, too. */
    public boolean means(Port port) {
      return vm.map(port.vm()::equals).orElse(true)
          && bridge.map(port.bridge()::equals).orElse(true)
          && vlan.map(tag -> port.vlan().filter(it -> it.tags().contains(tag)).isPresent())
              .orElse(true);
    }
  }

  /**
   * Have ports for cards that are about to come, with their virtual machine, from another host; all
   * or none. Whoever asks for it has them unplugged where the machine does not come to run. Carried
   * out again it changes nothing more.
   *
   * @param move for which they are, which the answer names
   * @param ports 1 to 64, each as it is kept where the machine runs
   */
  record PreparePorts(OperationId move, List<Port> ports) implements NetCommand<Reply.Accepted> {
    private static final int MOST = 64;

    public PreparePorts {
      Fields.required(move, "move");
      ports = Fields.listOf(ports, "ports");
      if (ports.isEmpty() || ports.size() > MOST) {
        throw new IllegalArgumentException(
            "field 'ports' has %d entries; it must have 1 to %d".formatted(ports.size(), MOST));
      }
    }
  }

  /** Look at the networks of the host's libvirt. */
  record ListNetworks() implements NetCommand<Reply.NetworksListed> {}
}
