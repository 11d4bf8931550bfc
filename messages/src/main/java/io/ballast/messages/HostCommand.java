package io.ballast.messages;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a host's agent can be asked. Commands that change something answer {@link Reply.Accepted} or
 * are refused at once; their work reports by {@link Event.OperationProgressed} and ends in exactly
 * one {@link Event.OperationFinished}, whose operation is the command's message id.
 */
public sealed interface HostCommand<R extends Reply> extends Command<R> {
  /** The least that a command may be given of any time. */
  Duration BRIEFEST = Duration.ofMillis(1);

  /** The longest that a command may take. */
  Duration LONGEST_WITHIN = Duration.ofDays(7);

  /** The longest that a host may be asked to keep a promise: longer than any migration takes. */
  Duration LONGEST_PROMISE = LONGEST_WITHIN.plusDays(1);

  /** The longest planned pause of a guest. */
  Duration LONGEST_DOWNTIME = Duration.ofMinutes(10);

  /** Tell what the next beat would tell. */
  record InspectHost() implements HostCommand<Reply.HostInspected> {}

  /** Look at one virtual machine now, in the hypervisor itself and not in what was last sampled. */
  record InspectVm(VmId vm) implements HostCommand<Reply.VmInspected> {
    public InspectVm {
      Fields.required(vm, "vm");
    }
  }

  /**
   * Make a virtual machine known to the host, or replace the description of one that is.
   *
   * @param xml libvirt's domain XML; it must contain a UUID
   */
  record Define(String xml) implements HostCommand<Reply.Accepted> {
    public Define {
      Fields.text(xml, "xml");
    }
  }

  /** Start a defined virtual machine; fails if it already runs. */
  record Start(VmId vm) implements HostCommand<Reply.Accepted> {
    public Start {
      Fields.required(vm, "vm");
    }
  }

  /**
   * Ask the guest to shut down, and wait until it has.
   *
   * @param within after which the operation fails and the guest is left as it is; 1 ms to 7 days
   * @param defined whether only one is meant that its host defines, and that can be started again;
   *     absent = any
   */
  record ShutDown(VmId vm, Duration within, Optional<Boolean> defined)
      implements HostCommand<Reply.Accepted> {
    public ShutDown {
      Fields.required(vm, "vm");
      Fields.between(within, "within", BRIEFEST, LONGEST_WITHIN);
      Fields.required(defined, "defined");
    }

    /** Of any, also of one that is gone for good then. */
    public ShutDown(VmId vm, Duration within) {
      this(vm, within, Optional.empty());
    }
  }

  /** Cut the power of a virtual machine; its definition stays. */
  record Destroy(VmId vm) implements HostCommand<Reply.Accepted> {
    public Destroy {
      Fields.required(vm, "vm");
    }
  }

  /** Ask the guest to restart; done once the guest was asked. */
  record Reboot(VmId vm) implements HostCommand<Reply.Accepted> {
    public Reboot {
      Fields.required(vm, "vm");
    }
  }

  /** Stop giving CPU to a virtual machine; its memory stays. */
  record Suspend(VmId vm) implements HostCommand<Reply.Accepted> {
    public Suspend {
      Fields.required(vm, "vm");
    }
  }

  /** Give CPU again to a suspended virtual machine. */
  record Resume(VmId vm) implements HostCommand<Reply.Accepted> {
    public Resume {
      Fields.required(vm, "vm");
    }
  }

  /** Forget a virtual machine that does not run; succeeds if there is none. */
  record Undefine(VmId vm) implements HostCommand<Reply.Accepted> {
    public Undefine {
      Fields.required(vm, "vm");
    }
  }

