package io.ballast.ops.client;

import io.ballast.messages.Fleet;
import io.ballast.messages.HostCommand;
import io.ballast.messages.HostId;
import io.ballast.messages.Reply;
import io.ballast.messages.Vm;
import io.ballast.messages.VmId;
import io.ballast.ops.config.ConfigException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes a virtual machine known to a host. */
@Command(
    name = "define",
    mixinStandardHelpOptions = true,
    description = "Make a VM known to a host, or replace its description there.",
    footer = {
      "",
      "The file is libvirt's domain XML and must contain a <uuid>, in UTF-8 or in the encoding",
      "that it declares. It may use only what the host's agent allows to domains (agent.domains",
      "in its configuration). A VM that runs goes on with its old description until it is stopped",
      "and started.",
      "",
      "Examples:",
      "  ballast vm define web1.xml --host h1",
      "  virsh dumpxml web1 | ballast vm define - --host h1"
    })
public final class VmDefineCommand implements Callable<Integer> {
  private final Shell shell;

  @Parameters(paramLabel = "FILE", description = "Domain XML, or - for standard input.")
  private Path file = Path.of("-");

  @Option(names = "--host", paramLabel = "HOST", required = true, description = "Where.")
  private String host = "";

  @Option(
      names = "--wait",
      paramLabel = "TIME",
      defaultValue = "2m",
      converter = FleetOptions.PositiveDuration.class,
      description = "How long to wait for the end of the work (default: ${DEFAULT-VALUE}).")
  private Duration patience = Duration.ofMinutes(2);

  @Mixin private FleetOptions options;

  public VmDefineCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    String xml = read();
    try (FleetConnection connection = FleetConnection.open(shell, options)) {
      Fleet fleet = connection.fleet();
      HostId on = new Directory(fleet).host(host);
      new Caution(connection, fleet).work(on);
      VmId vm =
          new HostWork(connection, shell.console())
              .run(on, new HostCommand.Define(xml), "defining " + file + " on " + on, patience)
              .vm();
      Reply.VmInspected now = connection.askHost(on, new HostCommand.InspectVm(vm));
      String name = now.vm().map(Vm::name).orElse("a VM that is gone again");
      shell.console().print("defined " + name + " on " + on + " as " + vm);
      return ExitCode.OK.value();
    }
  }

  private String read() {
    try {
      return new DomainFile(file).read();
    } catch (IOException e) {
      throw ConfigException.unreadable("file", file, e);
    }
  }
}
