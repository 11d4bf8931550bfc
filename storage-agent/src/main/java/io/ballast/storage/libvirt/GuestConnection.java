package io.ballast.storage.libvirt;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
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
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import java.util.regex.Pattern;
import org.libvirt.Connect;
import org.libvirt.Domain;
import org.libvirt.DomainBlockJobInfo;
import org.libvirt.Error;
import org.libvirt.Error.ErrorDomain;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;
import org.libvirt.jna.DomainPointer;
import org.libvirt.jna.Libvirt;
import org.libvirt.jna.Libvirt.VirErrorCallback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connection to a libvirt, by which the disks of its domains are worked on. It blocks. */
final class GuestConnection extends Connect implements Guests {
  private static final Pattern UUID =
      Pattern.compile("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");
  private static final Logger LOG = LoggerFactory.getLogger(GuestConnection.class);

  /** Kept for ever, because libvirt does; without it every error is also printed. */
  private static final VirErrorCallback SILENCE = (user, error) -> {};

  /** The functions of libvirt that libvirt-java lacks, by their C names and with their results. */
  interface Own extends Library {
    Own CALLS = Native.load("virt", Own.class, Map.of(OPTION_STRING_ENCODING, "UTF-8"));

    int virDomainBlockPull(DomainPointer domain, String disk, NativeLong bandwidth, int flags);

    int virDomainAgentSetResponseTimeout(DomainPointer domain, int seconds, int flags);

    int virDomainFSFreeze(DomainPointer domain, Pointer all, int none, int flags);

    int virDomainFSThaw(DomainPointer domain, Pointer all, int none, int flags);

    int virDomainFree(DomainPointer domain);

    int virDomainSetBlockIoTune(
        DomainPointer domain, String disk, Pointer params, int count, int flags);

    int virDomainBlockCopy(
        DomainPointer domain, String disk, String into, Pointer params, int count, int flags);

    int virTypedParamsAddULLong(
        PointerByReference params,
        IntByReference count,
        IntByReference room,
        String name,
        long value);

    void virTypedParamsFree(Pointer params, int count);
  }

  /** A guest's agent may never answer, and libvirt would wait for it. */
  private static final int AGENT_SECONDS = 60;

  private static final int RESIZE_IN_BYTES = 1;
  private static final int DO_NOT_WAIT = 1;
  private static final int PIVOT = 1 << 1;
  private static final int COMMIT_ACTIVE = 1 << 2;

  static final int WITH_SECRETS = 1;
  static final int DEFINED = 1 << 1;

  private static final int REMEMBER_NOTHING = 1 << 2;
  private static final int ONLY_DISKS = 1 << 4;
  private static final int FILES_ARE_THERE = 1 << 5;
  private static final int FREEZE = 1 << 6;
  private static final int ALL_OR_NONE = 1 << 7;

  private final String uri;
  private final Sleep sleep = new Sleep(this);
  private final Plugs plugs = new Plugs(this);
  private boolean broken;

  private GuestConnection(String uri) throws LibvirtException {
    super(uri);
    this.uri = uri;
  }

  static GuestConnection open(String uri) {
    try {
      Connect.setErrorCallback(SILENCE);
      return new GuestConnection(uri);
    } catch (LibvirtException | LinkageError e) {
      throw new RefusedException(
          Reason.HYPERVISOR_UNREACHABLE,
          "libvirt at %s can't be reached: %s; look whether libvirtd runs"
              .formatted(uri, e.getMessage()));
    }
  }

  @Override
  public Optional<RefusedException> lost() {
    try {
      if (!broken && isAlive()) {
        return Optional.empty();
      }
    } catch (LibvirtException e) {
      LOG.debug("{}: {}", uri, e.getMessage());
    }
    return Optional.of(
        new RefusedException(
            Reason.HYPERVISOR_UNREACHABLE,
            "libvirt at %s closed the connection; look whether libvirtd runs".formatted(uri)));
  }

  @Override
  public void end() {
    try {
      close();
    } catch (LibvirtException e) {
      LOG.debug("closing the connection to {}: {}", uri, e.getMessage());
    }
  }

  interface Use<T> {
    T of(Domain domain) throws LibvirtException;
  }

  /** Calls something on a domain. {@code what} is for people: "the look at VM x". */
  <T> T on(String vm, String what, Use<T> use) {
    try {
      Domain domain = found(vm);
      try {
        return use.of(domain);
      } finally {
        domain.free();
      }
    } catch (LibvirtException e) {
      throw failed(what, e.getError());
    }
  }

