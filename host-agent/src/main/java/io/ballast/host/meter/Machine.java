package io.ballast.host.meter;

import io.ballast.messages.Bytes;
import oshi.SystemInfo;
import oshi.hardware.CentralProcessor;
import oshi.hardware.HardwareAbstractionLayer;

/**
 * What the machine is, which does not change while it runs. Takes about half a second to find out,
 * so it is asked once.
 */
final class Machine {
  private Machine() {}

  /** One line for a person: processor, size, operating system. */
  static String describe() {
    SystemInfo system = new SystemInfo();
    HardwareAbstractionLayer hardware = system.getHardware();
    CentralProcessor processor = hardware.getProcessor();
    return "%s, %d processors, %s, %s"
        .formatted(
            processor.getProcessorIdentifier().getName().strip(),
            processor.getLogicalProcessorCount(),
            new Bytes(hardware.getMemory().getTotal()),
            system.getOperatingSystem());
  }
}
