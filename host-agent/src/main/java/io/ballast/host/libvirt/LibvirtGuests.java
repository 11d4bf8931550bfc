package io.ballast.host.libvirt;

import io.ballast.bus.RefusedException;
import io.ballast.host.trade.Needs;
import io.ballast.messages.Reason;
import io.ballast.messages.VmState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.libvirt.Domain;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;
import org.libvirt.StoragePool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether a domain of another host can come to this one. Each call blocks. */
final class LibvirtGuests {
  private static final Logger LOG = LoggerFactory.getLogger(LibvirtGuests.class);

  private static final Path LINKS = Path.of("/sys/class/net");

  private LibvirtGuests() {}

  /** Throws the first objection as a {@link RefusedException}. */
  static void check(LibvirtConnection connection, Needs needs) {
    Optional<VmState> state = LibvirtCalls.state(connection, needs.vm());
    if (state.filter(VmState::active).isPresent()) {
      throw refused(
          Reason.WRONG_STATE, needs.name() + " is active here already; look which copy is the one");
    }
    try {
      name(connection, needs);
      for (String pool : needs.pools()) {
        pool(connection, pool);
      }
    } catch (LibvirtException e) {
      throw LibvirtRefusal.of(e.getError())
          .refused(LibvirtRefusal.Attempt.OTHER, "the look whether " + needs.name() + " can come");
    }
    for (String bridge : needs.bridges()) {
      if (bridge.contains("/") || !Files.exists(LINKS.resolve(bridge))) {
        throw refused(
            Reason.NOT_ALLOWED,
            "this host has no bridge " + bridge + "; make it, or choose another");
      }
    }
    needs.cpu().ifPresent(cpu -> cpu(connection, cpu));
  }

  private static void name(LibvirtConnection connection, Needs needs) throws LibvirtException {
    Domain namesake;
    try {
      namesake = connection.domainLookupByName(needs.name());
    } catch (LibvirtException e) {
      if (e.getError().getCode() == ErrorNumber.VIR_ERR_NO_DOMAIN) {
        return;
      }
      throw e;
    }
    try {
      if (!namesake.getUUIDString().equals(needs.vm().toString())) {
        throw refused(
            Reason.WRONG_STATE,
            "another VM here, %s, has the name %s; rename one, or choose another host"
                .formatted(namesake.getUUIDString(), needs.name()));
      }
    } finally {
      namesake.free();
    }
  }

  private static void pool(LibvirtConnection connection, String name) throws LibvirtException {
    StoragePool pool;
    try {
      pool = connection.storagePoolLookupByName(name);
    } catch (LibvirtException e) {
      if (e.getError().getCode() == ErrorNumber.VIR_ERR_NO_STORAGE_POOL) {
        throw refused(
            Reason.NOT_ALLOWED, "this host has no pool " + name + "; make it, or choose another");
      }
      throw e;
    }
    try {
      if (pool.isActive() != 1) {
        throw refused(
            Reason.NOT_ALLOWED, "the pool " + name + " of this host is not active; start it");
      }
    } finally {
      pool.free();
    }
  }

  /** A libvirt that can't compare leaves the decision to the migration. */
  private static void cpu(LibvirtConnection connection, String cpu) {
    try {
      if (!connection.provides(cpu)) {
        throw refused(
            Reason.HYPERVISOR_REFUSED,
            "this host can't provide the CPU that the VM has; choose a host with a CPU of the same"
                + " kind or a newer one");
      }
    } catch (LibvirtFailure e) {
      LOG.info("CPUs can't be compared here: {}", e.refusal().sentence());
    }
  }

  private static RefusedException refused(Reason reason, String message) {
    return new RefusedException(reason, message);
  }
}