  /** What looks like a UUID is one, and nothing's name. */
  private Domain found(String vm) throws LibvirtException {
    return UUID.matcher(vm).matches() ? domainLookupByUUIDString(vm) : domainLookupByName(vm);
  }

  interface Deed {
    void on(Domain domain) throws LibvirtException;
  }

  /** Changes something of a domain that stays where it is. */
  void change(String vm, String what, Deed deed) {
    on(
        vm,
        what,
        domain -> {
          staying(vm, domain);
          unsaved(vm, domain);
          deed.on(domain);
          return true;
        });
  }

  /** Libvirt would keep its caller waiting for half a minute before it said so. */
  static void staying(String vm, Domain domain) throws LibvirtException {
    if (domain.isActive() == 1 && domain.getJobInfo().getType() != 0) {
      throw new RefusedException(
          Reason.BUSY,
          "VM %s is being moved away or saved, and its disks stay as they are until then; try again"
                  .formatted(vm)
              + " when that has ended");
    }
  }

  /** The memory that was saved belongs to its disks as they are. */
  static void unsaved(String vm, Domain domain) throws LibvirtException {
    if (domain.isActive() != 1 && domain.hasManagedSaveImage() == 1) {
      throw new RefusedException(
          Reason.WRONG_STATE,
          "VM %s is saved with its memory; start it, or have libvirt forget that with 'virsh"
                  .formatted(vm)
              + " managedsave-remove "
              + vm
              + "'");
    }
  }

  RefusedException failed(String what, Error error) {
    broken |= error.getDomain() == ErrorDomain.VIR_FROM_RPC;
    String words = String.valueOf(error.getMessage());
    return new RefusedException(
        reason(error.getCode(), words), what + " failed: " + words.strip() + advice(error));
  }

  private Reason reason(ErrorNumber code, String words) {
    if (broken) {
      return Reason.MAY_YET_HAPPEN;
    }
    if (words.contains("No space left")) {
      return Reason.NO_ROOM;
    }
    return code == ErrorNumber.VIR_ERR_NO_DOMAIN
        ? Reason.UNKNOWN_VM
        : code == ErrorNumber.VIR_ERR_OPERATION_TIMEOUT ? Reason.BUSY : Reason.HYPERVISOR_REFUSED;
  }

  private static String advice(Error error) {
    return error.getCode() == ErrorNumber.VIR_ERR_OPERATION_TIMEOUT
        ? "; look what else works on the VM, and try again when that has ended"
        : "";
  }

  @Override
  public Machine machine(String vm) {
    return on(vm, "the look at VM " + vm, GuestConnection::machine);
  }

  @Override
  public Map<VmId, Machine> active() {
    try {
      Map<VmId, Machine> active = new TreeMap<>();
      for (Domain domain : listAllDomains(0)) {
        try {
          add(domain, active);
        } finally {
          domain.free();
        }
      }
      return active;
    } catch (LibvirtException e) {
      throw failed("the look at all VMs", e.getError());
    }
  }

  /** One that ends meanwhile is none of them. */
  private static void add(Domain domain, Map<VmId, Machine> active) throws LibvirtException {
    try {
      Machine machine = machine(domain);
      if (machine.active()) {
        active.put(VmId.of(domain.getUUIDString()), machine);
      }
    } catch (LibvirtException e) {
      if (e.getError().getCode() != ErrorNumber.VIR_ERR_NO_DOMAIN) {
        throw e;
      }
    }
  }

  private static Machine machine(Domain domain) throws LibvirtException {
    boolean active = domain.isActive() == 1 || domain.hasManagedSaveImage() == 1;
    return Machine.of(domain.getXMLDesc(0), active);
  }

  @Override
  public View view(Slot slot) {
    return on(
        slot.vm(),
        "the look at " + slot,
        domain -> {
          // The job first: what it has changed when it is gone is to be seen then.
          Optional<Job> job = domain.isActive() == 1 ? job(domain, slot) : Optional.empty();
          return new View(machine(domain), job);
        });
  }

  static Optional<Job> job(Domain domain, Slot slot) throws LibvirtException {
    DomainBlockJobInfo job = domain.getBlockJobInfo(slot.target(), 0);
    Job.Kind kind =
        switch (job.type) {
          case 1 -> Job.Kind.PULL;
          case 2 -> Job.Kind.COPY;
          case 3 -> Job.Kind.COMMIT;
          case 4 -> Job.Kind.COMMIT_TOP;
          default -> Job.Kind.OTHER;
        };
    return job.type == 0 ? Optional.empty() : Optional.of(new Job(kind, job.cur, job.end));
  }

  @Override
  public void grow(Slot slot, Bytes size) {
    change(
        slot.vm(),
        "the growth of " + slot,
        domain -> domain.blockResize(slot.target(), size.value(), RESIZE_IN_BYTES));
  }

