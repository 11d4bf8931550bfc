package io.ballast.host.libvirt;

import io.ballast.bus.RefusedException;
import io.ballast.host.libvirt.LibvirtRefusal.Attempt;
import io.ballast.host.trade.Domain;
import io.ballast.host.trade.DomainXml;
import io.ballast.host.trade.Hypervisor.Description;
import io.ballast.host.trade.Passage;
import io.ballast.host.trade.Steering;
import io.ballast.messages.Bytes;
import io.ballast.messages.Reason;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.libvirt.DomainInfo;
import org.libvirt.LibvirtException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the hypervisor's verbs are in calls of libvirt. Each blocks, and throws a {@link
 * RefusedException} with a typed reason for every error of libvirt.
 */
final class LibvirtCalls {
  /**
   * Also forget what libvirt keeps beside a domain: saved memory, snapshots, NVRAM, checkpoints.
   */
  private static final int UNDEFINE_ALL = 1 | 1 << 1 | 1 << 2 | 1 << 4;

  /** All of that, and leave the NVRAM and the state of the TPM where they are. */
  private static final int UNDEFINE_ONLY = 1 | 1 << 1 | 1 << 3 | 1 << 4 | 1 << 6;

  private static final Logger LOG = LoggerFactory.getLogger(LibvirtCalls.class);
  private static final LibvirtParameters NOTHING = new LibvirtParameters(Map.of());

  private LibvirtCalls() {}

  /** A call on a domain of libvirt-java. */
  interface OnDomain {
    void on(org.libvirt.Domain domain) throws LibvirtException;
  }

  /** A call of libvirt that we make ourselves. */
  private interface Own<T> {
    T call() throws LibvirtFailure;
  }

  static void shutDown(org.libvirt.Domain domain, VmId vm, boolean defined)
      throws LibvirtException {
    if (defined && domain.isPersistent() == 0) {
      throw new RefusedException(
          Reason.WRONG_STATE,
          "VM %s is only in memory, and gone once it is shut down; have its host define it first"
              .formatted(vm));
    }
    domain.shutdown();
  }

  /** What the QEMU processes tell of themselves; one that hangs makes this call hang. */
  static Map<VmId, LibvirtParameters> details(LibvirtConnection connection) {
    return own(
        Attempt.LOOK,
        "the look into the VMs",
        () ->
            connection.statsOfAll(LibvirtNative.STATS_OF_QEMU).stream()
                .collect(
                    Collectors.toMap(
                        LibvirtConnection.Stats::id,
                        LibvirtConnection.Stats::values,
                        (one, same) -> same)));
  }

  /** All domains by what libvirt has at hand, and the details that are known from before. */
  static List<Domain> sample(
      LibvirtConnection connection,
      Map<VmId, LibvirtParameters> details,
      Map<VmId, Domain> before) {
    List<LibvirtConnection.Stats> all =
        own(
            Attempt.LOOK,
            "the look at all VMs",
            () -> connection.statsOfAll(LibvirtNative.STATS_AT_HAND));
    List<Domain> domains = new ArrayList<>();
    for (LibvirtConnection.Stats stats : all) {
      Optional<Domain> last = Optional.ofNullable(before.get(stats.id()));
      LibvirtParameters known = details.get(stats.id());
      if (known == null) {
        boolean sized = last.filter(seen -> seen.memory().compareTo(Bytes.ZERO) > 0).isPresent();
        known = sized ? NOTHING : sizeOrNothing(connection, stats.id());
      }
      domains.add(domain(stats, known, last));
    }
    return domains;
  }

  /** The size of a domain that QEMU told nothing of; the sample does without if it can't be had. */
  private static LibvirtParameters sizeOrNothing(LibvirtConnection connection, VmId vm) {
    try {
      return size(connection, vm);
    } catch (RefusedException e) {
      LOG.debug("{}", e.getMessage());
      return NOTHING;
    }
  }

  /** One domain, with the details that are known from before. */
  static Optional<Description> inspect(
      LibvirtConnection connection, VmId vm, LibvirtParameters details, Optional<Domain> before) {
    return ifThere(
        () -> {
          LibvirtParameters known = size(connection, vm).or(details);
          String what = "the look at VM " + vm;
          Domain domain =
              domain(own(Attempt.LOOK, what, () -> connection.statsOf(vm)), known, before);
          String xml = own(Attempt.LOOK, what, () -> connection.xml(vm));
          boolean defined = own(Attempt.LOOK, what, () -> connection.isDefined(vm));
          return new Description(described(domain, xml), xml, defined);
        });
  }

  private static Domain described(Domain domain, String xml) {
    try {
      return domain.as(DomainXml.of(xml));
    } catch (RefusedException e) {
      LOG.warn("The description of VM {} can't be read: {}", domain.id(), e.getMessage());
      return domain;
    }
  }

  /** Memory and virtual CPUs of a domain, named as in statistics; QEMU is not asked. */
  private static LibvirtParameters size(LibvirtConnection connection, VmId vm) {
    Map<String, Object> size = new HashMap<>();
    act(
        connection,
        vm,
        "the look at VM " + vm,
        domain -> {
          DomainInfo now = domain.getInfo();
          size.put("balloon.maximum", now.maxMem);
          size.put("balloon.current", now.memory);
          size.put("vcpu.current", (long) now.nrVirtCpu);
        });
    return new LibvirtParameters(size);
  }

