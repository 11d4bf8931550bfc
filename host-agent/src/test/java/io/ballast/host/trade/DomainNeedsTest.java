package io.ballast.host.trade;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.host.trade.Hypervisor.Description;
import io.ballast.messages.Bytes;
import io.ballast.messages.Machine;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class DomainNeedsTest {
  private static final Domain WEB =
      new Domain(
          VmId.of("11111111-1111-1111-1111-111111111111"),
          "web",
          VmState.RUNNING,
          2,
          Duration.ZERO,
          Bytes.ofMiB(512),
          Bytes.ofMiB(100),
          true,
          Domain.Counters.ZERO,
          false);

  @Test
  void whatADomainUsesOfItsHostIsNeeded() {
    Needs needs =
        DomainNeeds.of(
            new Description(
                WEB,
                """
                <?xml version='1.0'?>
                <domain type='kvm'>
                  <os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os>
                  <memoryBacking><hugepages/></memoryBacking>
                  <cpu mode='custom'><model>Skylake-Client</model><feature name='x'/></cpu>
                  <devices>
                    <emulator>/usr/bin/qemu-system-x86_64</emulator>
                    <disk type='volume'><source pool='slow' volume='a'/></disk>
                    <disk type='volume'><source pool='fast' volume='b'/></disk>
                    <disk type='file'><source file='/a'/></disk>
                    <interface type='bridge'><source bridge='br1'/></interface>
                    <interface type='network'><source network='n' bridge='br0'/></interface>
                    <interface type='bridge'><source bridge='br1'/></interface>
                  </devices>
                </domain>
                """),
            7_002_000);

    assertEquals(
        new Needs(
            WEB.id(),
            "web",
            Bytes.ofMiB(512),
            true,
            2,
            Optional.of(
                "<cpu mode=\"custom\"><model>Skylake-Client</model><feature name=\"x\"/></cpu>"),
            List.of("br0", "br1"),
            List.of("fast", "slow"),
            Optional.of(
                new Machine(
                    Optional.of("/usr/bin/qemu-system-x86_64"),
                    "x86_64",
                    "pc-q35-7.2",
                    "kvm",
                    7_002_000))),
        needs);
  }

  @Test
  void anEmulatedCpuAndOneThatIsPassedThroughAreNotCompared() {
    assertEquals(Optional.empty(), cpu("<domain type='qemu'><cpu><model>x</model></cpu></domain>"));
    assertEquals(
        Optional.empty(), cpu("<domain type='kvm'><cpu mode='host-passthrough'/></domain>"));
    assertEquals(Optional.empty(), cpu("<domain type='kvm'/>"));
  }

  @Test
  void aDomainLiesInPoolsIfAllItsDisksAreVolumesOfThem() {
    String slow = "<disk type='volume'><source pool='slow' volume='a'/></disk>";
    String fast = "<disk type='volume'><source pool='fast' volume='b'/></disk>";
    String drive = "<disk type='file' device='cdrom'/>";

    assertTrue(lies(slow + fast + drive));
    assertFalse(lies(slow + "<disk type='volume'><source pool='other' volume='a'/></disk>"));
    assertFalse(lies(slow + "<disk type='file'><source file='/a'/></disk>"));
    assertFalse(lies(""));
  }

  @Test
  void filesAreWhatIsNotReachedOverTheNetwork() {
    assertTrue(hasFiles("<disk type='file'><source file='/a'/></disk>"));
    assertTrue(hasFiles("<disk type='volume'><source pool='slow' volume='a'/></disk>"));
    assertFalse(hasFiles("<disk type='network'><source protocol='rbd' name='rbd/a'/></disk>"));
    assertFalse(hasFiles("<disk type='file'><source file='/a'/><readonly/></disk>"));
    assertFalse(hasFiles("<disk type='file' device='cdrom'/>"));
  }

  @Test
  void aFileThatIsCopiedIsNoneThatTwoHostsHave() {
    assertFalse(hasFiles("<disk type='file'><source file='/a'/><target dev='vda'/></disk>"));
    assertTrue(hasFiles("<disk type='file'><source file='/b'/><target dev='vdb'/></disk>"));
  }

  @Test
  void filesAreToldOfDisksByTheirPlaces() {
    String xml =
        """
        <domain type='kvm'>
          <devices>
            <disk type='file'><source file='/images/a'/><target dev='vda'/></disk>
            <disk type='file'><source file='/images/b'/><target dev='vdb'/></disk>
            <disk type='network'><source protocol='rbd' name='kvm/c'/><target dev='vdc'/></disk>
          </devices>
        </domain>
        """;

    assertEquals(List.of("/images/b"), DomainNeeds.files(xml, List.of("vdb", "vdc", "vdd")));
    assertEquals(List.of(), DomainNeeds.files(xml, List.of()));
  }

  @Test
  void whatLiesBesideTheDisksIsToldOf() {
    assertEquals(Optional.empty(), besides("<os><type>hvm</type></os>"));
    assertEquals(
        Optional.of("its UEFI variables"),
        besides("<os><nvram>/var/lib/libvirt/qemu/nvram/web.fd</nvram></os>"));
    assertEquals(Optional.of("its UEFI variables"), besides("<os firmware='efi'/>"));
    assertEquals(
        Optional.of("its UEFI variables"),
        besides("<os><loader type='pflash'>/usr/share/OVMF/OVMF_CODE.fd</loader></os>"));
    assertEquals(
        Optional.of("the state of its TPM"),
        besides("<devices><tpm><backend type='emulator'/></tpm></devices>"));
    assertEquals(
        Optional.empty(), besides("<devices><tpm><backend type='passthrough'/></tpm></devices>"));
  }

  private static Optional<String> besides(String xml) {
    return DomainNeeds.besides(new Description(WEB, "<domain type='kvm'>" + xml + "</domain>"));
  }

  private static boolean hasFiles(String disks) {
    return DomainNeeds.hasFiles(
        new Description(WEB, "<domain><devices>" + disks + "</devices></domain>"), List.of("vda"));
  }

  private static boolean lies(String disks) {
    return DomainNeeds.lies(
        new Description(WEB, "<domain><devices>" + disks + "</devices></domain>"),
        List.of("slow", "fast"));
  }

  private static Optional<String> cpu(String xml) {
    return DomainNeeds.of(new Description(WEB, xml), 0).cpu();
  }
}
