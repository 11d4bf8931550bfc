package io.ballast.host.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ballast.bus.RefusedException;
import io.ballast.host.libvirt.LibvirtRefusal.Attempt;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.libvirt.Error.ErrorDomain;
import org.libvirt.Error.ErrorNumber;

final class LibvirtRefusalTest {
  @ParameterizedTest
  @CsvSource({
    "OTHER, VIR_ERR_NO_DOMAIN, VIR_FROM_QEMU, UNKNOWN_VM",
    "OTHER, VIR_ERR_OPERATION_INVALID, VIR_FROM_QEMU, WRONG_STATE",
    "OTHER, VIR_ERR_NO_MEMORY, VIR_FROM_QEMU, NO_ROOM",
    "OTHER, VIR_ERR_OPERATION_TIMEOUT, VIR_FROM_QEMU, HYPERVISOR_STUCK",
    "OTHER, VIR_ERR_INTERNAL_ERROR, VIR_FROM_QEMU, HYPERVISOR_REFUSED",
    "OTHER, VIR_ERR_INTERNAL_ERROR, VIR_FROM_RPC, MAY_YET_HAPPEN",
    "OTHER, VIR_ERR_SYSTEM_ERROR, VIR_FROM_RPC, MAY_YET_HAPPEN",
    "OTHER, VIR_ERR_RPC, VIR_FROM_RPC, MAY_YET_HAPPEN",
    "DEFINE, VIR_ERR_SYSTEM_ERROR, VIR_FROM_RPC, MAY_YET_HAPPEN",
    "LOOK, VIR_ERR_INTERNAL_ERROR, VIR_FROM_RPC, HYPERVISOR_UNREACHABLE",
    "LOOK, VIR_ERR_NO_DOMAIN, VIR_FROM_QEMU, UNKNOWN_VM",
    "OTHER, VIR_ERR_UNKNOWN, VIR_FROM_UNKNOWN, HYPERVISOR_REFUSED",
    "OTHER, VIR_ERR_OPERATION_FAILED, VIR_FROM_QEMU, HYPERVISOR_REFUSED",
    "DEFINE, VIR_ERR_OPERATION_FAILED, VIR_FROM_DOMAIN, INVALID_DOMAIN",
    "DEFINE, VIR_ERR_XML_ERROR, VIR_FROM_DOMAIN, INVALID_DOMAIN",
    "DEFINE, VIR_ERR_XML_INVALID_SCHEMA, VIR_FROM_XML, INVALID_DOMAIN",
    "DEFINE, VIR_ERR_CONFIG_UNSUPPORTED, VIR_FROM_QEMU, INVALID_DOMAIN",
    "MIGRATE, VIR_ERR_CONFIG_UNSUPPORTED, VIR_FROM_CPU, HYPERVISOR_REFUSED",
    "MIGRATE, VIR_ERR_SYSTEM_ERROR, VIR_FROM_RPC, HYPERVISOR_UNREACHABLE",
    "MIGRATE, VIR_ERR_INTERNAL_ERROR, VIR_FROM_RPC, HYPERVISOR_UNREACHABLE",
    "MIGRATE, VIR_ERR_OPERATION_ABORTED, VIR_FROM_QEMU, CANCELLED",
    "MIGRATE, VIR_ERR_MIGRATE_UNSAFE, VIR_FROM_QEMU, NOT_MIGRATABLE",
    "MIGRATE, VIR_ERR_OPERATION_INVALID, VIR_FROM_QEMU, WRONG_STATE"
  })
  void eachErrorHasItsReason(Attempt attempt, ErrorNumber code, ErrorDomain origin, Reason reason) {
    assertEquals(reason, new LibvirtRefusal(code, origin, "sentence").reason(attempt));
  }

  @Test
  void aProcessThatGetsNoMemoryFindsNoRoom() {
    LibvirtRefusal refusal =
        new LibvirtRefusal(
            ErrorNumber.VIR_ERR_INTERNAL_ERROR,
            ErrorDomain.VIR_FROM_QEMU,
            "process exited while connecting to monitor: qemu-system-x86_64: cannot set up guest"
                + " memory 'pc.ram': Cannot allocate memory");

    assertEquals(Reason.NO_ROOM, refusal.reason(Attempt.OTHER));
    assertEquals(Reason.NO_ROOM, refusal.reason(Attempt.MIGRATE));
  }

  @Test
  void aVmThatNoHostCanTakeIsNotMigratable() {
    LibvirtRefusal refusal =
        new LibvirtRefusal(
            ErrorNumber.VIR_ERR_OPERATION_INVALID,
            ErrorDomain.VIR_FROM_QEMU,
            "Requested operation is not valid: domain has assigned non-USB host devices");

    assertEquals(
        new Reply.Refused(
            Reason.NOT_MIGRATABLE,
            "the migration of VM x to h2 failed: Requested operation is not valid: domain has"
                + " assigned non-USB host devices. No host can take it live as it is defined:"
                + " change what is named here, or shut it down and start it elsewhere."),
        refusal.refused(Attempt.MIGRATE, "the migration of VM x to h2").reply());
    assertEquals(Reason.WRONG_STATE, refusal.reason(Attempt.OTHER));
  }

  @Test
  void theMessageSaysWhatFailedWhyAndWhatToDo() {
    RefusedException refused =
        new LibvirtRefusal(
                ErrorNumber.VIR_ERR_OPERATION_INVALID,
                ErrorDomain.VIR_FROM_QEMU,
                "Requested operation is not valid: domain is already running")
            .refused(Attempt.OTHER, "the start of VM x");

    assertEquals(Reason.WRONG_STATE, refused.reason());
    assertEquals(
        "the start of VM x failed: Requested operation is not valid: domain is already running."
            + " Look at its state and what else works on it, then try again.",
        refused.getMessage());
  }

  @Test
  void settingsThatMakeNoSenseAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> LibvirtSettings.of(" "));
    assertThrows(
        IllegalArgumentException.class,
        () -> new LibvirtSettings.KeepAlive(Duration.ofMillis(900), 2));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new LibvirtSettings.Deadlines(
                Duration.ZERO,
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                Duration.ofSeconds(1)));
  }
}
