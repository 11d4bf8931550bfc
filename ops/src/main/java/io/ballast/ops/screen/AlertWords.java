package io.ballast.ops.screen;

import io.ballast.messages.Alert;
import io.ballast.messages.HostId;
import java.util.List;
import java.util.Optional;

/** What is said of an alert, by its verdict: while it lasts, of which VMs, and at its end. */
public final class AlertWords {
  private static final int NAMES = 8;

  private AlertWords() {}

  /** What is wrong. */
  static String what(Alert alert) {
    HostId host = alert.host();
    return switch (alert.verdict()) {
      case HOST_SILENT -> host + " is silent";
      case HYPERVISOR_STUCK -> host + " has a hypervisor that does not answer";
      case VM_DOUBLED -> vms(alert) + " is active on " + host + " and elsewhere too";
      case VM_LOST -> vms(alert) + " is active nowhere since its move from " + host;
      case VM_ID_SHARED -> vms(alert) + " carry one UUID";
      case HOST_DOUBLED -> host + " is the name of two agents";
      case CLOCK_SKEWED -> host + " has a clock that is wrong";
      case POOL_FILLING -> object(alert) + " is nearly full";
      case POOL_FULL -> object(alert) + " is as good as full";
      case STORAGE_WORN -> object(alert) + " is " + worn(alert);
      case STORAGE_FAILING -> object(alert) + " fails";
      case VOLUMES_KEPT -> object(alert) + " still has volumes kept for it";
      case PORT_DIFFERS -> object(alert) + " is not as wanted";
      case ADDRESS_TAKEN -> vms(alert) + " have one " + alert.object().orElse("address");
      case UPLINK_DOWN -> object(alert) + " is down";
      case UPLINK_BUSY -> object(alert) + " carries nearly all that it can";
      case UPLINK_IDLE -> object(alert) + " carries next to nothing";
    };
  }

  /**
   * What is over. It has to be true also of a host that was forgotten, which ends what was said of
   * it.
   */
  static String over(Alert alert) {
    HostId host = alert.host();
    return switch (alert.verdict()) {
      case HOST_SILENT -> host + " is no longer missed";
      case HYPERVISOR_STUCK -> "the hypervisor of " + host + " is no longer stuck";
      case VM_DOUBLED -> vms(alert) + " is no longer active on two hosts";
      case VM_LOST -> vms(alert) + " is no longer missed";
      case VM_ID_SHARED -> vms(alert) + " no longer carry one UUID while active";
      case HOST_DOUBLED -> host + " is no longer the name of two agents";
      case CLOCK_SKEWED -> "the clock of " + host + " is no longer wrong";
      case POOL_FILLING -> object(alert) + " is no longer nearly full";
      case POOL_FULL -> object(alert) + " is no longer as good as full";
      case STORAGE_WORN -> object(alert) + " is no longer " + worn(alert);
      case STORAGE_FAILING -> object(alert) + " no longer fails";
      case VOLUMES_KEPT -> object(alert) + " has no volumes kept for it any more";
      case PORT_DIFFERS -> object(alert) + " is as wanted again";
      case ADDRESS_TAKEN -> vms(alert) + " no longer have one " + alert.object().orElse("address");
      case UPLINK_DOWN -> object(alert) + " is no longer down";
      case UPLINK_BUSY -> object(alert) + " no longer carries nearly all that it can";
      case UPLINK_IDLE -> object(alert) + " no longer carries next to nothing";
    };
  }

  /**
   * Which VMs are on the host, if it is one host that the alert is about; others name their VMs, or
   * tell in their evidence whose they are.
   */
  static Optional<String> there(Alert alert) {
    return switch (alert.verdict()) {
      case HOST_SILENT, HYPERVISOR_STUCK, CLOCK_SKEWED ->
          alert.vms().isEmpty()
              ? Optional.empty()
              : Optional.of("VMs there: " + names(alert.vms()));
      case VM_DOUBLED,
          VM_LOST,
          VM_ID_SHARED,
          HOST_DOUBLED,
          POOL_FILLING,
          POOL_FULL,
          STORAGE_WORN,
          STORAGE_FAILING,
          VOLUMES_KEPT,
          PORT_DIFFERS,
          ADDRESS_TAKEN,
          UPLINK_DOWN,
          UPLINK_BUSY,
          UPLINK_IDLE ->
          Optional.empty();
    };
  }

  /** Why what was said of storage is over: the last of its evidence. */
  static Optional<String> why(Alert alert) {
    return alert.object().isPresent() && !alert.evidence().isEmpty()
        ? Optional.of(alert.evidence().getLast())
        : Optional.empty();
  }

  /** An array lacks a device or is being made whole; it does not wear. */
  private static String worn(Alert alert) {
    return alert.object().filter(part -> part.startsWith("array ")).isPresent()
        ? "degraded"
        : "worn";
  }

  private static String object(Alert alert) {
    return alert.object().orElse("storage") + " of " + alert.host();
  }

  private static String vms(Alert alert) {
    return alert.vms().isEmpty() ? "a VM" : String.join(" and ", alert.vms());
  }

  /** The first names, and how many more there are. */
  public static String names(List<String> names) {
    return names.size() <= NAMES
        ? String.join(", ", names)
        : String.join(", ", names.subList(0, NAMES)) + " and " + (names.size() - NAMES) + " more";
  }
}
