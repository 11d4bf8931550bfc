package io.ballast.host.libvirt;

import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import io.ballast.agent.LaneConnection;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Machine;
import io.ballast.messages.Reason;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.libvirt.Connect;
import org.libvirt.Error;
import org.libvirt.LibvirtException;
import org.libvirt.jna.Libvirt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connection to libvirt with keepalive, and the calls that libvirt-java lacks. Each blocks. */
final class LibvirtConnection extends Connect implements LaneConnection {
  private static final Logger LOG = LoggerFactory.getLogger(LibvirtConnection.class);
  private static final LibvirtNative CALLS = LibvirtNative.CALLS;

  /** Native code knows a connection by its number, so that it never holds on to one of ours. */
  private static final ConcurrentMap<Long, LibvirtConnection> OPEN = new ConcurrentHashMap<>();

  private static final AtomicLong NUMBERS = new AtomicLong();

  /** One for all connections and for ever: native code may call it at any time. */
  private static final LibvirtNative.CloseCallback CLOSED =
      (connection, reason, number) -> {
        LibvirtConnection closed = OPEN.get(Pointer.nativeValue(number));
        if (closed != null) {
          closed.closed.complete(reason);
        }
      };

  private final String uri;
  private final long number = NUMBERS.incrementAndGet();
  private final CompletableFuture<Integer> closed = new CompletableFuture<>();
  private boolean toldWhenClosed;

  LibvirtConnection(String uri) throws LibvirtException {
    super(uri);
    this.uri = uri;
  }

  /** Opens a connection; without a deadline, since libvirt has none. */
  static LibvirtConnection open(String uri, LibvirtSettings.KeepAlive keepAlive) {
    LibvirtEvents.start();
    try {
      LibvirtConnection opened = new LibvirtConnection(uri);
      opened.setKeepAlive((int) keepAlive.interval().toSeconds(), keepAlive.count());
      OPEN.put(opened.number, opened);
      // Drivers inside this process can't be told off, and say so here.
      opened.toldWhenClosed =
          CALLS.virConnectRegisterCloseCallback(
                  opened.pointer(), CLOSED, new Pointer(opened.number), null)
              == 0;
      return opened;
    } catch (LibvirtException e) {
      throw new RefusedException(
          Reason.HYPERVISOR_UNREACHABLE,
          "libvirt at "
              + uri
              + " can't be reached: "
              + LibvirtRefusal.of(e.getError()).sentence()
              + ". Look whether libvirtd runs there.");
    }
  }

  @Override
  public Optional<RefusedException> lost() {
    try {
      if (!closed.isDone() && isAlive()) {
        return Optional.empty();
      }
      // The event loop tells the reason at about the time at which the call fails.
      int reason = toldWhenClosed ? closed.get(1, TimeUnit.SECONDS) : 0;
      return Optional.of(reason == LibvirtNative.CLOSED_BY_KEEPALIVE ? stuck() : unreachable());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of(unreachable());
    } catch (LibvirtException | TimeoutException | ExecutionException e) {
      return Optional.of(unreachable());
    }
  }

  private RefusedException stuck() {
    return new RefusedException(
        Reason.HYPERVISOR_STUCK,
        "libvirt at " + uri + " gives no sign of life. Look whether libvirtd there hangs.");
  }

  private RefusedException unreachable() {
    return new RefusedException(
        Reason.HYPERVISOR_UNREACHABLE,
        "libvirt at " + uri + " closed the connection. Look whether libvirtd there runs.");
  }

  @Override
  public void end() {
    try {
      // Libvirt holds the connection open for its callback, until that was called or taken back.
      if (toldWhenClosed && !closed.isDone()) {
        CALLS.virConnectUnregisterCloseCallback(pointer(), CLOSED);
      }
      close();
    } catch (LibvirtException e) {
      LOG.debug("closing the connection to {}: {}", uri, e.getMessage());
    } finally {
      OPEN.remove(number);
    }
  }

  Pointer pointer() {
    return vcp.getPointer();
  }

  /** Statistics of a domain. */
  record Stats(VmId id, String name, LibvirtParameters values) {}

