package io.ballast.ops.client;

import io.ballast.messages.Bytes;
import io.ballast.messages.Reply;
import io.ballast.messages.StorageCommand;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
import io.ballast.messages.VolumeOrder;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Does something to one volume, by the storage agent of a host. */
@Command(
    name = "volume",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Create, clone, look at, resize, delete the disks of VMs.",
    footer = {
      "",
      "A volume is named by its pool and its name there: images/web1.qcow2. Each command waits",
      "until the work has ended and prints one line.",
      "",
      "Examples:",
      "  ballast volume create images/web1.qcow2 20GiB",
      "  ballast volume clone templates/debian-12.qcow2 images/web2.qcow2 --linked",
      "  ballast volume list images",
      "  ballast volume show images/web1.qcow2",
      "  ballast volume resize images/web1.qcow2 40GiB",
      "  ballast volume delete images/web1.qcow2"
    })
public final class VolumeCommand implements Runnable {
  private final Shell shell;

  @Spec private CommandSpec spec;

  public VolumeCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(),
        "say what to do: create, clone, list, show, resize, flatten, delete, ...");
  }

  @Command(
      name = "create",
      mixinStandardHelpOptions = true,
      description = "Make an empty disk.",
      footer = {
        "",
        "The disk bears its name only once it is whole. A disk that takes nothing of its pool yet",
        "may be larger than what is free there, and not larger than the pool.",
        "",
        "Examples:",
        "  ballast volume create images/web1.qcow2 20GiB",
        "  ballast volume create images/db1.raw 100GiB --format raw --preallocate full",
      })
  int create(
      @Mixin VolumeTarget target,
      @Parameters(
              index = "1",
              paramLabel = "SIZE",
              converter = VolumeTarget.Size.class,
              description = "Size that the guest sees, such as 20GiB.")
          Bytes size,
      @Option(
              names = "--format",
              paramLabel = "FORMAT",
              defaultValue = "qcow2",
              description = "qcow2 or raw (default: ${DEFAULT-VALUE}).")
          Volume.Format format,
      @Option(
              names = "--preallocate",
              paramLabel = "HOW",
              defaultValue = "off",
              description =
                  "What is taken of the pool at once: off, metadata, falloc, full (default:"
                      + " ${DEFAULT-VALUE}).")
          Volume.Preallocation preallocation,
      @Option(
              names = "--cluster-size",
              paramLabel = "SIZE",
              converter = VolumeTarget.Size.class,
              description = "Of a qcow2 disk: 512B to 2MiB (default: 64KiB).")
          @Nullable Bytes clusterSize) {
    return act(
        target,
        "creating",
        "created",
        () ->
            new VolumeOrder.CreateVolume(
                target.volume(), format, size, preallocation, Optional.ofNullable(clusterSize)));
  }

  @Command(
      name = "clone",
      mixinStandardHelpOptions = true,
      description = "Make a disk of another one, or convert it to another form.",
      footer = {
        "",
        "A copy stands alone. A linked clone is there at once and takes only what differs: it"
            + " builds",
        "upon its source, which then can't be changed or deleted until the clone is flattened.",
        "",
        "Examples:",
        "  ballast volume clone templates/debian-12.qcow2 images/web1.qcow2 --linked",
        "  ballast volume clone images/web1.qcow2 backup/web1.qcow2 --format qcow2 --compress"
      })
  int copy(
      @Parameters(
              index = "0",
              paramLabel = "SOURCE",
              converter = VolumeTarget.Volumes.class,
              description = "The volume that it is made of, such as templates/debian-12.qcow2.")
          VolumeId source,
      @Parameters(
              index = "1",
              paramLabel = "POOL/VOLUME",
              converter = VolumeTarget.Volumes.class,
              description = "The new volume, such as images/web1.qcow2.")
          VolumeId volume,
      @Mixin WorkOptions options,
      @Option(names = "--linked", description = "Build upon the source instead of copying it.")
          boolean linked,
      @Option(
              names = "--snapshot",
              paramLabel = "NAME",
              description = "Copy what this snapshot in the source has kept.")
          @Nullable String snapshot,
      @Option(
              names = "--format",
              paramLabel = "FORMAT",
              description = "Of a copy: qcow2 or raw (default: the source's).")
          Volume.@Nullable Format format,
      @Option(names = "--compress", description = "Make a copy in qcow2 small; takes longer.")
          boolean compress) {
    return act(
        volume,
        options,
        "cloning",
        "cloned",
        () ->
            new VolumeOrder.CloneVolume(
                source,
                Optional.ofNullable(snapshot),
                volume,
                linked,
                Optional.ofNullable(format),
                compress));
  }

  @Command(
      name = "flatten",
      mixinStandardHelpOptions = true,
      description = "Copy into a disk what it builds upon, so that it stands alone.",
      footer = {
        "",
        "It can be cancelled at any time: the guest sees the same in the disk.",
        "",
        "Examples:",
        "  ballast volume flatten images/web1.qcow2"
      })
  int flatten(@Mixin VolumeTarget target) {
    return act(
        target, "flattening", "flattened", () -> new VolumeOrder.FlattenVolume(target.volume()));
  }

  @Command(
      name = "rebase",
      mixinStandardHelpOptions = true,
      description = "Have a disk build upon another one; the guest sees the same in it.",
      footer = {
        "",
        "Examples:",
        "  ballast volume rebase images/web1.qcow2 templates/debian-12b.qcow2"
      })
  int rebase(
      @Mixin VolumeTarget target,
      @Parameters(
              index = "1",
              paramLabel = "POOL/BASE",
              converter = VolumeTarget.Volumes.class,
              description = "The base volume, such as images/web2.qcow2.")
          VolumeId base) {
    return act(
        target, "rebasing", "rebased", () -> new VolumeOrder.RebaseVolume(target.volume(), base));
  }

  @Command(
      name = "commit",
      mixinStandardHelpOptions = true,
      description = "Write a disk into the one that it builds upon, and empty it.",
      footer = {
        "",
        "The base is named so that nothing else is written to by mistake. Nothing else may use it.",
        "",
        "Examples:",
        "  ballast volume commit images/web1.qcow2 images/web1-base.qcow2"
      })
  int commit(
      @Mixin VolumeTarget target,
      @Parameters(
              index = "1",
              paramLabel = "POOL/BASE",
              converter = VolumeTarget.Volumes.class,
              description = "The base volume, such as images/web2.qcow2.")
          VolumeId base) {
    return act(
        target,
        "committing",
        "committed",
        () -> new VolumeOrder.CommitVolume(target.volume(), base));
  }

  @Command(
      name = "snapshot",
      mixinStandardHelpOptions = true,
      description = "Keep the present content of a qcow2 disk in it, under a name.",
      footer = {
        "",
        "Examples:",
        "  ballast volume snapshot images/web1.qcow2 before-upgrade",
        "  ballast volume revert images/web1.qcow2 before-upgrade",
        "  ballast volume delete-snapshot images/web1.qcow2 before-upgrade"
      })
  int snapshot(
      @Mixin VolumeTarget target,
      @Parameters(index = "1", paramLabel = "NAME", description = "Name of the snapshot.")
          String name) {
    return act(
        target,
        "keeping the content of",
        "kept the content of",
        () -> new VolumeOrder.SnapshotVolume(target.volume(), name));
  }

  @Command(
      name = "revert",
      mixinStandardHelpOptions = true,
      description = "Give a disk the content of a snapshot; what it has now is lost.")
  int revert(
      @Mixin VolumeTarget target,
      @Parameters(index = "1", paramLabel = "NAME", description = "Name of the snapshot.")
          String name) {
    return act(
        target, "reverting", "reverted", () -> new VolumeOrder.RevertVolume(target.volume(), name));
  }

  @Command(
      name = "delete-snapshot",
      mixinStandardHelpOptions = true,
      description = "Forget a snapshot in a disk; succeeds if it is gone already.")
  int deleteSnapshot(
      @Mixin VolumeTarget target,
      @Parameters(index = "1", paramLabel = "NAME", description = "Name of the snapshot.")
          String name) {
    return act(
        target,
        "deleting a snapshot of",
        "deleted a snapshot of",
        () -> new VolumeOrder.DeleteSnapshot(target.volume(), name));
  }

  @Command(
      name = "protect",
      mixinStandardHelpOptions = true,
      description = "Keep a snapshot in a disk from being deleted.",
      footer = {
        "",
        "In pools of Ceph only. The disk can't be deleted either, until the snapshot is freed. A",
        "linked clone of a snapshot protects it too.",
        "",
        "Examples:",
        "  ballast volume protect vms/web1 before-upgrade",
        "  ballast volume unprotect vms/web1 before-upgrade"
      })
  int protect(
      @Mixin VolumeTarget target,
      @Parameters(index = "1", paramLabel = "NAME", description = "Name of the snapshot.")
          String name) {
    return act(
        target,
        "protecting a snapshot of",
        "protected a snapshot of",
        () -> new VolumeOrder.ProtectSnapshot(target.volume(), name));
  }

  @Command(
      name = "unprotect",
      mixinStandardHelpOptions = true,
      description = "Free a snapshot that was protected, so that it can be deleted.",
      footer = {
        "",
        "In pools of Ceph only. Refused while anything builds upon it, which is named.",
        "",
        "Examples:",
        "  ballast volume unprotect vms/web1 before-upgrade",
        "  ballast volume delete-snapshot vms/web1 before-upgrade"
      })
  int unprotect(
      @Mixin VolumeTarget target,
      @Parameters(index = "1", paramLabel = "NAME", description = "Name of the snapshot.")
          String name) {
    return act(
        target,
        "freeing a snapshot of",
        "freed a snapshot of",
        () -> new VolumeOrder.UnprotectSnapshot(target.volume(), name));
  }

  @Command(
      name = "resize",
      mixinStandardHelpOptions = true,
      description = "Give a disk another size.",
      footer = {
        "",
        "To shrink cuts off the end of the disk, and is refused where anything was written there:",
        "shrink the file systems in it first.",
        "",
        "Examples:",
        "  ballast volume resize images/web1.qcow2 40GiB",
        "  ballast volume resize images/web1.qcow2 10GiB --shrink"
      })
  int resize(
      @Mixin VolumeTarget target,
      @Parameters(
              index = "1",
              paramLabel = "SIZE",
              converter = VolumeTarget.Size.class,
              description = "New size that the guest sees, such as 40GiB.")
          Bytes size,
      @Option(names = "--shrink", description = "It may become smaller.") boolean shrink) {
    return act(
        target,
        "resizing",
        "resized",
        () -> new VolumeOrder.ResizeVolume(target.volume(), size, shrink));
  }

  @Command(
      name = "wipe",
      mixinStandardHelpOptions = true,
      description = "Overwrite with zeros whatever a disk holds, snapshots in it included.",
      footer = {
        "",
        "Then it is empty, of the same form and size; a qcow2 disk keeps neither its cluster size",
        "nor what it had taken of its pool at once. It can't be cancelled. Where a file system",
        "copies on write, or a device has spare blocks, the old content may stay on the device.",
      })
  int wipe(@Mixin VolumeTarget target) {
    return act(target, "wiping", "wiped", () -> new VolumeOrder.WipeVolume(target.volume()));
  }

  @Command(
      name = "delete",
      mixinStandardHelpOptions = true,
      description = "Remove a disk that nothing uses; succeeds if it is gone already.")
  int delete(@Mixin VolumeTarget target) {
    return act(target, "deleting", "deleted", () -> new VolumeOrder.DeleteVolume(target.volume()));
  }

  private int act(
      VolumeTarget target,
      String doing,
      String done,
      Supplier<StorageCommand<Reply.Accepted>> command) {
    return act(target.volume(), target.options, doing, done, command);
  }

  private int act(
      VolumeId volume,
      WorkOptions options,
      String doing,
      String done,
      Supplier<StorageCommand<Reply.Accepted>> command) {
    AgentWork.Carried carried =
        AgentWork.carryOut(shell, options, volume.pool(), command, doing + " " + volume);
    shell.console().print(done + " " + volume + carried.words());
    return ExitCode.OK.value();
  }
}