  @Override
  public String plug(String vm, Plug plug) {
    return plugs.plug(vm, plug);
  }

  @Override
  public boolean unplug(Slot slot) {
    return plugs.unplug(slot);
  }

  @Override
  public boolean isPlugged(Slot slot) {
    return plugs.isPlugged(slot);
  }

  @Override
  public void forget(Slot slot) {
    plugs.forget(slot);
  }

  @Override
  public void limit(Slot slot, DiskLimits limits) {
    plugs.limit(slot, limits);
  }

  @Override
  public void pull(Slot slot) {
    String what = "the flattening of " + slot;
    change(slot.vm(), what, domain -> pull(what, slot));
  }

  private void pull(String what, Slot slot) {
    call(
        slot.vm(),
        what,
        domain -> Own.CALLS.virDomainBlockPull(domain, slot.target(), new NativeLong(0), 0));
  }

  int call(String vm, String what, ToIntFunction<DomainPointer> call) {
    DomainPointer domain = Libvirt.INSTANCE.virDomainLookupByName(vcp, vm);
    if (domain == null) {
      throw failed(what, lastError());
    }
    try {
      int result = call.applyAsInt(domain);
      if (result < 0) {
        throw failed(what, lastError());
      }
      return result;
    } finally {
      Own.CALLS.virDomainFree(domain);
    }
  }

  /** The error of the call that this thread has just made. */
  private static Error lastError() {
    return new Error(Libvirt.INSTANCE.virGetLastError());
  }

  @Override
  public void abort(Slot slot) {
    on(
        slot.vm(),
        "the end of the work on " + slot,
        domain -> {
          domain.blockJobAbort(slot.target(), DO_NOT_WAIT);
          return true;
        });
  }

  @Override
  public void layer(String vm, Map<String, String> files, boolean freeze) {
    int flags = ONLY_DISKS | FILES_ARE_THERE | ALL_OR_NONE | REMEMBER_NOTHING;
    if (freeze) {
      patient(vm);
    }
    change(
        vm,
        "the snapshot of VM " + vm,
        domain ->
            domain
                .snapshotCreateXML(
                    Definition.snapshot(machine(domain), files), freeze ? flags | FREEZE : flags)
                .free());
  }

  void patient(String vm) {
    call(
        vm,
        "the talk with the agent in VM " + vm,
        domain -> Own.CALLS.virDomainAgentSetResponseTimeout(domain, AGENT_SECONDS, 0));
  }

  @Override
  public void rest(String vm, OperationId operation, Rest how, Duration within) {
    sleep.rest(vm, operation, how, within);
  }

  @Override
  public Woken wake(OperationId operation) {
    return sleep.wake(operation);
  }

  @Override
  public List<String> wakeAll() {
    return sleep.wakeAll();
  }

  @Override
  public void use(String vm, Map<String, Definition.Source> sources) {
    on(
        vm,
        "the definition of VM " + vm,
        domain -> {
          off(vm, domain);
          unsaved(vm, domain);
          String before = domain.getXMLDesc(DEFINED | WITH_SECRETS);
          domainDefineXML(Definition.upon(before, sources)).free();
          if (domain.isActive() == 1 && !lies(domain, sources)) {
            // It was started in between, with its disks as they were.
            domainDefineXML(before).free();
            off(vm, domain);
          }
          return true;
        });
  }

  private static void off(String vm, Domain domain) throws LibvirtException {
    if (domain.isActive() == 1) {
      throw new RefusedException(
          Reason.WRONG_STATE, "VM %s runs; shut it down first".formatted(vm));
    }
  }

  private static boolean lies(Domain domain, Map<String, Definition.Source> sources)
      throws LibvirtException {
    Machine now = machine(domain);
    return sources.entrySet().stream()
        .allMatch(
            source ->
                now.at(source.getKey())
                    .filter(disk -> disk.source().equals(source.getValue().path()))
                    .isPresent());
  }

  @Override
  public void commit(Slot slot, String upper, String lower, boolean top) {
    change(
        slot.vm(),
        "the merge of layers of " + slot,
        domain -> domain.blockCommit(slot.target(), lower, upper, 0, top ? COMMIT_ACTIVE : 0));
  }

  @Override
  public void copy(Slot slot, Definition.Source into) {
    plugs.copy(slot, into);
  }

  @Override
  public void pivot(Slot slot) {
    on(
        slot.vm(),
        "the switch of " + slot,
        domain -> {
          domain.blockJobAbort(slot.target(), DO_NOT_WAIT | PIVOT);
          return true;
        });
  }
}
