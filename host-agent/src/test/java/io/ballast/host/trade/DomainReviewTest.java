package io.ballast.host.trade;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What reaches into the host without naming a path outside the folders, or in disguise. */
final class DomainReviewTest {
  private static final String CHANNELS = "/var/lib/libvirt/qemu/channel/target/";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ./../../../../../../etc/shadow                    | ../../../../../../etc/shadow
          domain-1-x/../../../../../../../etc/shadow        | ../../../../../../../etc/shadow
          ./agent                                           | agent
          ../agent                                          | agent
          /agent                                            | agent
          domain-1-x//agent                                 | agent
          domain-1-x/a/b                                    | a/b
          domain-1-x/.                                      | .
          domain-1-x/..                                     | ..
          domain-1-x/                                       | ''
          domain-1-../agent                                 | agent
          domain-2-other/agent                              | agent
          domain-1-/agent                                   | agent
          """)
  void onlyTheChannelThatLibvirtMadeForTheDomainItselfIsLeftAlone(String path, String target) {
    assertNotAllowed(named("x", channel(CHANNELS + path, target)));
  }

  @Test
  void theChannelThatLibvirtMadeForTheDomainItselfIsLeftAlone() {
    assertAdmitted(named("x", channel(CHANNELS + "domain-1-x/agent", "agent")));
    assertAdmitted(named("x", channel("/run/libvirt/qemu/channel/1-x/agent", "agent")));
    assertAdmitted(
        named(
            "a-name-of-more-than-twenty-letters",
            channel(CHANNELS + "domain-1-a-name-of-more-than-/agent", "agent")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<resource><partition>/machine/./x</partition></resource>",
        "<resource><partition>/machine//x</partition></resource>",
        "<resource><partition>/machine/x/</partition></resource>",
        "<name>a/../b</name><os><nvram>/var/lib/libvirt/qemu/nvram/a/../b_VARS.fd</nvram></os>",
        "<clock offset='timezone' timezone='Europe/../../../../etc/shadow'/>",
        "<clock offset='timezone' timezone='../etc/shadow'/>",
      })
  void noPathGoesUp(String element) {
    assertNotAllowed("<domain>" + element + "</domain>");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<disk><backingStore type='nvme'><format type='raw'/><source type='pci' managed='yes'"
            + " namespace='1'><address domain='0' bus='1' slot='0' function='0'/></source>"
            + "</backingStore></disk>",
        "<disk><backingStore type='nvme'/></disk>",
        "<disk><backingStore><backingStore type='nvme'/></backingStore></disk>",
        "<disk><mirror type='nvme' job='copy'/></disk>",
        "<disk><source><dataStore type='nvme'/></source></disk>",
        "<disk><backingStore type='vhostvdpa'/></disk>",
        "<disk><backingStore type='novelty'/></disk>",
        "<disk type='novelty'/>",
        "<disk type='NVME'/>",
        "<disk><source type='pci' namespace='1'/></disk>",
        "<disk><backingStore><source type='pci'/></backingStore></disk>",
        "<disk type='block' device='lun'><source dev='/var/lib/libvirt/images/x'>"
            + "<reservations managed='yes'/></source></disk>",
      })
  void noDiskOfAnyLayerIsADeviceOfTheHost(String disk) {
    assertNotAllowed(device(disk));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<os><nvram type='nvme'><source type='pci' namespace='1'/></nvram></os>",
        "<os><nvram type='nvme'/></os>",
        "<os><loader type='pflash'>/usr/share/OVMF/OVMF_CODE.fd</loader></os>",
        "<os><loader type='pflash' readonly='YES'>/usr/share/OVMF/OVMF_CODE.fd</loader></os>",
        "<os><loader type='pflash' readonly='no'>/usr/share/OVMF/OVMF_CODE.fd</loader></os>",
        "<on_crash>coredump-destroy</on_crash>",
        "<on_crash>coredump-restart</on_crash>",
        "<on_crash>novelty</on_crash>",
        "<on_poweroff>coredump-destroy</on_poweroff>",
        "<on_reboot>coredump-restart</on_reboot>",
        "<memoryBacking><source type='file'/></memoryBacking>",
        "<memoryBacking><source/></memoryBacking>",
        "<memoryBacking><source type='memfd'/><source type='file'/></memoryBacking>",
        "<memoryBacking><access mode='shared'/></memoryBacking>",
        "<memoryBacking><source type='anonymous'/><access mode='private'/></memoryBacking>",
        "<memoryBacking/><memoryBacking><source type='memfd'/></memoryBacking>",
        "<cpu><numa><cell id='0' cpus='0' memory='1' memAccess='shared'/></numa></cpu>",
        "<devices><memory model='dimm' access='shared'/></devices>",
        "<devices><watchdog model='i6300esb' action='dump'/></devices>",
        "<devices><watchdog model='i6300esb' action='novelty'/></devices>",
      })
  void libvirtIsNotHadToWriteElsewhere(String element) {
    assertNotAllowed("<domain>" + element + "</domain>");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<os><loader type='pflash' readonly='yes'>/usr/share/OVMF/OVMF_CODE.fd</loader></os>",
        "<os><loader type='pflash'>/var/lib/libvirt/images/own.fd</loader></os>",
        "<os><loader type='rom'>/usr/share/qemu/bios.bin</loader></os>",
        "<os><loader>/usr/share/qemu/bios.bin</loader></os>",
        "<os firmware='efi'><loader type='pflash' secure='yes'/></os>",
        "<memoryBacking><source type='anonymous'/></memoryBacking>",
        "<memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking>",
        "<memoryBacking><hugepages/><access mode='shared'/></memoryBacking>",
        "<memoryBacking><hugepages/></memoryBacking>"
            + "<cpu><numa><cell id='0' cpus='0' memory='1' memAccess='shared'/></numa></cpu>",
        "<devices><watchdog model='itco' action='reset'/></devices>",
        "<devices><watchdog model='itco'/></devices>",
        "<devices><memory model='virtio-mem'><target><block unit='KiB'>2048</block></target>"
            + "</memory></devices>",
      })
  void whatWritesNothingElsewhereIsAdmitted(String element) {
    assertAdmitted("<domain>" + element + "</domain>");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<graphics type='egl-headless'/>",
        "<graphics type='egl-headless'><gl/></graphics>",
        "<graphics type='spice'><gl enable='yes'/></graphics>",
        "<graphics type='spice'><gl/></graphics>",
        "<graphics type='dbus'><gl enable='yes'/></graphics>",
        "<graphics type='egl-headless'><gl rendernode='/dev/dri/renderD128'/></graphics>",
        "<video><driver name='vhostuser'/><model type='virtio'/></video>",
        "<video><model type='virtio'><acceleration"
            + " rendernode='/dev/dri/renderD1'/></model></video>",
      })
  void aGraphicsCardOfTheHostHasToBeAllowed(String device) {
    assertNotAllowed(device(device));
    assertEquals(
        device(device),
        DomainPolicy.DEFAULT.withHostDevices(List.of("rendernode")).admitted(device(device)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/dev/sda", "/dev/dri/card0", "/dev/dri/renderD1/../../sda"})
  void aRenderNodeIsNoOtherDevice(String path) {
    String xml =
        device(
            "<graphics type='spice'><gl enable='yes' rendernode='"
                + path
                + "'/>" //
                + "</graphics>");

    assertThrows(
        RefusedException.class,
        () -> DomainPolicy.DEFAULT.withHostDevices(List.of("rendernode")).admitted(xml));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<interface type='vhostuser'><backend type='passt'/></interface>",
        "<interface type='network'><backend type='passt'/></interface>",
        "<channel type='pty'><target type='guestfwd' address='10.0.2.1' port='4600'/></channel>",
        "<interface/>",
        "<interface type=''/>",
        "<interface type='ethernet'><source><ip address='10.0.0.1' prefix='8'/></source>"
            + "</interface>",
        "<interface type='ethernet'><source><route address='0.0.0.0' prefix='0'"
            + " gateway='10.0.0.2'/></source></interface>",
      })
  void theNetworkOfTheHostHasToBeAllowed(String device) {
    assertNotAllowed(device(device));
    assertEquals(
        device(device),
        DomainPolicy.DEFAULT.withHostDevices(List.of("socket")).admitted(device(device)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<interface type='novelty'/>",
        "<interface type='ethernet'><backend tap='dev/sda'/></interface>",
        "<interface type='network'><backend vhost='dev/sda'/></interface>",
        "<rng model='virtio'><backend model='random'>dev/sda</backend></rng>",
        "<rng model='virtio'><backend model='random'>/dev/sda<x/></backend></rng>",
        "<rng model='virtio'><backend model='random'><entry>/dev/sda</entry></backend></rng>",
        "<rng model='virtio'><backend><x>/dev/urandom</x>/../sda</backend></rng>",
        "<input type='tablet'><novelty>/dev/sda<x/></novelty></input>",
        "<graphics type='vnc' keymap='etc/shadow'/>",
        "<audio id='1' type='file'/>",
        "<filesystem type='mount'><source dir='/var/lib/libvirt/images/x'/></filesystem>",
      })
  void aDeviceInDisguiseIsRefused(String device) {
    assertNotAllowed(device(device));
  }

  @Test
  void aFolderThatAGuestMayWriteToHasToBeAllowed() {
    String xml =
        device(
            "<filesystem><source dir='/var/lib/libvirt/images/x'/><target dir='x'/></filesystem>");

    assertRefused(
        "<filesystem> takes a device of the host (filesystem), which is not allowed here; take it"
            + " out, or add filesystem to agent.domains.host-devices",
        xml);
    assertEquals(xml, DomainPolicy.DEFAULT.withHostDevices(List.of("filesystem")).admitted(xml));
    assertAdmitted(xml.replace("</filesystem>", "<readonly/></filesystem>"));
  }

  @Test
  void onlyKnownElementsStandBelowTheDomainAndEachOnce() {
    assertRefused(
        "<novelty> is none of the elements that this agent allows below <domain>; take it out",
        "<domain><novelty/></domain>");
    assertRefused(
        "<os> stands twice below <domain>, and libvirt heeds only one of them; take the other out",
        "<domain><os/><os/></domain>");
    assertRefused(
        "<idmap> is none of the elements that this agent allows below <domain>; take it out",
        "<domain><idmap><uid start='0' target='0' count='1'/></idmap></domain>");
    assertRefused(
        "the outermost element is <inactiveDomain>; make it <domain>", "<inactiveDomain/>");
    assertNotAllowed("<domain><Devices/></domain>");
    assertNotAllowed(
        "<domain><xi:include xmlns:xi='http://www.w3.org/2001/XInclude' href='/etc/shadow'/>"
            + "</domain>");
    assertNotAllowed("<domain><launchSecurity><quoteGenerationService/></launchSecurity></domain>");
    assertAdmitted("<domain><seclabel model='dac'/><seclabel model='selinux'/></domain>");
    assertAdmitted("<domain><sysinfo type='smbios'/><sysinfo type='fwcfg'/></domain>");
  }

  @Test
  void theRefusalSaysWhatToDo() {
    assertRefused(
        "<on_crash> is never allowed as it is: 'coredump-destroy' may have libvirt write the"
            + " guest's memory into a folder of the host; use destroy, restart or preserve",
        "<domain><on_crash>coredump-destroy</on_crash></domain>");
    assertRefused(
        "<memoryBacking> is never allowed as it is: the guest's memory would be a file of the"
            + " host; use <source type='memfd'/> or <hugepages/> in <memoryBacking>",
        "<domain><memoryBacking><source type='file'/></memoryBacking></domain>");
    assertRefused(
        "<graphics> takes a device of the host (rendernode), which is not allowed here; take it"
            + " out, or add rendernode to agent.domains.host-devices",
        device("<graphics type='egl-headless'/>"));
    assertRefused(
        "<disk> has the type 'novelty', which this agent does not know; use file, block, volume or"
            + " network",
        device("<disk><backingStore type='novelty'/></disk>"));
  }

  private static String channel(String path, String target) {
    return "<devices><channel type='unix'><source mode='bind' path='%s'/><target type='virtio'"
            .formatted(path)
        + " name='%s'/></channel></devices>".formatted(target);
  }

  private static String named(String name, String rest) {
    return "<domain><name>" + name + "</name>" + rest + "</domain>";
  }

  private static String device(String device) {
    return "<domain><devices>" + device + "</devices></domain>";
  }

  private static void assertAdmitted(String xml) {
    assertEquals(xml, DomainPolicy.DEFAULT.admitted(xml));
  }

  private static void assertNotAllowed(String xml) {
    RefusedException refused =
        assertThrows(RefusedException.class, () -> DomainPolicy.DEFAULT.admitted(xml), xml);
    assertEquals(Reason.NOT_ALLOWED, refused.reason(), refused::toString);
    assertTrue(String.valueOf(refused.getMessage()).contains("; "), "says what to do");
  }

  private static void assertRefused(String message, String xml) {
    RefusedException refused =
        assertThrows(RefusedException.class, () -> DomainPolicy.DEFAULT.admitted(xml));
    assertEquals(message, refused.getMessage());
    assertEquals(Reason.NOT_ALLOWED, refused.reason());
  }
}
