package io.ballast.ops.client;

import io.ballast.messages.Fleet;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which virtual machine a command is about, and how long to wait for its end. */
final class VmTarget {
  @Parameters(index = "0", paramLabel = "VM", description = "Name or UUID of the VM.")
  String name = "";

  @Option(
      names = "--wait",
      paramLabel = "TIME",
      defaultValue = "2m",
      converter = FleetOptions.PositiveDuration.class,
      description = "How long to wait for the end of the work (default: ${DEFAULT-VALUE}).")
  Duration patience = Duration.ofMinutes(2);

  @Option(
      names = "--host",
      paramLabel = "HOST",
      description = "Where it is, if several hosts know it.")
  @Nullable String host;

  @Mixin FleetOptions options = new FleetOptions();

  /** The virtual machine in a fleet. */
  Directory.Place in(Fleet fleet) {
    return new Directory(fleet).vm(name, Optional.ofNullable(host));
  }
}
