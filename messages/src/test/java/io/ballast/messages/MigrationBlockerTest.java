package io.ballast.messages;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MigrationBlockerTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Requested operation is not valid: domain has assigned non-USB host devices",
        "domain has assigned host devices",
        "Requested operation is not valid: Domain with assigned host devices cannot be migrated",
        "cannot migrate a domain with <hostdev mode='subsystem' type='pci'>",
        "Unsafe migration: Migration may lead to data corruption if disks use cache != none",
        "Unsafe migration: Migration may lead to data corruption if disks use cache other than none"
            + " or directsync",
        "Unsafe migration: Migration without shared storage is unsafe",
        "Requested operation is not valid: migration with transient disk is not supported",
        "Requested operation is not valid: migration with virtiofs device is not supported",
        "shmem device 's' cannot be migrated, only shmem with role='master' can be migrated",
        "Requested operation is not valid: vDPA devices cannot be migrated",
        "domain has 'invtsc' CPU feature but TSC frequency is not specified",
        "cannot migrate domain: 0000:00:03.0: VFIO migration is not supported in kernel",
        "internal error: unable to execute QEMU command 'migrate': State blocked by non-migratable"
            + " device '0000:00:01.2/1/usb-serial'",
        "unable to execute QEMU command 'migrate': VFIO device doesn't support migration",
        "unable to execute QEMU command 'migrate': Migration is disabled when VirtFS export path"
            + " '/home' is mounted in the guest using mount_tag 'fs'",
        "unable to execute QEMU command 'migrate': Migration disabled: vhost lacks VHOST_F_LOG_ALL"
            + " feature.",
        "The vmdk format used by node 'n' does not support live migration",
        "virgl is not yet migratable"
      })
  void whatLiesInTheVmItselfBlocksEveryMigration(String words) {
    assertTrue(MigrationBlocker.isNamedIn(words));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Cannot get interface MTU on 'br7': No such device",
        "unsupported configuration: guest and host CPU are not compatible: Host CPU does not"
            + " provide required features: invtsc, avx512f",
        "operation failed: guest CPU doesn't match specification: missing features: invtsc",
        "internal error: Unable to find free port for migration",
        "unable to bind to port 49152: Address already in use",
        "Cannot access storage file '/pool/web1.qcow2': No such file or directory",
        "unable to connect to server at 'h2:49152': No route to host",
        "Requested operation is not valid: domain has active block job",
        "Requested operation is not valid: another migration job is already running for domain 'w'",
        "Requested operation is not valid: cannot migrate domain with I/O error",
        "cannot migrate domain: Live migration disabled: dump-guest-memory in progress",
        "operation failed: migration out job: unexpectedly failed",
        "internal error: qemu unexpectedly closed the monitor",
        "Timed out during operation: cannot acquire state change lock"
      })
  void whatATargetLacksOrWhatPassesDoesNot(String words) {
    assertFalse(MigrationBlocker.isNamedIn(words));
  }
}