  /**
   * Move a virtual machine to another host, peer to peer, live or while it does not run; afterwards
   * it is there as it was here, defined or only in memory, and gone here.
   *
   * @param peerUri where its sender believes that the target's hypervisor is reached. Nothing is
   *     connected to because of it: the agent knows the address or asks the target's agent for it,
   *     and refuses where this differs.
   * @param bandwidth most to send per second; absent = no limit
   * @param maxDowntime longest planned pause of the guest, 1 ms to 10 min; a shorter one is tried
   *     first
   * @param within after which the migration is aborted and the guest stays here; 1 ms to 7 days
   * @param means what else may make it end; absent = nothing
   * @param copied the disks that are copied, by their places, such as {@code vda}, into those of
   *     the same path that are there already; absent = none, for the target has them
   * @param files where those lie, in the same order; refused where they lie elsewhere by now, which
   *     nothing was made for at the target; absent = wherever
   * @param incremental whether of those that build upon others only what lies in themselves is
   *     copied, for the target has the others; absent = all of each is
   * @param offline whether it does not run and is not to: what defines it goes, and before that the
   *     disks that are copied; absent = it runs, and goes on running
   */
  record Migrate(
      VmId vm,
      HostId to,
      Optional<String> peerUri,
      Optional<Bytes> bandwidth,
      Duration maxDowntime,
      Duration within,
      Optional<Means> means,
      Optional<List<String>> copied,
      Optional<List<String>> files,
      Optional<Boolean> incremental,
      Optional<Boolean> offline)
      implements HostCommand<Reply.Accepted> {
    public Migrate {
      Fields.required(vm, "vm");
      Fields.required(to, "to");
      Fields.required(peerUri, "peerUri").ifPresent(uri -> Fields.text(uri, "peerUri"));
      Fields.required(bandwidth, "bandwidth");
      Fields.between(maxDowntime, "maxDowntime", BRIEFEST, LONGEST_DOWNTIME);
      Fields.between(within, "within", BRIEFEST, LONGEST_WITHIN);
      Fields.required(means, "means");
      Fields.required(incremental, "incremental");
      Fields.required(offline, "offline");
      copied =
          Fields.required(copied, "copied")
              .map(disks -> Berth.some(Fields.listOf(disks, "copied"), "copied"));
      files = Fields.required(files, "files").map(all -> Fields.listOf(all, "files"));
      if (files.isPresent() && !files.map(List::size).equals(copied.map(List::size))) {
        throw new IllegalArgumentException("field 'files' has to have one for each of 'copied'");
      }
    }

    /** One that copies no disk. */
    public Migrate(
        VmId vm,
        HostId to,
        Optional<String> peerUri,
        Optional<Bytes> bandwidth,
        Duration maxDowntime,
        Duration within,
        Optional<Means> means) {
      this(
          vm,
          to,
          peerUri,
          bandwidth,
          maxDowntime,
          within,
          means,
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());
    }

    /** Whether it does not run and is not to. */
    public boolean rests() {
      return offline.orElse(false);
    }

    /** This, of one that does not run. */
    public Migrate ofResting() {
      return new Migrate(
          vm,
          to,
          peerUri,
          bandwidth,
          maxDowntime,
          within,
          means,
          copied,
          files,
          incremental,
          Optional.of(true));
    }

    /** The means that can be used: no hypervisor copies disks and may let a guest run early. */
    public Means usable() {
      Means all = means.orElse(Means.NONE);
      return copied.isPresent() && all.postCopy() ? all.withoutPostCopy() : all;
    }

    /** This with another longest pause. */
    public Migrate pausing(Duration most) {
      return new Migrate(
          vm, to, peerUri, bandwidth, most, within, means, copied, files, incremental, offline);
    }

    /**
     * This, which copies these disks.
     *
     * @param disks by their places
     * @param paths where they lie
     * @param increment whether only what lies in themselves
     */
    public Migrate copying(List<String> disks, List<String> paths, boolean increment) {
      return new Migrate(
          vm,
          to,
          peerUri,
          bandwidth,
          maxDowntime,
          within,
          means,
          Optional.of(disks),
          Optional.of(paths),
          Optional.of(increment).filter(only -> only),
          offline);
    }
  }

  /**
   * Change a migration while it is under way; what is absent stays as it is. Answered when the
   * hypervisor has taken all of it, or refused with what it took and what not.
   *
   * @param operation the migration
   * @param maxDowntime longest planned pause of the guest from now on, allowed at once; 1 ms to 10
   *     min
   * @param bandwidth most to send per second from now on, above zero
   * @param postCopy whether to let the guest run on the target at once, and send its memory after
   *     it; only where the migration was begun with leave for it
   */
  record Steer(
      OperationId operation,
      Optional<Duration> maxDowntime,
      Optional<Bytes> bandwidth,
      boolean postCopy)
      implements HostCommand<Reply.Accepted> {
    public Steer {
      Fields.required(operation, "operation");
      Fields.required(maxDowntime, "maxDowntime")
          .ifPresent(most -> Fields.between(most, "maxDowntime", BRIEFEST, LONGEST_DOWNTIME));
      Fields.required(bandwidth, "bandwidth")
          .ifPresent(most -> Fields.positive(most.value(), "bandwidth"));
      if (maxDowntime.isEmpty() && bandwidth.isEmpty() && !postCopy) {
        throw new IllegalArgumentException(
            "one of the fields 'maxDowntime', 'bandwidth' and 'postCopy' has to be there");
      }
    }
  }

  /** Tell how it stands with an operation, for as long as the agent remembers it. */
  record InspectOperation(OperationId operation) implements HostCommand<Reply.OperationInspected> {
    public InspectOperation {
      Fields.required(operation, "operation");
    }
  }

  /**
   * Be told that a command may come under this id, so that it can be {@link Withdraw withdrawn}
   * later whether it came or not. Repeating it changes nothing more.
   */
  record Announce(OperationId operation) implements HostCommand<Reply.Accepted> {
    public Announce {
      Fields.required(operation, "operation");
    }
  }

