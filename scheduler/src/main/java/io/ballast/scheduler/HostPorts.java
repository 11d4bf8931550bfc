package io.ballast.scheduler;

import io.ballast.messages.HostId;
import io.ballast.messages.Port;
import java.util.List;

/** The ports that a host keeps, as a scheduler writes them down for its next life. */
public record HostPorts(HostId host, List<Port> ports) {
  public HostPorts {
    ports = List.copyOf(ports);
  }
}
