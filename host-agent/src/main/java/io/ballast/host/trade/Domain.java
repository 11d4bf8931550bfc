package io.ballast.host.trade;

import io.ballast.messages.Bytes;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import java.time.Duration;

/**
 * A domain with its counters, which only ever grow while it runs.
 *
 * @param name for people; its UUID where it has none that can be seen
 * @param cpuTime host CPU time that it has used since it started here
 * @param memory the most that the guest may take, whatever its balloon leaves it now
 * @param resident what it holds of the host's memory
 * @param residentTold whether the hypervisor told that; where it never did, what the guest was
 *     given stands for it
 * @param hugePages whether its memory comes from the host's huge pages; said only of a domain whose
 *     description was looked at
 */
public record Domain(
    VmId id,
    String name,
    VmState state,
    int vcpus,
    Duration cpuTime,
    Bytes memory,
    Bytes resident,
    boolean residentTold,
    Counters counters,
    boolean hugePages) {
  public Domain {
    name = name.codePoints().anyMatch(Domain::isVisible) ? name : id.toString();
  }

  private static boolean isVisible(int character) {
    return switch (Character.getType(character)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SPACE_SEPARATOR,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }

  /** The same domain now that its description was looked at. */
  public Domain as(DomainXml description) {
    return new Domain(
        id,
        name,
        state,
        vcpus,
        cpuTime,
        memory,
        resident,
        residentTold,
        counters,
        description.hugePages());
  }

  /** Bytes that went through a domain's devices since it started here. */
  public record Counters(Bytes read, Bytes written, Bytes received, Bytes sent) {
    public static final Counters ZERO =
        new Counters(Bytes.ZERO, Bytes.ZERO, Bytes.ZERO, Bytes.ZERO);
  }
}
