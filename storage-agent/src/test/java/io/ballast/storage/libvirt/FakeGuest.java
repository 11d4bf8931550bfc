package io.ballast.storage.libvirt;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.DiskLimits;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.VmId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * A fake: one running machine with one disk, on which a job goes on for as many looks as it is
 * told.
 */
final class FakeGuest implements Guests {
  final List<String> calls = new CopyOnWriteArrayList<>();
  boolean active = true;
  boolean there = true;
  boolean migrates;
  boolean mute;
  int failsToWake;
  Woken woken = Woken.RESTED;
  boolean paused;
  String source = "/images/web1";
  int looks = 3;
  boolean fails;
  List<String> below = List.of("/images/base");
  private Job.@Nullable Kind job;
  private boolean ready;
  private int seen;

  /** Has a job go on that somebody began. */
  synchronized void goesOn(Job.Kind kind) {
    job = kind;
  }

  @Override
  public synchronized Machine machine(String vm) {
    if (!there) {
      throw new RefusedException(Reason.UNKNOWN_VM, "no domain " + vm);
    }
    return new Machine(
        vm, active, List.of(new Machine.Disk("vda", source, "qcow2", true, below, ready)));
  }

  @Override
  public Map<VmId, Machine> active() {
    throw new UnsupportedOperationException();
  }

  @Override
  public synchronized View view(Slot slot) {
    seen++;
    Optional<Job> now = Optional.ofNullable(job).map(kind -> new Job(kind, seen, looks));
    if (job == Job.Kind.PULL && seen >= looks) {
      job = null;
      below = fails ? below : List.of();
    }
    ready = job == Job.Kind.COMMIT_TOP && seen >= looks;
    return new View(machine(slot.vm()), active ? now : Optional.empty());
  }

  @Override
  public synchronized void grow(Slot slot, Bytes size) {
    calls.add("grow " + slot.target() + " " + size);
    busy();
  }

  private void busy() {
    if (migrates) {
      throw new RefusedException(Reason.BUSY, "it is being moved away");
    }
  }

  @Override
  public void copy(Slot slot, Definition.Source into) {
    throw new UnsupportedOperationException();
  }

  @Override
  public String plug(String vm, Plug plug) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean unplug(Slot slot) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean isPlugged(Slot slot) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void forget(Slot slot) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void limit(Slot slot, DiskLimits limits) {
    throw new UnsupportedOperationException();
  }

  @Override
  public synchronized void pull(Slot slot) {
    calls.add("pull " + slot.target());
    busy();
    job = Job.Kind.PULL;
    seen = 0;
  }

  @Override
  public synchronized void abort(Slot slot) {
    calls.add("abort " + slot.target());
    job = null;
  }

  @Override
  public synchronized void layer(String vm, Map<String, String> files, boolean freeze) {
    calls.add("layer " + files + (freeze ? ", frozen" : ""));
    busy();
    if (freeze && mute) {
      throw new RefusedException(Reason.HYPERVISOR_REFUSED, "QEMU guest agent is not connected");
    }
  }

  @Override
  public synchronized void rest(String vm, OperationId operation, Rest how, Duration within) {
    calls.add("rest " + how);
    busy();
    if (paused) {
      throw new RefusedException(Reason.WRONG_STATE, "it does not run");
    }
    if (how != Rest.PAUSED && mute) {
      throw new RefusedException(Reason.HYPERVISOR_REFUSED, "QEMU guest agent is not connected");
    }
  }

  @Override
  public synchronized Woken wake(OperationId operation) {
    calls.add("wake");
    if (failsToWake-- > 0) {
      throw new RefusedException(Reason.BUSY, "something else works on it");
    }
    return woken;
  }

  @Override
  public synchronized List<String> wakeAll() {
    calls.add("wake all");
    return List.of("web1");
  }

  @Override
  public synchronized void use(String vm, Map<String, Definition.Source> sources) {
    calls.add("use " + sources);
  }

  @Override
  public synchronized void commit(Slot slot, String upper, String lower, boolean top) {
    calls.add("commit " + upper + " " + lower);
    busy();
    job = top ? Job.Kind.COMMIT_TOP : Job.Kind.COMMIT;
    seen = 0;
  }

  @Override
  public synchronized void pivot(Slot slot) {
    calls.add("pivot " + slot.target());
    job = null;
    source = below.getFirst();
    below = below.subList(1, below.size());
  }

  @Override
  public Optional<RefusedException> lost() {
    return Optional.empty();
  }

  @Override
  public void end() {}
}
