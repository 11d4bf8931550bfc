package io.ballast.ops;

import io.ballast.ops.client.AlertsCommand;
import io.ballast.ops.client.CancelCommand;
import io.ballast.ops.client.CommandFailure;
import io.ballast.ops.client.Console;
import io.ballast.ops.client.DeadLettersCommand;
import io.ballast.ops.client.ExitCode;
import io.ballast.ops.client.HostForgetCommand;
import io.ballast.ops.client.HostGroup;
import io.ballast.ops.client.HostsCommand;
import io.ballast.ops.client.ImageCommand;
import io.ballast.ops.client.LabCommand;
import io.ballast.ops.client.MigrateCommand;
import io.ballast.ops.client.MoveGroup;
import io.ballast.ops.client.MoveSetCommand;
import io.ballast.ops.client.MoveSettleCommand;
import io.ballast.ops.client.MoveShowCommand;
import io.ballast.ops.client.NetBridgesCommand;
import io.ballast.ops.client.NetCommand;
import io.ballast.ops.client.NetNetworksCommand;
import io.ballast.ops.client.NetPortsCommand;
import io.ballast.ops.client.OperationCommand;
import io.ballast.ops.client.PlanCommand;
import io.ballast.ops.client.PoolCommand;
import io.ballast.ops.client.PoolListCommand;
import io.ballast.ops.client.PoolShowCommand;
import io.ballast.ops.client.PoolTrashCommand;
import io.ballast.ops.client.Shell;
import io.ballast.ops.client.SnapshotCommand;
import io.ballast.ops.client.VmAttachDiskCommand;
import io.ballast.ops.client.VmCommand;
import io.ballast.ops.client.VmDefineCommand;
import io.ballast.ops.client.VmDeleteSnapshotCommand;
import io.ballast.ops.client.VmDetachDiskCommand;
import io.ballast.ops.client.VmDisksCommand;
import io.ballast.ops.client.VmLimitDiskCommand;
import io.ballast.ops.client.VmMoveDiskCommand;
import io.ballast.ops.client.VmRevertCommand;
import io.ballast.ops.client.VmShowCommand;
import io.ballast.ops.client.VmSnapshotCommand;
import io.ballast.ops.client.VmSnapshotsCommand;
import io.ballast.ops.client.VmsCommand;
import io.ballast.ops.client.VolumeCancelCommand;
import io.ballast.ops.client.VolumeCheckCommand;
import io.ballast.ops.client.VolumeCommand;
import io.ballast.ops.client.VolumeCompareCommand;
import io.ballast.ops.client.VolumeExportDiffCommand;
import io.ballast.ops.client.VolumeFreeCommand;
import io.ballast.ops.client.VolumeListCommand;
import io.ballast.ops.client.VolumeMeasureCommand;
import io.ballast.ops.client.VolumeRestoreCommand;
import io.ballast.ops.client.VolumeShowCommand;
import io.ballast.ops.client.VolumeSnapshotsCommand;
import io.ballast.ops.client.VolumeTrashCommand;
import io.ballast.ops.client.WatchCommand;
import io.ballast.ops.config.ConfigException;
import io.ballast.ops.demo.DemoCommand;
import io.ballast.ops.process.AgentCommand;
import io.ballast.ops.process.SchedulerCommand;
import io.ballast.ops.process.SimulatedHostsCommand;
import io.ballast.ops.snapshot.SnapshotException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line of Ballast. */
@Command(
    name = "ballast",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    description = "Keeps a fleet of KVM hosts in balance and under watch.",
    footerHeading = "%n",
    footer = {
      "Commands talk to the fleet over its bus. They find it by --broker and",
      "--credentials, or by the configuration file: --config, $BALLAST_CONFIG,",
      "/etc/ballast/ballast.yaml, whichever is there first.",
      "",
      "Examples:",
      "  ballast watch                  the whole fleet, refreshed in place",
      "  ballast plan                   what would be moved now, and why",
      "  ballast migrate web1 h2        move a VM and follow it",
      "  ballast help migrate           everything about one command"
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:done",
      "1:refused or failed; nothing was changed unless the message says so",
      "2:wrong command, option, file or configuration",
      "3:the bus can't be reached",
      "4:nobody answered, or no end was heard of"
    })
