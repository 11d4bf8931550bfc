package io.ballast.storage.libvirt;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A fake: one running machine with one disk, on which a job goes on for as many looks as it is
 * told.
 */
final class FakeGuest implements Guests {
  final List<String> calls = new ArrayList<>();
  boolean active = true;
  boolean there = true;
  boolean migrates;
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
        vm, active, List.of(new Machine.Disk("vda", "/images/web1", "qcow2", true, below, ready)));
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
  public Optional<RefusedException> lost() {
    return Optional.empty();
  }

  @Override
  public void end() {}
}
