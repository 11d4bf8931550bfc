package io.ballast.host;

import io.ballast.bus.RefusedException;
import io.ballast.host.Hypervisor.Description;
import io.ballast.host.LibvirtRefusal.Work;
import io.ballast.messages.Reason;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.libvirt.LibvirtException;

/**
 * What the hypervisor's verbs are in calls of libvirt. Each blocks, and throws a {@link
 * RefusedException} with a typed reason for every error of libvirt.
 */
final class LibvirtCalls {
  /**
   * Also forget what libvirt keeps beside a domain: saved memory, snapshots, NVRAM, checkpoints.
   */
  private static final int UNDEFINE_ALL = 1 | 1 << 1 | 1 << 2 | 1 << 4;

  private LibvirtCalls() {}

  /** A call on a domain of libvirt-java. */
  interface OnDomain {
    void on(org.libvirt.Domain domain) throws LibvirtException;
  }

  /** A call of libvirt that we make ourselves. */
  private interface Own<T> {
    T call() throws LibvirtFailure;
  }

  static List<Domain> sample(LibvirtConnection connection, Map<VmId, Domain> before) {
    return own(
        Work.OTHER,
        "the look at all VMs",
        () -> {
          List<Domain> domains = new ArrayList<>();
          for (LibvirtConnection.Stats stats : connection.statsOfAll()) {
            domains.add(domain(stats, Optional.ofNullable(before.get(stats.id()))));
          }
          return domains;
        });
  }

  static Optional<Description> inspect(LibvirtConnection connection, VmId vm) {
    return ifThere(
        () -> {
          Domain domain =
              own(
                  Work.OTHER,
                  "the look at VM " + vm,
                  () -> domain(connection.statsOf(vm), Optional.empty()));
          String xml = own(Work.OTHER, "the look at VM " + vm, () -> connection.xml(vm));
          return new Description(domain, xml);
        });
  }

  static Optional<VmState> state(LibvirtConnection connection, VmId vm) {
    return ifThere(() -> own(Work.OTHER, "the look at VM " + vm, () -> connection.state(vm)));
  }

  static Optional<LibvirtJob> job(LibvirtConnection connection, VmId vm, int flags) {
    return own(Work.OTHER, "the look at VM " + vm, () -> connection.job(vm, flags));
  }

  static VmId define(LibvirtConnection connection, String xml) {
    return own(Work.DEFINE, "the definition of the VM", () -> connection.define(xml));
  }

  static void undefine(LibvirtConnection connection, VmId vm) {
    Optional<VmState> state = state(connection, vm);
    if (state.isEmpty()) {
      return;
    }
    if (state.get().active()) {
      throw new RefusedException(
          Reason.WRONG_STATE,
          "VM " + vm + " can't be undefined while it runs. Shut it down or destroy it first.");
    }
    try {
      act(connection, vm, "the removal of VM " + vm, domain -> domain.undefine(UNDEFINE_ALL));
    } catch (RefusedException e) {
      if (e.reason() != Reason.UNKNOWN_VM) {
        throw e;
      }
    }
  }

  static void abortJob(LibvirtConnection connection, VmId vm) {
    act(connection, vm, "the abort of what works on VM " + vm, domain -> domain.abortJob());
  }

  /** Calls something on a domain. {@code what} is for people: "the start of VM x". */
  static void act(LibvirtConnection connection, VmId vm, String what, OnDomain call) {
    try {
      onDomain(connection, vm, call);
    } catch (LibvirtException e) {
      throw LibvirtRefusal.of(e.getError()).refused(Work.OTHER, what);
    }
  }

  static void onDomain(LibvirtConnection connection, VmId vm, OnDomain call)
      throws LibvirtException {
    org.libvirt.Domain domain = connection.domainLookupByUUID(vm.value());
    try {
      call.on(domain);
    } finally {
      domain.free();
    }
  }

  private static Domain domain(LibvirtConnection.Stats stats, Optional<Domain> before) {
    return LibvirtDomains.read(stats.id(), stats.name(), stats.values(), before);
  }

  private static <T> T own(Work work, String what, Own<T> call) {
    try {
      return call.call();
    } catch (LibvirtFailure e) {
      throw e.refusal().refused(work, what);
    }
  }

  private static <T> Optional<T> ifThere(java.util.function.Supplier<T> look) {
    try {
      return Optional.of(look.get());
    } catch (RefusedException e) {
      if (e.reason() == Reason.UNKNOWN_VM) {
        return Optional.empty();
      }
      throw e;
    }
  }
}