public final class Ballast implements Runnable {
  /** Columns of help; no line of a footer is longer, so that none is broken in two. */
  private static final int HELP_WIDTH = 100;

  @Spec private CommandSpec spec;

  private Ballast() {}

  /** Runs one command and exits with its code. */
  public static void main(String[] args) {
    System.exit(
        run(
            new Shell(Console.ofProcess(System.getenv()), new RabbitConnector(), System.getenv()),
            args));
  }

  /** Runs one command and gives its exit code. */
  static int run(Shell shell, String... args) {
    CommandLine line =
        new CommandLine(new Ballast())
            .addSubcommand(new HostsCommand(shell))
            .addSubcommand(
                new CommandLine(new HostGroup()).addSubcommand(new HostForgetCommand(shell)))
            .addSubcommand(new VmsCommand(shell))
            .addSubcommand(
                new CommandLine(new VmCommand(shell))
                    .addSubcommand(new VmDefineCommand(shell))
                    .addSubcommand(new VmShowCommand(shell))
                    .addSubcommand(new VmSnapshotCommand(shell))
                    .addSubcommand(new VmSnapshotsCommand(shell))
                    .addSubcommand(new VmRevertCommand(shell))
                    .addSubcommand(new VmDeleteSnapshotCommand(shell))
                    .addSubcommand(new VmDisksCommand(shell))
                    .addSubcommand(new VmAttachDiskCommand(shell))
                    .addSubcommand(new VmDetachDiskCommand(shell))
                    .addSubcommand(new VmLimitDiskCommand(shell))
                    .addSubcommand(new VmMoveDiskCommand(shell)))
            .addSubcommand(
                new CommandLine(new VolumeCommand(shell))
                    .addSubcommand(new VolumeListCommand(shell))
                    .addSubcommand(new VolumeShowCommand(shell))
                    .addSubcommand(new VolumeSnapshotsCommand(shell))
                    .addSubcommand(new VolumeFreeCommand(shell))
                    .addSubcommand(new VolumeCancelCommand(shell))
                    .addSubcommand(new VolumeCheckCommand(shell))
                    .addSubcommand(new VolumeCompareCommand(shell))
                    .addSubcommand(new VolumeMeasureCommand(shell))
                    .addSubcommand(new VolumeExportDiffCommand(shell))
                    .addSubcommand(new VolumeTrashCommand(shell))
                    .addSubcommand(new VolumeRestoreCommand(shell)))
            .addSubcommand(new ImageCommand(shell))
            .addSubcommand(
                new CommandLine(new PoolCommand(shell))
                    .addSubcommand(new PoolListCommand(shell))
                    .addSubcommand(new PoolShowCommand(shell))
                    .addSubcommand(new PoolTrashCommand(shell)))
            .addSubcommand(
                new CommandLine(new NetCommand(shell))
                    .addSubcommand(new NetPortsCommand(shell))
                    .addSubcommand(new NetBridgesCommand(shell))
                    .addSubcommand(new NetNetworksCommand(shell)))
            .addSubcommand(new MigrateCommand(shell))
            .addSubcommand(new CancelCommand(shell))
            .addSubcommand(
                new CommandLine(new MoveGroup())
                    .addSubcommand(new MoveShowCommand(shell))
                    .addSubcommand(new MoveSetCommand(shell))
                    .addSubcommand(new MoveSettleCommand(shell)))
            .addSubcommand(new OperationCommand(shell))
            .addSubcommand(new PlanCommand(shell))
            .addSubcommand(new SnapshotCommand(shell))
            .addSubcommand(new AlertsCommand(shell))
            .addSubcommand(new WatchCommand(shell))
            .addSubcommand(new DeadLettersCommand(shell))
            .addSubcommand(new AgentCommand(shell.environment()))
            .addSubcommand(new SchedulerCommand(shell.environment()))
            .addSubcommand(new SimulatedHostsCommand(shell.environment()))
            .addSubcommand(new LabCommand())
            .addSubcommand(new DemoCommand())
            .addSubcommand(new CommandLine.HelpCommand());
    return line.setOut(writer(shell.console().out()))
        .setErr(writer(shell.console().err()))
        .setColorScheme(
            CommandLine.Help.defaultColorScheme(
                CommandLine.Help.Ansi.valueOf(shell.console().ink().colours())))
        .setUsageHelpWidth(HELP_WIDTH)
        .setAbbreviatedOptionsAllowed(false)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionStrategy(Ballast::ran)
        .setParameterExceptionHandler(Ballast::wrongUsage)
        .setExecutionExceptionHandler(Ballast::failed)
        .execute(args);
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "say what to do");
  }

  /** Runs what was parsed; asking for help does not make a command of what is none. */
  private static int ran(ParseResult parsed) {
    ParseResult last = parsed;
    while (last.hasSubcommand()) {
      last = last.subcommand();
    }
    if (!last.unmatched().isEmpty()) {
      throw new UnmatchedArgumentException(last.commandSpec().commandLine(), last.unmatched());
    }
    return new CommandLine.RunLast().execute(parsed);
  }

  private static int wrongUsage(ParameterException wrong, String[] args) {
    CommandLine line = wrong.getCommandLine();
    PrintWriter err = line.getErr();
    String why =
        noCommand(wrong).orElseGet(() -> lowered(wrong.getMessage()) + noOption(wrong, args));
    err.println("ballast: " + CommandFailure.printable(why));
    UnmatchedArgumentException.printSuggestions(wrong, err);
    err.println("'" + line.getCommandSpec().qualifiedName() + " --help' tells more");
    return ExitCode.USAGE.value();
  }

  /** A word where a command was expected. */
  private static Optional<String> noCommand(ParameterException wrong) {
    return wrong instanceof UnmatchedArgumentException unmatched
            && !unmatched.isUnknownOption()
            && !wrong.getCommandLine().getSubcommands().isEmpty()
        ? Optional.of("there is no command '" + unmatched.getUnmatched().getFirst() + "'")
        : Optional.empty();
  }

  /** Where a word is missing: one that begins like an option and may have been meant. */
  private static String noOption(ParameterException wrong, String[] args) {
    return wrong instanceof MissingParameterException
        ? Stream.of(args)
            .takeWhile(arg -> !arg.equals("--"))
            .filter(arg -> arg.length() > 1 && arg.startsWith("-"))
            .filter(arg -> isNone(wrong.getCommandLine().getCommandSpec(), arg))
            .findFirst()
            .map(arg -> "; there is no option '" + arg + "', and what is none stands behind a --")
            .orElse("")
        : "";
  }

  private static boolean isNone(CommandSpec command, String arg) {
    return command.findOption(arg.replaceFirst("=.*", "")) == null;
  }

  private static int failed(Exception exception, CommandLine line, ParseResult parsed) {
    boolean verbose = parsed.hasMatchedOption("--verbose") || verbose(parsed);
    PrintWriter err = line.getErr();
    if (exception instanceof CommandFailure failure) {
      err.println("ballast: " + failure.line());
      trace(exception, verbose, err);
      return failure.code().value();
    }
    if (exception instanceof ConfigException || exception instanceof SnapshotException) {
      err.println("ballast: " + exception.getMessage());
      return ExitCode.USAGE.value();
    }
    err.println("ballast: a defect of this command: " + exception + " (--verbose tells where)");
    trace(exception, verbose, err);
    return ExitCode.REFUSED.value();
  }

  private static void trace(Exception exception, boolean verbose, PrintWriter err) {
    if (verbose) {
      exception.printStackTrace(err);
    }
  }

  private static boolean verbose(ParseResult parsed) {
    return parsed.hasSubcommand()
        && (parsed.subcommand().hasMatchedOption("--verbose") || verbose(parsed.subcommand()));
  }

  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(stream, true, stream.charset());
  }

  private static String lowered(@Nullable String text) {
    String message = String.valueOf(text);
    return message.isEmpty()
        ? message
        : Character.toLowerCase(message.charAt(0)) + message.substring(1);
  }
}