  /**
   * Carry an {@link Announce announced} command out no more if it has not come yet, and tell how it
   * stands with it: of one that has not come that it is refused, now and whenever it comes. Refused
   * as {@code UNKNOWN_OPERATION} where it was neither announced nor came, or that was forgotten,
   * and as {@code BUSY} while it is being checked. Repeating it changes nothing more.
   */
  record Withdraw(OperationId operation) implements HostCommand<Reply.OperationInspected> {
    public Withdraw {
      Fields.required(operation, "operation");
    }
  }

  /**
   * Promise room, name and CPU to a virtual machine that is about to come from another host, for
   * one operation there. The same again is answered the same. What was promised is free again when
   * the operation is {@link Release}d, when the virtual machine runs here, or when its time is
   * over.
   *
   * @param operation of the migration, at the host that it comes from
   * @param cluster of the host that it comes from
   * @param name the domain's name
   * @param memory the most that the guest may take
   * @param hugePages whether that comes from the host's huge pages
   * @param vcpus virtual processors, at least 1
   * @param cpu libvirt's XML of its CPU; absent where any host can provide it
   * @param bridges that must be here
   * @param pools that must be here and active
   * @param machine what runs it now; absent where that is not known
   * @param within how long the promise is needed; 1 ms to 8 days
   * @param files of its disks, which must be the same files here; {@value DiskFile#MOST} at most,
   *     absent = none
   */
  record Prepare(
      OperationId operation,
      HostId from,
      String cluster,
      VmId vm,
      String name,
      Bytes memory,
      boolean hugePages,
      int vcpus,
      Optional<String> cpu,
      List<String> bridges,
      List<String> pools,
      Optional<Machine> machine,
      Duration within,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<DiskFile> files)
      implements HostCommand<Reply.Prepared> {
    public Prepare {
      Fields.required(machine, "machine");
      Fields.required(operation, "operation");
      Fields.required(from, "from");
      Fields.text(cluster, "cluster");
      Fields.required(vm, "vm");
      Fields.text(name, "name");
      Fields.required(memory, "memory");
      Fields.positive(vcpus, "vcpus");
      Fields.required(cpu, "cpu");
      bridges = Fields.listOf(bridges, "bridges");
      pools = Fields.listOf(pools, "pools");
      Fields.between(within, "within", BRIEFEST, LONGEST_PROMISE);
      files = Fields.listOrNone(files, "files");
      if (files.size() > DiskFile.MOST) {
        throw new IllegalArgumentException(
            "field 'files' has %d entries; it must have at most %d"
                .formatted(files.size(), DiskFile.MOST));
      }
    }

    /** Of one whose disks are no files that hosts share. */
    public Prepare(
        OperationId operation,
        HostId from,
        String cluster,
        VmId vm,
        String name,
        Bytes memory,
        boolean hugePages,
        int vcpus,
        Optional<String> cpu,
        List<String> bridges,
        List<String> pools,
        Optional<Machine> machine,
        Duration within) {
      this(
          operation, from, cluster, vm, name, memory, hugePages, vcpus, cpu, bridges, pools,
          machine, within, List.of());
    }
  }

  /** Say what stands in the way of a virtual machine that would come, and promise nothing. */
  record Consider(Prepare arrival) implements HostCommand<Reply.Considered> {
    public Consider {
      Fields.required(arrival, "arrival");
    }
  }

  /**
   * Say what stands in the way of a migration to another host, and what would be sent. Nothing is
   * changed, here or there.
   *
   * @param offline whether of one that does not run what defines it would go; absent = no
   */
  record Examine(VmId vm, HostId to, Optional<Boolean> offline)
      implements HostCommand<Reply.Examined> {
    public Examine {
      Fields.required(vm, "vm");
      Fields.required(to, "to");
      Fields.required(offline, "offline");
    }

    /** Of a live one. */
    public Examine(VmId vm, HostId to) {
      this(vm, to, Optional.empty());
    }

    /** Whether what defines it would go, and not what runs. */
    public boolean rests() {
      return offline.orElse(false);
    }
  }

  /** Take back what was promised for an operation; succeeds if nothing is. */
  record Release(OperationId operation) implements HostCommand<Reply.Accepted> {
    public Release {
      Fields.required(operation, "operation");
    }
  }

  /**
   * Give up a migration; the operation itself then ends as cancelled, or as done if too late.
   *
   * @param vm whose migration it is, for an agent that restarted since and no longer knows the
   *     operation: no end of it is told then, but beats show where the virtual machine stays
   */
  record Cancel(OperationId operation, Optional<VmId> vm) implements HostCommand<Reply.Accepted> {
    public Cancel {
      Fields.required(operation, "operation");
      Fields.required(vm, "vm");
    }
  }
}
