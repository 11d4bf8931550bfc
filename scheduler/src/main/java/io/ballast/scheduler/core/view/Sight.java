package io.ballast.scheduler.core.view;

import io.ballast.messages.Vm;
import io.ballast.messages.VmState;
import java.util.Optional;

/** What one host knows of a VM. */
public enum Sight {
  /** The host has not said. */
  UNSEEN("not seen"),
  /** It knows no such VM. */
  ABSENT("not known"),
  /** It is defined and not active. */
  INACTIVE("shut off"),
  /** It holds memory and does not run: paused, or not yet or no longer the running copy. */
  HELD("paused"),
  /** It runs. */
  RUNNING("running");

  private final String words;

  Sight(String words) {
    this.words = words;
  }

  /** What a host means by what it says of a VM; empty = it knows none. */
  public static Sight of(Optional<Vm> vm) {
    if (vm.isEmpty()) {
      return ABSENT;
    }
    VmState state = vm.get().state();
    return switch (state) {
      case RUNNING, SHUTTING_DOWN -> RUNNING;
      case PAUSED, SLEEPING -> HELD;
      case SHUT_OFF, CRASHED -> INACTIVE;
    };
  }

  /** What a host means of one that does not run: it is wherever it is known. */
  public static Sight ofResting(Optional<Vm> vm) {
    return vm.isEmpty() ? ABSENT : RUNNING;
  }

  /** Whether the VM holds memory there. */
  public boolean isActive() {
    return this == HELD || this == RUNNING;
  }

  /** Whether the host has said. */
  public boolean isSeen() {
    return this != UNSEEN;
  }

  /** For people, a few words. */
  public String words() {
    return words;
  }
}
