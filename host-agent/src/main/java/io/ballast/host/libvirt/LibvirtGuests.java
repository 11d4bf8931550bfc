package io.ballast.host.libvirt;

import io.ballast.host.trade.DomainObstacles;
import io.ballast.host.trade.Hypervisor.Description;
import io.ballast.host.trade.Leaving;
import io.ballast.host.trade.Needs;
import io.ballast.host.trade.SharedFiles;
import io.ballast.host.trade.SharedFiles.Seen;
import io.ballast.messages.Machine;
import io.ballast.messages.Obstacle;
import io.ballast.messages.Obstacle.Kind;
import io.ballast.messages.Reason;
import io.ballast.messages.VmState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.libvirt.Domain;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;
import org.libvirt.StoragePool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What stands in the way of a domain that would come to this host, or leave it. Each blocks. */
final class LibvirtGuests {
  private static final Logger LOG = LoggerFactory.getLogger(LibvirtGuests.class);

  /** What a minor version counts in libvirt's number of a version. */
  private static final long MINOR = 1_000;

  private static final Path LINKS = Path.of("/sys/class/net");

  private LibvirtGuests() {}

  /**
   * All that stands in the way of one that would come.
   *
   * @param files what was seen here of the files of its disks, by their paths
   */
  static List<Obstacle> coming(
      LibvirtConnection connection, Needs needs, Function<String, Optional<Seen>> files) {
    List<Obstacle> obstacles = new ArrayList<>();
    Optional<VmState> state = LibvirtCalls.state(connection, needs.vm());
    if (state.filter(VmState::active).isPresent()) {
      obstacles.add(
          new Obstacle(
              Kind.STATE, needs.name() + " is active here already; look which copy is the one"));
    }
    try {
      name(connection, needs).ifPresent(obstacles::add);
      for (String pool : needs.pools()) {
        pool(connection, pool).ifPresent(obstacles::add);
      }
      if (needs.machine().isPresent()) {
        version(connection, needs.machine().get()).ifPresent(obstacles::add);
      }
    } catch (LibvirtException e) {
      throw LibvirtRefusal.of(e.getError())
          .refused(LibvirtRefusal.Attempt.OTHER, "the look whether " + needs.name() + " can come");
    }
    for (String bridge : needs.bridges()) {
      if (bridge.contains("/") || !Files.exists(LINKS.resolve(bridge))) {
        obstacles.add(
            new Obstacle(
                Kind.BRIDGE, "this host has no bridge " + bridge + "; make it, or choose another"));
      }
    }
    needs.machine().flatMap(machine -> machine(connection, machine)).ifPresent(obstacles::add);
    needs.cpu().flatMap(cpu -> cpu(connection, cpu)).ifPresent(obstacles::add);
    obstacles.addAll(SharedFiles.obstacles(needs.files(), files));
    return obstacles;
  }

  /**
   * What stands in the way of one that would leave, and the files that it shares.
   *
   * @param files what was seen here of the files of its disks, by their paths
   */
  static Leaving leaving(
      LibvirtConnection connection, Description domain, Function<String, Optional<Seen>> files) {
    try {
      return new Leaving(
          connection.getVersion(),
          new DomainObstacles(path -> files.apply(path).map(Seen::kind)).of(domain.xml()),
          SharedFiles.of(domain.xml(), files));
    } catch (LibvirtException e) {
      throw LibvirtRefusal.of(e.getError())
          .refused(
              LibvirtRefusal.Attempt.LOOK,
              "the look whether " + domain.domain().name() + " can go");
    }
  }

  /** A guest goes to a hypervisor that is as new, or newer: an older one may not know its state. */
  private static Optional<Obstacle> version(LibvirtConnection connection, Machine machine)
      throws LibvirtException {
    long here = connection.getVersion();
    return here / MINOR >= machine.version() / MINOR
        ? Optional.empty()
        : Optional.of(
            new Obstacle(
                Kind.VERSION,
                "its host has a hypervisor of version %s, and this host has %s; choose a host with the"
                        .formatted(words(machine.version()), words(here))
                    + " same or a newer one"));
  }

  private static String words(long version) {
    return version / 1_000_000 + "." + version / MINOR % 1_000;
  }

  /** A libvirt that can't say leaves the decision to the migration. */
  private static Optional<Obstacle> machine(LibvirtConnection connection, Machine machine) {
    try {
      connection.checkMachine(machine);
      return Optional.empty();
    } catch (LibvirtFailure e) {
      if (!isMeant(e.refusal())) {
        LOG.info("Machines can't be compared here: {}", e.refusal().sentence());
        return Optional.empty();
      }
      return Optional.of(
          new Obstacle(
              Kind.MACHINE,
              "this host can't run its machine %s (%s); choose another host"
                  .formatted(machine.type(), e.refusal().sentence())));
    }
  }

  private static boolean isMeant(LibvirtRefusal refusal) {
    return refusal.reason(LibvirtRefusal.Attempt.DEFINE) == Reason.INVALID_DOMAIN;
  }

  private static Optional<Obstacle> name(LibvirtConnection connection, Needs needs)
      throws LibvirtException {
    Domain namesake;
    try {
      namesake = connection.domainLookupByName(needs.name());
    } catch (LibvirtException e) {
      if (e.getError().getCode() == ErrorNumber.VIR_ERR_NO_DOMAIN) {
        return Optional.empty();
      }
      throw e;
    }
    try {
      return namesake.getUUIDString().equals(needs.vm().toString())
          ? Optional.empty()
          : Optional.of(
              new Obstacle(
                  Kind.NAME,
                  "another VM here, %s, has the name %s; rename one, or choose another host"
                      .formatted(namesake.getUUIDString(), needs.name())));
    } finally {
      namesake.free();
    }
  }

  private static Optional<Obstacle> pool(LibvirtConnection connection, String name)
      throws LibvirtException {
    StoragePool pool;
    try {
      pool = connection.storagePoolLookupByName(name);
    } catch (LibvirtException e) {
      if (e.getError().getCode() == ErrorNumber.VIR_ERR_NO_STORAGE_POOL) {
        return Optional.of(
            new Obstacle(
                Kind.POOL, "this host has no pool " + name + "; make it, or choose another"));
      }
      throw e;
    }
    try {
      return pool.isActive() == 1
          ? Optional.empty()
          : Optional.of(
              new Obstacle(
                  Kind.POOL, "the pool " + name + " of this host is not active; start it"));
    } finally {
      pool.free();
    }
  }

  /** A libvirt that can't compare leaves the decision to the migration. */
  private static Optional<Obstacle> cpu(LibvirtConnection connection, String cpu) {
    try {
      return connection.provides(cpu)
          ? Optional.empty()
          : Optional.of(
              new Obstacle(
                  Kind.CPU,
                  "this host can't provide the CPU that the VM has; choose a host with a CPU of the"
                      + " same kind or a newer one"));
    } catch (LibvirtFailure e) {
      LOG.info("CPUs can't be compared here: {}", e.refusal().sentence());
      return Optional.empty();
    }
  }
}