  List<Stats> statsOfAll(int groups) throws LibvirtFailure {
    PointerByReference records = new PointerByReference();
    int n =
        CALLS.virConnectGetAllDomainStats(pointer(), groups, records, LibvirtNative.STATS_NOWAIT);
    return stats(n, records);
  }

  /** The statistics of one domain that libvirt has at hand. */
  Stats statsOf(VmId vm) throws LibvirtFailure {
    return with(
        lookUp(vm),
        domain -> {
          PointerByReference records = new PointerByReference();
          int n =
              CALLS.virDomainListGetStats(
                  new @Nullable Pointer[] {domain, null},
                  LibvirtNative.STATS_AT_HAND,
                  records,
                  LibvirtNative.STATS_NOWAIT);
          List<Stats> one = stats(n, records);
          if (one.isEmpty()) {
            throw new LibvirtFailure(
                new LibvirtRefusal(
                    Error.ErrorNumber.VIR_ERR_NO_DOMAIN,
                    Error.ErrorDomain.VIR_FROM_DOM,
                    "it went away while it was looked at"));
          }
          return one.getFirst();
        });
  }

  private static List<Stats> stats(int n, PointerByReference records) throws LibvirtFailure {
    if (n < 0) {
      throw failure();
    }
    Pointer list = records.getValue();
    List<Stats> stats = new ArrayList<>(n);
    try {
      for (int i = 0; i < n; i++) {
        // A record is the domain, the parameters and their number.
        Pointer one = list.getPointer((long) i * Native.POINTER_SIZE);
        Pointer domain = one.getPointer(0);
        stats.add(
            new Stats(
                id(domain),
                Objects.requireNonNullElse(CALLS.virDomainGetName(domain), ""),
                LibvirtParameters.read(
                    one.getPointer(Native.POINTER_SIZE), one.getInt(2L * Native.POINTER_SIZE))));
      }
      return stats;
    } finally {
      if (list != null) {
        CALLS.virDomainStatsRecordListFree(list);
      }
    }
  }

  /** Defines a domain and returns its identity. */
  VmId define(String xml) throws LibvirtFailure {
    return with(
        CALLS.virDomainDefineXMLFlags(pointer(), xml, LibvirtNative.DEFINE_VALIDATE),
        LibvirtConnection::id);
  }

  /** The description of a domain as it is now, without passwords. */
  String xml(VmId vm) throws LibvirtFailure {
    return with(
        lookUp(vm),
        domain -> {
          Pointer text = CALLS.virDomainGetXMLDesc(domain, 0);
          if (text == null) {
            throw failure();
          }
          try {
            return text.getString(0, "UTF-8");
          } finally {
            Native.free(Pointer.nativeValue(text));
          }
        });
  }

  VmState state(VmId vm) throws LibvirtFailure {
    return condition(vm).state();
  }

  /** Whether a domain is there also when it does not run. */
  boolean isDefined(VmId vm) throws LibvirtFailure {
    return with(
        lookUp(vm),
        domain -> {
          int defined = CALLS.virDomainIsPersistent(domain);
          if (defined < 0) {
            throw failure();
          }
          return defined == 1;
        });
  }

  /**
   * The state of a domain.
   *
   * @param leftByPostCopy whether it is paused here because it runs at its target already
   * @param brokenInPostCopy whether that migration broke; its job stays, and nothing is sent
   * @param brokenDown whether it is paused because something of it failed
   */
  record Condition(
      VmState state, boolean leftByPostCopy, boolean brokenInPostCopy, boolean brokenDown) {}

  Condition condition(VmId vm) throws LibvirtFailure {
    return with(
        lookUp(vm),
        domain -> {
          IntByReference state = new IntByReference();
          IntByReference reason = new IntByReference();
          if (CALLS.virDomainGetState(domain, state, reason, 0) < 0) {
            throw failure();
          }
          return new Condition(
              LibvirtDomains.state(state.getValue(), reason.getValue()),
              LibvirtDomains.leftByPostCopy(state.getValue(), reason.getValue()),
              LibvirtDomains.brokenInPostCopy(state.getValue(), reason.getValue()),
              LibvirtDomains.brokenDown(state.getValue(), reason.getValue()));
        });
  }

