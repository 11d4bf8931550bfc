package io.ballast.host.libvirt;

import com.sun.jna.Callback;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The functions of libvirt that libvirt-java lacks, by their C names and with their C results. */
interface LibvirtNative extends Library {
  LibvirtNative CALLS =
      Native.load("virt", LibvirtNative.class, Map.of(OPTION_STRING_ENCODING, "UTF-8"));

  /** Bytes of a UUID as text with its end. */
  int UUID_TEXT = 37;

  /** Groups of statistics that libvirt has without asking QEMU: state, CPU total, interfaces. */
  int STATS_AT_HAND = 1 | 1 << 1 | 1 << 4;

  /** Groups of statistics for which libvirt asks QEMU: balloon, virtual CPUs, disks. */
  int STATS_OF_QEMU = 1 << 2 | 1 << 3 | 1 << 5;

  /**
   * Give what is to be had without waiting for a domain that somebody else works on. Libvirt still
   * waits for the answer of a QEMU that it asks itself.
   */
  int STATS_NOWAIT = 1 << 29;

  /** Check the description against libvirt's schema too. */
  int DEFINE_VALIDATE = 1;

  /** Statistics of the last job that ended, kept for others who ask. */
  int JOB_COMPLETED = 1 | 1 << 1;

  /** The connection was closed because no sign of life came in time. */
  int CLOSED_BY_KEEPALIVE = 2;

  /** Holes of a volume are told apart from what it holds. */
  int SPARSE = 1;

  /** Where a hole begins, nothing is received. */
  int STOP_AT_HOLE = 1;

  /** Says that a hole begins. */
  int AT_HOLE = -3;

  /** Bytes of a volume's type, its capacity and its allocation, each of 8. */
  int VOLUME_INFO = 24;

  /** The limit of a migration once its domain runs at its target by post-copy. */
  int SPEED_OF_POSTCOPY = 1;

  /** This host lacks what a CPU has. */
  int CPU_INCOMPATIBLE = 0;

  /** Told once why a connection ended, on the thread of the event loop or of a call. */
  interface CloseCallback extends Callback {
    void closed(@Nullable Pointer connection, int reason, @Nullable Pointer opaque);
  }

  int virConnectRegisterCloseCallback(
      Pointer connection,
      CloseCallback callback,
      @Nullable Pointer opaque,
      @Nullable Pointer freeOpaque);

  int virConnectUnregisterCloseCallback(Pointer connection, CloseCallback callback);

  int virConnectGetAllDomainStats(
      Pointer connection, int stats, PointerByReference records, int flags);

  int virDomainListGetStats(
      @Nullable Pointer[] domains, int stats, PointerByReference records, int flags);

  void virDomainStatsRecordListFree(Pointer records);

  @Nullable Pointer virDomainLookupByUUIDString(Pointer connection, String uuid);

  @Nullable Pointer virDomainDefineXMLFlags(Pointer connection, String xml, int flags);

  @Nullable String virDomainGetName(Pointer domain);

  int virDomainGetUUIDString(Pointer domain, byte[] text);

  int virDomainIsPersistent(Pointer domain);

  int virDomainGetState(Pointer domain, IntByReference state, IntByReference reason, int flags);

  /** Text that the caller has to free. */
  @Nullable Pointer virDomainGetXMLDesc(Pointer domain, int flags);

  int virDomainGetJobStats(
      Pointer domain, IntByReference type, PointerByReference params, IntByReference n, int flags);

  /** In ms. */
  int virDomainMigrateGetMaxDowntime(Pointer domain, LongByReference downtime, int flags);

  /** In MiB per second, above zero. */
  int virDomainMigrateSetMaxSpeed(Pointer domain, NativeLong mebibytes, int flags);

  int virDomainMigrateStartPostCopy(Pointer domain, int flags);

  void virTypedParamsFree(Pointer params, int n);

  int virDomainFree(Pointer domain);

  @Nullable Pointer virStorageVolLookupByPath(Pointer connection, String path);

  int virStorageVolGetInfo(Pointer volume, Pointer info);

  /** From the first byte to the last, if both numbers are 0. */
  int virStorageVolDownload(Pointer volume, Pointer stream, long offset, long length, int flags);

  /** From the first byte to the last, if both numbers are 0. */
  int virStorageVolUpload(Pointer volume, Pointer stream, long offset, long length, int flags);

  int virStorageVolFree(Pointer volume);

  @Nullable Pointer virStreamNew(Pointer connection, int flags);

  /** The bytes that were received, 0 at the end, and less for errors and holes. */
  int virStreamRecvFlags(Pointer stream, Pointer bytes, NativeLong size, int flags);

  int virStreamRecvHole(Pointer stream, LongByReference length, int flags);

  /** The bytes that were sent, which may be less than all. */
  int virStreamSend(Pointer stream, Pointer bytes, NativeLong size);

  int virStreamSendHole(Pointer stream, long length, int flags);

  /** Waits until the other side has taken all. */
  int virStreamFinish(Pointer stream);

  int virStreamAbort(Pointer stream);

  int virStreamFree(Pointer stream);

  /** Text that the caller has to free. */
  @Nullable Pointer virConnectGetDomainCapabilities(
      Pointer connection,
      @Nullable String emulator,
      String architecture,
      String machine,
      String type,
      int flags);

  /** Without an emulator, an architecture, a machine and a type those are meant that KVM uses. */
  int virConnectCompareHypervisorCPU(
      Pointer connection,
      @Nullable String emulator,
      @Nullable String architecture,
      @Nullable String machine,
      @Nullable String type,
      String cpu,
      int flags);
}
