package io.ballast.host.work;

import io.ballast.bus.RefusedException;
import io.ballast.host.trade.Domain;
import io.ballast.host.trade.Hypervisor.Description;
import io.ballast.messages.Bytes;
import io.ballast.messages.HostCommand.Migrate;
import io.ballast.messages.HostId;
import io.ballast.messages.Reason;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import java.util.Locale;
import java.util.Optional;

/**
 * What must hold before a virtual machine is worked on. Each one throws a {@link RefusedException}
 * that says what to do instead.
 */
public final class Preconditions {
  private Preconditions() {}

  /** There is such a VM, which is the answer. */
  public static Domain known(Optional<Description> found, VmId vm) {
    return found
        .map(Description::domain)
        .orElseThrow(
            () -> refused(Reason.UNKNOWN_VM, "there is no virtual machine " + vm + " here"));
  }

  public static void active(Domain domain) {
    if (!domain.state().active()) {
      throw wrongState(domain, "there is nothing to cut off");
    }
  }

  public static void notActive(Domain domain) {
    if (domain.state().active()) {
      throw wrongState(domain, "shut it down first");
    }
  }

  public static void running(Domain domain) {
    VmState state = domain.state();
    if (state != VmState.RUNNING) {
      throw wrongState(domain, state == VmState.PAUSED ? "resume it first" : "start it first");
    }
  }

  public static void paused(Domain domain) {
    if (domain.state() != VmState.PAUSED) {
      throw wrongState(domain, "only a paused one can be resumed");
    }
  }

  /** The guest's memory must be available now; what other guests will still grow by is not. */
  public static void fits(Domain domain, Bytes available) {
    if (domain.memory().compareTo(available) > 0) {
      throw refused(
          Reason.NO_ROOM,
          "%s needs %s of memory and only %s is available here; start it on another host"
              .formatted(domain.name(), domain.memory(), available));
    }
  }

  /** The order leads to another host than this one. */
  public static void elsewhere(Migrate order, HostId host, String peerUri) {
    if (order.to().equals(host) || order.peerUri().equals(peerUri)) {
      throw refused(
          Reason.WRONG_STATE, "the virtual machine is already on " + host + "; name another host");
    }
  }

  private static RefusedException wrongState(Domain domain, String todo) {
    String state = domain.state().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    return refused(Reason.WRONG_STATE, domain.name() + " is " + state + "; " + todo);
  }

  private static RefusedException refused(Reason reason, String message) {
    return new RefusedException(reason, message);
  }
}
