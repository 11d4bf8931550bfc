package io.ballast.host.work;

import io.ballast.bus.RefusedException;
import io.ballast.host.trade.Domain;
import io.ballast.host.trade.DomainNeeds;
import io.ballast.host.trade.Hypervisor.Description;
import io.ballast.host.trade.PeerAddress;
import io.ballast.messages.Bytes;
import io.ballast.messages.HostCommand.Migrate;
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

  /** Of one that does not run nothing but its description and its disks can go elsewhere. */
  public static void nothingBesides(Description found) {
    DomainNeeds.besides(found)
        .ifPresent(
            what -> {
              throw new RefusedException(
                  Reason.NOT_ALLOWED,
                  "%s has %s in a file of this host, which does not go along; start it, and move it live"
                      .formatted(found.domain().name(), what));
            });
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

  /**
   * The guest's memory must be free now, in huge pages if it is backed by them; what other guests
   * will still grow by is not asked.
   */
  public static void fits(Domain domain, Room room) {
    Bytes free = domain.hugePages() ? room.hugePages() : room.plain();
    if (domain.memory().compareTo(free) > 0) {
      throw refused(
          Reason.NO_ROOM,
          "%s needs %s of %s and only %s is available here; start it on another host"
              .formatted(
                  domain.name(),
                  domain.memory(),
                  domain.hugePages() ? "huge pages" : "memory",
                  free));
    }
  }

  /** The order leads to another host than this one. */
  public static void elsewhere(Migrate order, Here here) {
    if (order.to().equals(here.host())
        || order.peerUri().filter(here.peerUri()::equals).isPresent()) {
      throw already(here);
    }
  }

  /** The address is another host's than this one's. */
  static void elsewhere(PeerAddress peer, Here here) {
    if (peer.uri().equals(here.peerUri())) {
      throw already(here);
    }
  }

  private static RefusedException already(Here here) {
    return refused(
        Reason.WRONG_STATE,
        "the virtual machine is already on " + here.host() + "; name another host");
  }

  private static RefusedException wrongState(Domain domain, String todo) {
    String state = domain.state().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    return refused(Reason.WRONG_STATE, domain.name() + " is " + state + "; " + todo);
  }

  private static RefusedException refused(Reason reason, String message) {
    return new RefusedException(reason, message);
  }
}
