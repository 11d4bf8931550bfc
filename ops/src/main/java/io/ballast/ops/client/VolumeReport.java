package io.ballast.ops.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ballast.messages.Reply;
import io.ballast.messages.StorageCommand;
import io.ballast.messages.VolumeId;
import java.util.function.Supplier;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A volume that is looked at from end to end, and in which form what was found is printed. */
final class VolumeReport {
  @Mixin private VolumeTarget target = new VolumeTarget();

  @Option(
      names = "--json",
      description = "Print {host, volume, report} as JSON; what is wrong stays a failure.")
  private boolean json;

  /** The volume, which picocli has filled in. */
  VolumeId volume() {
    return target.volume();
  }

  /**
   * Has it looked at, and prints what was found.
   *
   * @param doing for a person: "checking"
   * @param done likewise: "checked"
   */
  int print(
      Shell shell,
      String doing,
      String done,
      Supplier<? extends StorageCommand<Reply.Accepted>> order) {
    AgentWork.Carried carried =
        AgentWork.carryOut(shell, target.options, volume().pool(), order, doing + " " + volume());
    if (json) {
      ObjectNode found =
          Json.trees()
              .createObjectNode()
              .put("host", carried.host().value())
              .put("volume", volume().toString())
              .put("report", carried.report().orElse(""));
      shell.console().print(Json.pretty(found));
    } else {
      shell.console().print(done + " " + volume() + carried.words());
    }
    return ExitCode.OK.value();
  }
}