  static Optional<VmState> state(LibvirtConnection connection, VmId vm) {
    return ifThere(() -> own(Attempt.LOOK, "the look at VM " + vm, () -> connection.state(vm)));
  }

  static Optional<LibvirtJob> job(LibvirtConnection connection, VmId vm, int flags) {
    return own(Attempt.LOOK, "the look at VM " + vm, () -> connection.job(vm, flags));
  }

  static VmId define(LibvirtConnection connection, String xml) {
    return own(Attempt.DEFINE, "the definition of the VM", () -> connection.define(xml));
  }

  static void undefine(LibvirtConnection connection, VmId vm) {
    undefine(connection, vm, UNDEFINE_ALL);
  }

  /** Lets a domain run that was left standing where it came to, and not one with a broken disk. */
  static void letRun(LibvirtConnection connection, VmId vm, String what) {
    boolean brokenDown = own(Attempt.LOOK, what, () -> connection.condition(vm)).brokenDown();
    if (brokenDown) {
      throw new RefusedException(
          Reason.WRONG_STATE, what + " was not done: it stands still there for a failure");
    }
    act(connection, vm, what, org.libvirt.Domain::resume);
  }

  /** Removes a domain that came here and never ran; what it shares with its source stays. */
  static void drop(LibvirtConnection connection, VmId vm, String what) {
    Optional<VmState> state = state(connection, vm);
    if (state.equals(Optional.of(VmState.RUNNING))) {
      throw new RefusedException(Reason.WRONG_STATE, what + " was not done: it runs there");
    }
    if (state.filter(VmState::active).isPresent()) {
      act(connection, vm, what, org.libvirt.Domain::destroy);
    }
    undefine(connection, vm, UNDEFINE_ONLY);
  }

  private static void undefine(LibvirtConnection connection, VmId vm, int flags) {
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
      act(connection, vm, "the removal of VM " + vm, domain -> domain.undefine(flags));
    } catch (RefusedException e) {
      if (e.reason() != Reason.UNKNOWN_VM) {
        throw e;
      }
    }
  }

  /** The migration of a VM away from here, whoever began it. */
  static Optional<Passage> migration(LibvirtConnection connection, VmId vm) {
    return ifThere(() -> own(Attempt.LOOK, "the look at VM " + vm, () -> connection.condition(vm)))
        .filter(now -> now.state().active() && !now.brokenInPostCopy())
        .flatMap(
            now ->
                job(connection, vm, 0)
                    .filter(LibvirtJob::leaving)
                    .map(job -> job.passage(pause(connection, vm), now.leftByPostCopy())));
  }

  private static Duration pause(LibvirtConnection connection, VmId vm) {
    return own(Attempt.LOOK, "the look at VM " + vm, () -> connection.pause(vm));
  }

  /** Changes the migration of a VM away from here, whoever began it. */
  static void steer(LibvirtConnection connection, VmId vm, Steering how) {
    if (job(connection, vm, 0).filter(LibvirtJob::leaving).isEmpty()) {
      throw new RefusedException(
          Reason.WRONG_STATE, "VM " + vm + " does not migrate away from this host");
    }
    String what = "the change of the migration of VM " + vm;
    switch (how) {
      case Steering.Pause pause ->
          act(
              connection,
              vm,
              what,
              domain -> domain.migrateSetMaxDowntime(pause.most().toMillis()));
      case Steering.Bandwidth bandwidth ->
          own(
              Attempt.OTHER,
              what,
              () -> connection.limitMigration(vm, LibvirtMigration.mebibytes(bandwidth.most())));
      case Steering.PostCopy once -> own(Attempt.OTHER, what, () -> connection.startPostCopy(vm));
    }
  }

  /**
   * Aborts the migration of a VM, whoever began it. Any other job of libvirt's, such as a dump or a
   * backup, is left alone.
   */
  static void abortMigration(LibvirtConnection connection, VmId vm) {
    if (job(connection, vm, 0).filter(LibvirtJob::leaving).isEmpty()) {
      throw new RefusedException(
          Reason.WRONG_STATE, "VM " + vm + " does not migrate away from this host");
    }
    abortJob(connection, vm);
  }

  static void abortJob(LibvirtConnection connection, VmId vm) {
    act(connection, vm, "the abort of what works on VM " + vm, domain -> domain.abortJob());
  }

  /** Calls something on a domain. {@code what} is for people: "the start of VM x". */
  static void act(LibvirtConnection connection, VmId vm, String what, OnDomain call) {
    try {
      onDomain(connection, vm, call);
    } catch (LibvirtException e) {
      throw LibvirtRefusal.of(e.getError()).refused(Attempt.OTHER, what);
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

  private static Domain domain(
      LibvirtConnection.Stats stats, LibvirtParameters details, Optional<Domain> before) {
    return LibvirtDomains.read(stats.id(), stats.name(), stats.values().or(details), before);
  }

  private static <T> T own(Attempt attempt, String what, Own<T> call) {
    try {
      return call.call();
    } catch (LibvirtFailure e) {
      throw e.refusal().refused(attempt, what);
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