  /** The job that runs on a domain, or with {@code JOB_COMPLETED} the last one that ended. */
  Optional<LibvirtJob> job(VmId vm, int flags) throws LibvirtFailure {
    return with(
        lookUp(vm),
        domain -> {
          IntByReference type = new IntByReference();
          PointerByReference params = new PointerByReference();
          IntByReference n = new IntByReference();
          if (CALLS.virDomainGetJobStats(domain, type, params, n, flags) < 0) {
            throw failure();
          }
          try {
            return LibvirtJob.of(
                type.getValue(), LibvirtParameters.read(params.getValue(), n.getValue()));
          } finally {
            if (params.getValue() != null) {
              CALLS.virTypedParamsFree(params.getValue(), n.getValue());
            }
          }
        });
  }

  /** Limits what the migration of a domain sends, in MiB per second, above zero. */
  boolean limitMigration(VmId vm, long mebibytes) throws LibvirtFailure {
    NativeLong most = new NativeLong(mebibytes, true);
    return done(vm, domain -> CALLS.virDomainMigrateSetMaxSpeed(domain, most, 0))
        && done(
            vm,
            domain ->
                CALLS.virDomainMigrateSetMaxSpeed(domain, most, LibvirtNative.SPEED_OF_POSTCOPY));
  }

  /** How long a domain that migrates may stand still at its end. */
  Duration pause(VmId vm) throws LibvirtFailure {
    return with(
        lookUp(vm),
        domain -> {
          LongByReference millis = new LongByReference();
          if (CALLS.virDomainMigrateGetMaxDowntime(domain, millis, 0) < 0) {
            throw failure();
          }
          return Duration.ofMillis(millis.getValue());
        });
  }

  /** Lets a domain that migrates run at its target now. */
  boolean startPostCopy(VmId vm) throws LibvirtFailure {
    return done(vm, domain -> CALLS.virDomainMigrateStartPostCopy(domain, 0));
  }

  private boolean done(VmId vm, ToIntFunction<Pointer> call) throws LibvirtFailure {
    return with(
        lookUp(vm),
        domain -> {
          if (call.applyAsInt(domain) < 0) {
            throw failure();
          }
          return true;
        });
  }

  /** Whether guests here can have a CPU. */
  boolean provides(String cpu) throws LibvirtFailure {
    int result = CALLS.virConnectCompareHypervisorCPU(pointer(), null, null, null, null, cpu, 0);
    if (result < 0) {
      throw failure();
    }
    return result != LibvirtNative.CPU_INCOMPATIBLE;
  }

  /** Fails unless guests here can have a machine. */
  void checkMachine(Machine machine) throws LibvirtFailure {
    Pointer text =
        CALLS.virConnectGetDomainCapabilities(
            pointer(),
            machine.emulator().orElse(null),
            machine.architecture(),
            machine.type(),
            machine.accelerator(),
            0);
    if (text == null) {
      throw failure();
    }
    Native.free(Pointer.nativeValue(text));
  }

  private @Nullable Pointer lookUp(VmId vm) {
    return CALLS.virDomainLookupByUUIDString(pointer(), vm.toString());
  }

  private interface Use<T> {
    T of(Pointer domain) throws LibvirtFailure;
  }

  private static <T> T with(@Nullable Pointer domain, Use<T> use) throws LibvirtFailure {
    if (domain == null) {
      throw failure();
    }
    try {
      return use.of(domain);
    } finally {
      CALLS.virDomainFree(domain);
    }
  }

  private static VmId id(Pointer domain) throws LibvirtFailure {
    byte[] text = new byte[LibvirtNative.UUID_TEXT];
    if (CALLS.virDomainGetUUIDString(domain, text) < 0) {
      throw failure();
    }
    return new VmId(UUID.fromString(Native.toString(text)));
  }

  /** The error of the call that this thread has just made. */
  static LibvirtFailure failure() {
    return new LibvirtFailure(LibvirtRefusal.of(new Error(Libvirt.INSTANCE.virGetLastError())));
  }
}
