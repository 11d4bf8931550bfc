package io.ballast.ops.client;

import io.ballast.messages.VolumeOrder;
import io.ballast.ops.config.Amount;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Puts a volume into the trash of its pool. */
@Command(
    name = "trash",
    mixinStandardHelpOptions = true,
    description = "Put a disk that nothing uses into the trash of its pool, for a while.",
    footer = {
      "",
      "In pools of Ceph only. The disk is gone from the pool and keeps its room; until the time is",
      "over nobody can remove it from the trash by mistake. 'ballast pool trash' lists what lies",
      "there, 'ballast volume restore' brings it back. Ceph's administrator empties the trash.",
      "",
      "Examples:",
      "  ballast volume trash vms/web1",
      "  ballast volume trash vms/web1 --keep 30d"
    })
public final class VolumeTrashCommand implements Callable<Integer> {
  private final Shell shell;

  @Mixin private VolumeTarget target;

  @Option(
      names = "--keep",
      paramLabel = "TIME",
      converter = Keeping.class,
      defaultValue = "7d",
      description = "How long at least it is kept (default: ${DEFAULT-VALUE}).")
  private Duration keep = Duration.ofDays(7);

  public VolumeTrashCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    AgentWork.Carried carried =
        AgentWork.carryOut(
            shell,
            target.options,
            target.volume().pool(),
            () -> new VolumeOrder.TrashVolume(target.volume(), keep),
            "putting away " + target.volume());
    shell.console().print("put into the trash " + target.volume() + carried.words());
    return ExitCode.OK.value();
  }

  /** A time in the form of the configuration file; how long it may be, the order says. */
  static final class Keeping implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
      try {
        return Amount.duration(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException("'" + text + "': " + e.getMessage());
      }
    }
  }
}
