package io.ballast.storage.libvirt;

import io.ballast.agent.LaneConnection;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.DiskLimits;
import io.ballast.messages.OperationId;
import io.ballast.messages.VmId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A connection by which disks are worked on that virtual machines use. All of it blocks, and throws
 * a {@link RefusedException} where libvirt does: as {@code UNKNOWN_VM}, as {@code BUSY} where
 * something else works on the VM, as {@code MAY_YET_HAPPEN} where the connection broke, else as
 * {@code HYPERVISOR_REFUSED} with libvirt's words.
 */
interface Guests extends LaneConnection {
  /** A machine as it is now: in memory if it is active, else as it is defined. */
  Machine machine(String vm);

  /** All machines that are in memory, or saved with it, as they are now. */
  Map<VmId, Machine> active();

  /** A machine, and what QEMU does on one of its disks. */
  View view(Slot slot);

  /**
   * What is seen of a disk that is worked on.
   *
   * @param job that goes on on it
   */
  record View(Machine machine, Optional<Job> job) {}

  /**
   * A job of QEMU's on a disk.
   *
   * @param done of {@code total}, in a measure of its own
   */
  record Job(Kind kind, long done, long total) {
    /** What it does. */
    enum Kind {
      /** It copies into the disk what that builds upon. */
      PULL,
      /** It writes a layer below the disk into the one below that. */
      COMMIT,
      /** It writes the disk into what it builds upon, until it is told to use that instead. */
      COMMIT_TOP,
      /** It copies the disk elsewhere, until it is told to use that instead. */
      COPY,
      /** Something that others began. */
      OTHER
    }
  }

  /**
   * Gives a disk another size, which is not less than it has.
   *
   * <p>Fails as {@code BUSY} too where the VM is on its way to another host.
   */
  void grow(Slot slot, Bytes size);

  /**
   * Plugs a disk in, at once if the machine is in memory, and for later starts if it is defined;
   * where it is then, or was already. Fails as {@link #grow} does, and as {@code WRONG_STATE} where
   * there is no place for it.
   */
  String plug(String vm, Plug plug);

  /**
   * Asks the guest of a machine that is in memory to let a disk go. Fails as {@link #grow} does,
   * and as {@code WRONG_STATE} where the machine has no such disk, be it only for later starts.
   *
   * @return whether that was asked for
   */
  boolean unplug(Slot slot);

  /** Whether a machine that is in memory has a disk. */
  boolean isPlugged(Slot slot);

  /** Takes a disk off for later starts, if the machine has it then. Fails as {@link #grow} does. */
  void forget(Slot slot);

  /**
   * Holds a disk to limits and no others, at once and for later starts. Fails as {@link #unplug}
   * does.
   */
  void limit(Slot slot, DiskLimits limits);

  /** Begins a job that copies into a disk what it builds upon. Fails as {@link #grow} does. */
  void pull(Slot slot);

  /** Asks a job to end without what it was begun for; the disk holds the same then. */
  void abort(Slot slot);

  /**
   * Puts new files upon disks of a machine, all at one moment, whether it runs or not. The files
   * are there already, and are empty layers upon what the disks lie on. Where it fails, but as
   * {@code MAY_YET_HAPPEN}, all disks are as they were. Fails as {@link #grow} does.
   *
   * @param files by the places of the disks
   * @param freeze whether the guest's agent brings its file systems to rest for that moment; fails
   *     where it can't
   */
  void layer(String vm, Map<String, String> files, boolean freeze);

  /** How a machine that runs is brought to rest. */
  enum Rest {
    /** Its guest's agent freezes the file systems; all else in it goes on. */
    FROZEN,
    /** Its processors stand still, and what it was writing is on its disks. */
    PAUSED,
    /** First the one, then the other. */
    FROZEN_AND_PAUSED
  }

  /**
   * Brings a machine to rest until it is woken. Libvirt keeps with the machine which operation has
   * done so, as long as it is in memory. Fails as {@link #grow} does, as {@code WRONG_STATE} where
   * it does not run, and as {@code HYPERVISOR_REFUSED} where its agent does not help; then it goes
   * on. Fails as {@code MAY_YET_HAPPEN} where it may rest later, for its agent does not say.
   *
   * @param within it has to rest, or goes on
   */
  void rest(String vm, OperationId operation, Rest how, Duration within);

  /** What became of a machine that was brought to rest. */
  enum Woken {
    /** It rested until now. */
    RESTED,
    /** Somebody or something else had woken it. */
    DISTURBED,
    /** It is not here: it was shut off or moved away, or never rested. */
    GONE
  }

  /** Wakes the machine that an operation has brought to rest. */
  Woken wake(OperationId operation);

  /** Wakes all machines that any operation has brought to rest; their names. */
  List<String> wakeAll();

  /**
   * Has disks of a machine that is off lie on other files, and changes nothing else of it. Fails as
   * {@code WRONG_STATE} where it is not off, and has changed nothing then.
   *
   * @param sources by the places of the disks
   */
  void use(String vm, Map<String, Definition.Source> sources);

  /**
   * Begins a job that writes a layer of a disk into the one below. Fails as {@link #grow} does.
   *
   * @param upper file that is written into the lower one
   * @param top whether the guest writes to the upper one; the job only waits then at last
   */
  void commit(Slot slot, String upper, String lower, boolean top);

  /**
   * Begins a job that copies a disk of a machine that runs into a file, which is there and is
   * empty; the job only waits then at last. Fails as {@link #grow} does.
   */
  void copy(Slot slot, Definition.Source into);

  /** Ends a job that only waits, so that the disk lies on what that has written. */
  void pivot(Slot slot);
}
