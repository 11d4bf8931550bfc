package io.ballast.host.trade;

import io.ballast.messages.Bytes;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import java.time.Duration;

/**
 * A domain with its counters, which only ever grow while it runs.
 *
 * @param cpuTime host CPU time that it has used since it started here
 * @param memory the most that the guest may take, whatever its balloon leaves it now
 * @param resident what it holds of the host's memory
 */
public record Domain(
    VmId id,
    String name,
    VmState state,
    int vcpus,
    Duration cpuTime,
    Bytes memory,
    Bytes resident,
    Counters counters) {

  /** Bytes that went through a domain's devices since it started here. */
  public record Counters(Bytes read, Bytes written, Bytes received, Bytes sent) {
    public static final Counters ZERO =
        new Counters(Bytes.ZERO, Bytes.ZERO, Bytes.ZERO, Bytes.ZERO);
  }
}
