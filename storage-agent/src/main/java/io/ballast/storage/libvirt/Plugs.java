package io.ballast.storage.libvirt;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.DiskLimits;
import io.ballast.messages.Reason;
import io.ballast.storage.libvirt.GuestConnection.Own;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.libvirt.Domain;
import org.libvirt.LibvirtException;

/** What a connection does about where disks are plugged in. It blocks. */
final class Plugs {
  private static final int AT_ONCE = 1;
  private static final int LATER = 1 << 1;
  private static final int FILE_IS_THERE = 1 << 1;
  private static final int NOT_AFTER_A_STOP = 1 << 2;
  private static final long NO_LIMIT = 0;

  /** What QEMU says where a guest was asked before. */
  private static final String ASKED = "already in the process of unplug";

  private final GuestConnection connection;

  Plugs(GuestConnection connection) {
    this.connection = connection;
  }

  String plug(String vm, Plug plug) {
    return connection.on(
        vm,
        "the plugging of a disk into VM " + vm,
        domain -> {
          stays(vm, domain);
          Optional<String> now = domain.isActive() == 1 ? plug.in(now(domain)) : Optional.empty();
          Optional<String> later =
              domain.isPersistent() == 1 ? plug.in(later(domain)) : Optional.empty();
          String place = now.or(() -> later).orElseGet(() -> plug.place(all(domain)));
          int lacking =
              flags(domain) & ((now.isPresent() ? 0 : AT_ONCE) | (later.isPresent() ? 0 : LATER));
          if (lacking != 0) {
            domain.attachDeviceFlags(plug.xml(place), lacking);
          }
          return place;
        });
  }

  boolean unplug(Slot slot) {
    return connection.on(
        slot.vm(),
        "the removal of " + slot,
        domain -> {
          stays(slot.vm(), domain);
          checkItIsThere(slot, domain);
          Optional<String> disk =
              domain.isActive() == 1 ? Plug.at(slot.target(), now(domain)) : Optional.empty();
          if (disk.isPresent()) {
            checkItIsIdle(slot, domain);
            ask(domain, disk.get());
          }
          return disk.isPresent();
        });
  }

  private static void ask(Domain domain, String disk) throws LibvirtException {
    try {
      domain.detachDeviceFlags(disk, AT_ONCE);
    } catch (LibvirtException e) {
      if (!String.valueOf(e.getMessage()).contains(ASKED)) {
        throw e;
      }
    }
  }

  boolean isPlugged(Slot slot) {
    return connection.on(
        slot.vm(),
        "the look at " + slot,
        domain -> domain.isActive() == 1 && Plug.at(slot.target(), now(domain)).isPresent());
  }

  void forget(Slot slot) {
    connection.change(
        slot.vm(),
        "the removal of " + slot,
        domain -> {
          Optional<String> disk =
              domain.isPersistent() == 1 ? Plug.at(slot.target(), later(domain)) : Optional.empty();
          if (disk.isPresent()) {
            domain.detachDeviceFlags(disk.get(), LATER);
          }
        });
  }

  void limit(Slot slot, DiskLimits limits) {
    String what = "the limits of " + slot;
    int flags =
        connection.on(
            slot.vm(),
            what,
            domain -> {
              stays(slot.vm(), domain);
              checkItIsThere(slot, domain);
              return flags(domain);
            });
    PointerByReference params = new PointerByReference();
    IntByReference count = new IntByReference();
    IntByReference room = new IntByReference();
    try {
      words(limits)
          .forEach(
              (name, most) -> Own.CALLS.virTypedParamsAddULLong(params, count, room, name, most));
      int unused =
          connection.call(
              slot.vm(),
              what,
              domain ->
                  Own.CALLS.virDomainSetBlockIoTune(
                      domain, slot.target(), params.getValue(), count.getValue(), flags));
    } finally {
      Own.CALLS.virTypedParamsFree(params.getValue(), count.getValue());
    }
  }

  /** The guest writes to both from the moment on when the copy holds all. */
  void copy(Slot slot, Definition.Source into) {
    String what = "the move of " + slot;
    connection.change(slot.vm(), what, domain -> checkItIsThere(slot, domain));
    int unused =
        connection.call(
            slot.vm(),
            what,
            domain ->
                Own.CALLS.virDomainBlockCopy(
                    domain,
                    slot.target(),
                    Definition.copy(into),
                    Pointer.NULL,
                    0,
                    FILE_IS_THERE | NOT_AFTER_A_STOP));
  }

  /** What is not said, libvirt would leave as it is. */
  private static Map<String, Long> words(DiskLimits limits) {
    Map<String, Long> words = new LinkedHashMap<>();
    words.put("total_bytes_sec", limits.bytes().map(Bytes::value).orElse(NO_LIMIT));
    words.put("read_bytes_sec", limits.readBytes().map(Bytes::value).orElse(NO_LIMIT));
    words.put("write_bytes_sec", limits.writeBytes().map(Bytes::value).orElse(NO_LIMIT));
    words.put("total_iops_sec", limits.requests().orElse(NO_LIMIT));
    words.put("read_iops_sec", limits.readRequests().orElse(NO_LIMIT));
    words.put("write_iops_sec", limits.writeRequests().orElse(NO_LIMIT));
    for (String name : List.copyOf(words.keySet())) {
      words.put(name + "_max", NO_LIMIT); // no bursts beyond
    }
    return words;
  }

  private static void stays(String vm, Domain domain) throws LibvirtException {
    GuestConnection.staying(vm, domain);
    GuestConnection.unsaved(vm, domain);
  }

  private static void checkItIsThere(Slot slot, Domain domain) throws LibvirtException {
    java.util.Set<String> there = Plug.targets(descriptions(domain));
    if (!there.contains(slot.target())) {
      throw new RefusedException(
          Reason.WRONG_STATE,
          "there is no %s; it has %s"
              .formatted(slot, there.isEmpty() ? "none" : String.join(", ", there)));
    }
  }

  private static void checkItIsIdle(Slot slot, Domain domain) throws LibvirtException {
    if (GuestConnection.job(domain, slot).isPresent()) {
      throw new RefusedException(
          Reason.BUSY,
          "QEMU works on %s; 'virsh blockjob %s %s' shows it, wait for its end"
              .formatted(slot, slot.vm(), slot.target()));
    }
  }

  private static int flags(Domain domain) throws LibvirtException {
    return (domain.isActive() == 1 ? AT_ONCE : 0) | (domain.isPersistent() == 1 ? LATER : 0);
  }

  private static List<Xml> descriptions(Domain domain) throws LibvirtException {
    List<Xml> all = new ArrayList<>();
    if (domain.isActive() == 1) {
      all.add(now(domain));
    }
    if (domain.isPersistent() == 1) {
      all.add(later(domain));
    }
    return all;
  }

  private static List<Xml> all(Domain domain) {
    try {
      return descriptions(domain);
    } catch (LibvirtException e) {
      throw new RefusedException(
          Reason.HYPERVISOR_REFUSED, "the look at its disks failed: " + e.getMessage());
    }
  }

  private static Xml now(Domain domain) throws LibvirtException {
    return Xml.of(domain.getXMLDesc(GuestConnection.WITH_SECRETS));
  }

  private static Xml later(Domain domain) throws LibvirtException {
    return Xml.of(domain.getXMLDesc(GuestConnection.DEFINED | GuestConnection.WITH_SECRETS));
  }
}
