package io.ballast.host.trade;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.HostCommand.Migrate;
import io.ballast.messages.HostId;
import io.ballast.messages.VmId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class JourneyTest {
  private static final String FIRST = domain("/images/web", 1, "kvm/data", "/a.iso");

  private static String domain(String file, int index, String image, String medium) {
    return """
    <domain><devices>
      <disk type='file'><source file='%s' index='%d'/><target dev='vda'/></disk>
      <disk type='network'>
        <source protocol='rbd' name='%s'><host name='a'/></source><target dev='vdb'/>
      </disk>
      <disk type='file' device='cdrom'>
        <source file='%s'/><target dev='sda'/><readonly/>
      </disk>
    </devices></domain>
    """
        .formatted(file, index, image, medium);
  }

  private static Journey journey(Optional<List<String>> disks) {
    return new Journey(
        new Migrate(
            new VmId(UUID.fromString("00000000-0000-0000-0000-000000000001")),
            new HostId("h2"),
            Optional.empty(),
            Optional.empty(),
            Duration.ofMillis(100),
            Duration.ofMinutes(1),
            Optional.empty()),
        PeerAddress.of("qemu+tcp://10.0.0.2/system"),
        true,
        disks);
  }

  @Test
  void aDiskThatLiesElsewhereByNowIsSeen() {
    assertEquals(
        List.of("vda: file=/images/web", "vdb: protocol=rbd name=kvm/data"),
        DomainNeeds.disks(FIRST));
    Journey journey = journey(Optional.of(DomainNeeds.disks(FIRST)));

    assertTrue(journey.liesAsBefore(domain("/images/web", 2, "kvm/data", "/b.iso")));
    assertFalse(journey.liesAsBefore(domain("/images/web.snap", 2, "kvm/data", "/a.iso")));
    assertFalse(journey.liesAsBefore(domain("/images/web", 1, "kvm/other", "/a.iso")));
    assertFalse(journey.liesAsBefore("<domain><devices/></domain>"));
  }

  @Test
  void whatNobodyLookedAtIsTakenAsItIs() {
    assertTrue(journey(Optional.empty()).liesAsBefore(FIRST));
  }
}
