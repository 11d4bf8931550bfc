package io.ballast.ops.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ballast.messages.Bytes;
import io.ballast.messages.DiskLimits;
import io.ballast.messages.Reply;
import io.ballast.messages.StorageCommand;
import io.ballast.messages.VmDisk;
import io.ballast.messages.Volume;
import io.ballast.ops.screen.Ink;
import io.ballast.ops.screen.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi.Text;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists the disks of a virtual machine. */
@Command(
    name = "disks",
    mixinStandardHelpOptions = true,
    description = "List the disks that a VM may write to, what they lie on, and their limits.",
    footer = {"", "Examples:", "  ballast vm disks web1"})
public final class VmDisksCommand implements Callable<Integer> {
  private final Shell shell;

  @Parameters(paramLabel = "VM", description = "Name or UUID of the VM.")
  private String name = "";

  @Option(
      names = "--host",
      paramLabel = "HOST",
      description = "Where it is, if several hosts know it.")
  private @org.jspecify.annotations.Nullable String host;

  @Option(names = "--json", description = "Print {host, vm, disks} as JSON.")
  private boolean json;

  @Mixin private FleetOptions options;

  public VmDisksCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    try (FleetConnection connection = FleetConnection.open(shell, options)) {
      Directory.Place place = new Directory(connection.fleet()).vm(name, Optional.ofNullable(host));
      Reply.DisksInspected seen =
          connection.askLooking(place.on(), new StorageCommand.InspectDisks(place.vm().id()));
      Console console = shell.console();
      if (json) {
        ObjectNode shown =
            Json.trees()
                .createObjectNode()
                .put("host", place.on().value())
                .put("vm", place.vm().name());
        shown.setAll((ObjectNode) Json.of(seen));
        console.print(Json.pretty(shown));
      } else if (seen.disks().isEmpty()) {
        console.print("no disks of " + place.vm().name() + " on " + place.on());
      } else {
        console.print(table(seen.disks(), console).lines(console.width()));
      }
      return ExitCode.OK.value();
    }
  }

  private static Table table(List<VmDisk> disks, Console console) {
    Ink ink = console.ink();
    Table table =
        new Table(
            ink,
            Table.Column.words("DISK"),
            Table.Column.words("LIES ON"),
            Table.Column.numbers("SIZE"),
            Table.Column.numbers("USED"),
            Table.Column.words("LIMITS"));
    for (VmDisk disk : disks) {
      Optional<Volume> volume = disk.volume();
      table.row(
          ink.strong(disk.target()),
          ink.text(volume.map(it -> it.id().toString()).orElse(disk.source())),
          size(ink, volume.map(Volume::capacity)),
          size(ink, volume.map(Volume::allocated)),
          ink.text(disk.limits().map(VmDisksCommand::words).orElse("-")));
    }
    return table;
  }

  private static Text size(Ink ink, Optional<Bytes> size) {
    return ink.text(size.map(Bytes::toString).orElse("-"));
  }

  private static String words(DiskLimits limits) {
    List<String> words = new ArrayList<>();
    limits.bytes().ifPresent(most -> words.add(most + "/s"));
    limits.readBytes().ifPresent(most -> words.add("reads " + most + "/s"));
    limits.writeBytes().ifPresent(most -> words.add("writes " + most + "/s"));
    limits.requests().ifPresent(most -> words.add(most + " requests/s"));
    limits.readRequests().ifPresent(most -> words.add(most + " reads/s"));
    limits.writeRequests().ifPresent(most -> words.add(most + " writes/s"));
    return String.join(", ", words);
  }
}
