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

final class DomainPolicyTest {
  private static final String QEMU = "http://libvirt.org/schemas/domain/qemu/1.0";

  /** What {@code virsh dumpxml} tells of a usual guest that runs. */
  private static final String USUAL =
      """
      <?xml version="1.0" encoding="ISO-8859-1"?>
      <domain type='kvm' id='7' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
        <name>web1</name>
        <uuid>3e3fce45-4f53-4fa7-bb32-11f34168b82b</uuid>
        <title>/ the web</title>
        <metadata>
          <libosinfo:libosinfo xmlns:libosinfo="http://libosinfo.org/xmlns/libvirt/domain/1.0">
            <libosinfo:os id="http://debian.org/debian/12"/>
          </libosinfo:libosinfo>
          <own:file xmlns:own="urn:own" path="/etc/passwd">/etc/shadow</own:file>
        </metadata>
        <memory unit='KiB'>1048576</memory>
        <memoryBacking><hugepages/><source type='memfd'/><access mode='shared'/></memoryBacking>
        <vcpu>2</vcpu>
        <resource><partition>/machine</partition></resource>
        <sysinfo type='smbios'><bios><entry name='vendor'>/LENOVO</entry></bios></sysinfo>
        <os>
          <type arch='x86_64' machine='pc-q35-7.2'>hvm</type>
          <loader readonly='yes' type='pflash'>/usr/share/OVMF/OVMF_CODE.fd</loader>
          <nvram template='/usr/share/OVMF/OVMF_VARS.fd'>/var/lib/libvirt/qemu/nvram/web1_VARS.fd</nvram>
          <kernel>/var/lib/libvirt/boot/vmlinuz</kernel>
          <cmdline>/root=/dev/sda</cmdline>
          <boot dev='hd'/>
        </os>
        <cpu mode='custom'><model fallback='forbid'>Skylake-Client</model></cpu>
        <on_crash>destroy</on_crash>
        <devices>
          <emulator>/usr/bin/qemu-system-x86_64</emulator>
          <disk type='file' device='disk'>
            <driver name='qemu' type='qcow2'/>
            <source file='/var/lib/libvirt/images/web1.qcow2' index='2'/>
            <backingStore type='file'>
              <format type='raw'/>
              <source file='/var/lib/libvirt/images//sub/../base.img'/>
              <backingStore/>
            </backingStore>
            <target dev='vda' bus='virtio'/>
          </disk>
          <disk type='volume' device='disk'><source pool='fast' volume='web1'/></disk>
          <disk type='file' device='cdrom'><target dev='sda' bus='sata'/><readonly/></disk>
          <filesystem type='mount'>
            <source dir='/var/lib/libvirt/images/shared'/><target dir='/mnt/shared'/>
            <readonly/>
          </filesystem>
          <interface type='network'>
            <source network='default' portid='6d0b' bridge='virbr0'/>
            <target dev='vnet3'/><model type='virtio'/><rom file=''/>
          </interface>
          <interface type='direct'><source dev='eth0' mode='bridge'/></interface>
          <serial type='pty'><source path='/dev/pts/3'/><target port='0'/></serial>
          <console type='pty' tty='/dev/pts/3'><source path='/dev/pts/3'/></console>
          <channel type='unix'>
            <source mode='bind'
              path='/var/lib/libvirt/qemu/channel/target/domain-7-web1/org.qemu.guest_agent.0'/>
            <target type='virtio' name='org.qemu.guest_agent.0' state='connected'/>
          </channel>
          <channel type='spicevmc'><target type='virtio' name='com.redhat.spice.0'/></channel>
          <tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>
          <graphics type='vnc' port='5900' autoport='yes' listen='127.0.0.1'>
            <listen type='address' address='127.0.0.1'/>
          </graphics>
          <audio id='1' type='none'/>
          <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
          <memballoon model='virtio'/>
        </devices>
        <seclabel type='dynamic' model='dac' relabel='yes'>
          <label>+64055:+108</label><imagelabel>+64055:+108</imagelabel>
        </seclabel>
      </domain>
      """;

  @Test
  void aUsualGuestIsAdmittedAsItIsButForItsDeclaration() {
    String admitted = DomainPolicy.DEFAULT.admitted(USUAL);

    assertEquals(USUAL.substring(USUAL.indexOf("?>") + 2), admitted);
  }

  @Test
  void theRefusalNamesElementAndRule() {
    assertRefused(
        "<disk> reads /etc/shadow, which lies in none of the folders /var/lib/libvirt/images,"
            + " /var/lib/libvirt/boot; move it there, or add its folder to agent.domains.folders",
        device("<disk type='file'><source file='/etc/shadow'/></disk>"));
    assertRefused(
        "<qemu:commandline> is never allowed: it is of the namespace "
            + QEMU
            + ", and by those libvirt can be made to do anything; take it out, or put it below"
            + " <metadata>",
        "<domain xmlns:qemu='" + QEMU + "'><qemu:commandline/></domain>");
    assertRefused(
        "<emulator> runs /tmp/x, which is none of /usr/bin/qemu-system-*, /usr/bin/qemu-kvm,"
            + " /usr/libexec/qemu-kvm; use one of them, or add it to agent.domains.emulators",
        device("<emulator>/tmp/x</emulator>"));
    assertRefused(
        "<hostdev> takes a device of the host (pci), which is not allowed here; take it out, or add"
            + " pci to agent.domains.host-devices",
        device("<hostdev mode='subsystem' type='pci'/>"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<q:commandline xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'/>",
        "<capabilities xmlns='http://libvirt.org/schemas/domain/qemu/1.0'/>",
        "<x:override xmlns:x='http://libvirt.org/schemas/domain/qemu/1.0'/>",
        "<x:commandline xmlns:x='http://libvirt.org/schemas/domain/lxc/1.0'/>",
        "<devices><x:disk xmlns:x='urn:x'/></devices>",
        "<description q:file='/etc/shadow' xmlns:q='urn:x'/>",
        "<devices><metadata><disk><source file='/etc/shadow'/></disk></metadata></devices>",
        "<os><kernel>/boot/vmlinuz</kernel></os>",
        "<os><kernel>/var/lib/libvirt/boot/../../../../etc/shadow</kernel></os>",
        "<os><kernel>/var/lib/libvirt/<!-- -->images<x>/../../../../etc/shadow</x></kernel></os>",
        "<os><kernel>boot/vmlinuz</kernel></os>",
        "<os><kernel> /var/lib/libvirt/boot/vmlinuz</kernel></os>",
        "<os><initrd>/etc/shadow</initrd></os>",
        "<os><loader>/etc/shadow</loader></os>",
        "<os><loader readonly='no'/></os>",
        "<os><loader readonly='no'>/usr/share/OVMF/OVMF_CODE.fd</loader></os>",
        "<os><nvram>/etc/shadow</nvram></os>",
        "<os><nvram>/var/lib/libvirt/qemu/nvram/other_VARS.fd</nvram></os>",
        "<os><nvram template='/etc/shadow'/></os>",
        "<os><nvram type='file'><source file='/etc/shadow'/></nvram></os>",
        "<os><nvram type='network'><source protocol='iscsi' name='iqn:x/0'/></nvram></os>",
        "<os><dtb>/etc/shadow</dtb></os>",
        "<os><acpi><table type='slic'>/etc/shadow</table></acpi></os>",
        "<os><init>/bin/sh</init></os>",
        "<bootloader>/usr/bin/pygrub</bootloader>",
        "<sysinfo type='fwcfg'><entry name='opt/x' file='/etc/shadow'/></sysinfo>",
        "<resource><partition>/</partition></resource>",
        "<resource><partition>/machine/../system.slice</partition></resource>",
        "<seclabel type='none'/>",
        "<seclabel type='static' model='dac'><label>+0:+0</label></seclabel>",
        "<seclabel model='dac'><label>+0:+0</label></seclabel>",
        "<seclabel type='dynamic'><baselabel>unconfined</baselabel></seclabel>",
        "<launchSecurity type='tdx'><quoteGenerationService path='/run/x'/></launchSecurity>",
        "<novelty file='/etc/shadow'/>",
        "<novelty anything='/etc/shadow'/>",
        "<novelty anything='unix:/run/x'/>",
        "<novelty><deeper>\n/etc/shadow\n</deeper></novelty>",
      })
  void whatReachesTheHostIsRefused(String element) {
    assertNotAllowed("<domain>" + element + "</domain>");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<emulator>/usr/bin/qemu-system-x86_64/../../../tmp/x</emulator>",
        "<emulator>/usr/bin/qemu-system-x/y</emulator>",
        "<emulator>qemu-system-x86_64</emulator>",
        "<emulator></emulator>",
        "<disk type='file'><source file='/ok'/><source file='/etc/shadow'/></disk>",
        "<disk type='volume'><source pool='fast' file='/etc/shadow'/></disk>",
        "<disk type='file'><source file='etc/shadow'/></disk>",
        "<disk type='file'><source file='json:{}'/></disk>",
        "<disk type='file'><source file='&#x2f;etc/shadow'/></disk>",
        "<disk type='file'><source file='//etc///shadow'/></disk>",
        "<disk type='file'><source file='/var/lib/libvirt/images'/></disk>",
        "<disk type='file'><source file='/var/lib/libvirt/images-of-others/x'/></disk>",
        "<disk type='file'><source file='/usr/share/OVMF/OVMF_VARS.fd'/></disk>",
        "<disk type='file' device='floppy'><source file='/etc/shadow'"
            + " startupPolicy='optional'/></disk>",
        "<disk type='block'><source dev='/dev/sda'/></disk>",
        "<disk type='block'><source dev='dev/sda'/></disk>",
        "<disk type='dir'><source dir='/var/lib/libvirt/images/../images/'/></disk>",
        "<disk><backingStore><backingStore><source"
            + " file='/etc/shadow'/></backingStore></backingStore></disk>",
        "<disk><mirror type='file' file='/etc/shadow'/></disk>",
        "<disk><mirror><source file='/etc/shadow'><slices><slice"
            + " type='storage'/></slices></source></mirror></disk>",
        "<disk><source><dataStore><source file='/etc/shadow'/></dataStore></source></disk>",
        "<disk><source><reservations><source type='unix'"
            + " path='/run/pr.sock'/></reservations></source></disk>",
        "<disk type='network'><source protocol='nbd' name='x'><host"
            + " name='127.0.0.1'/></source></disk>",
        "<disk type='network'><source protocol=''><host transport='unix'"
            + " socket='/run/x'/></source></disk>",
        "<disk type='nvme'><source type='pci' namespace='1'/></disk>",
        "<disk type='vhostuser'><source type='unix' path='/tmp/blk.sock'/></disk>",
        "<disk type='vhostvdpa'><source/></disk>",
        "<disk type='block' device='lun' rawio='yes'/>",
        "<disk type='block' device='lun' sgio='unfiltered'/>",
        "<filesystem type='mount'><source dir='/'/><target dir='root'/></filesystem>",
        "<filesystem type='mount'><source dir='/var/lib/libvirt/images/'/></filesystem>",
        "<filesystem><binary path='/bin/sh'/></filesystem>",
        "<filesystem><source socket='/run/x'/></filesystem>",
        "<interface type='ethernet'><script path='qemu-ifup'/></interface>",
        "<interface type='ethernet'><downscript path='/var/lib/libvirt/images/x'/></interface>",
        "<interface type='ethernet'><target dev='eth0' managed='no'/></interface>",
        "<interface type='hostdev'/>",
        "<interface type='direct'><source dev='eth0' mode='passthrough'/></interface>",
        "<interface type='vdpa'><source dev='/dev/vhost-vdpa-0'/></interface>",
        "<interface type='vhostuser'><source type='unix' path='/run/x' mode='server'/></interface>",
        "<interface type='user'><backend type='passt' logFile='passt.log'/></interface>",
        "<interface type='user'><portForward proto='tcp'/></interface>",
        "<interface type='user'/>",
        "<interface type='bridge'><portForward proto='tcp'/></interface>",
        "<interface type='client'><source address='127.0.0.1' port='16509'/></interface>",
        "<interface><rom file='/etc/shadow'/></interface>",
        "<serial type='file'><source path='/etc/cron.d/x'/></serial>",
        "<serial type='pipe'><source path='/run/x'/></serial>",
        "<serial type='dev'><source path='/dev/ttyS0'/></serial>",
        "<serial type='tcp'><source mode='connect' host='127.0.0.1' service='16509'/></serial>",
        "<serial type='udp'/>",
        "<serial type='novelty'/>",
        "<serial type='pty'><log file='/etc/cron.d/x' append='on'/></serial>",
        "<serial type='pty'><source path='/dev/sda'/></serial>",
        "<console type='pty' tty='/dev/sda'/>",
        "<parallel type='nmdm'><source master='/dev/nmdm0A' slave='x'/></parallel>",
        "<channel type='unix'><source mode='connect' path='/run/libvirt/libvirt-sock'/></channel>",
        "<channel type='unix'><source mode='connect'"
            + " path='/run/libvirt/qemu/channel/2-db/agent'/><target name='agent'/></channel>",
        "<channel type='unix'><source mode='bind'"
            + " path='/run/libvirt/qemu/channel/2-db/agent'/><target name='other'/></channel>",
        "<channel type='unix'><source mode='bind'"
            + " path='/run/libvirt/qemu/channel/../x/agent'/></channel>",
        "<tpm><backend type='passthrough'/></tpm>",
        "<tpm><backend type='emulator'><source type='dir' path='/etc'/></backend></tpm>",
        "<tpm><backend type='external'><source type='unix' path='/run/x'/></backend></tpm>",
        "<rng><backend model='random'>/dev/sda</backend></rng>",
        "<rng><backend model='egd' type='tcp'><source mode='connect'"
            + " host='127.0.0.1'/></backend></rng>",
        "<shmem name='other'/>",
        "<shmem name='x'><server path='/run/x'/></shmem>",
        "<memory model='nvdimm'><source><path>/dev/pmem0</path></source></memory>",
        "<memory model='nvdimm'><source><path>dev/pmem0</path></source></memory>",
        "<pstore backend='acpi-erst'><path>/etc/x</path></pstore>",
        "<smartcard mode='host'/>",
        "<smartcard mode='host-certificates'><database>/etc/pki/nssdb</database></smartcard>",
        "<smartcard mode='passthrough' type='tcp'/>",
        "<audio type='file' path='audio.wav'/>",
        "<audio type='alsa'/>",
        "<audio type='pulseaudio' serverName='unix:/run/pulse'/>",
        "<graphics type='vnc' socket='/run/x'/>",
        "<graphics type='vnc'><listen type='socket' socket='vnc'/></graphics>",
        "<graphics type='sdl' display=':0'/>",
        "<graphics type='dbus' address='unix:path=/run/bus'/>",
        "<graphics type='egl-headless'><gl rendernode='/dev/dri/renderD128'/></graphics>",
        "<input type='evdev'><source dev='/dev/input/event1'/></input>",
        "<input type='passthrough'><source evdev='/dev/input/event1'/></input>",
        "<hostdev mode='subsystem' type='usb'/>",
        "<hostdev mode='subsystem' type='mdev'/>",
        "<hostdev mode='capabilities'"
            + " type='storage'><source><block>/dev/sda</block></source></hostdev>",
        "<hostdev/>",
        "<redirdev bus='usb' type='pty'/>",
        "<redirdev bus='usb' type='tcp'/>",
        "<vsock><cid auto='yes'/></vsock>",
        "<lease><target path='/var/lib/libvirt/lockd/x'/></lease>",
        "<novelty/>",
      })
  void aDeviceThatReachesTheHostIsRefused(String device) {
    assertNotAllowed(device(device));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          pci       | <hostdev mode='subsystem' type='pci'/>
          usb       | <hostdev mode='subsystem' type='usb'/>
          pci       | <interface type='hostdev'/>
          pci       | <disk type='nvme'><source type='pci'/></disk>
          scsi_host | <hostdev mode='subsystem' type='scsi_host'><source protocol='vhost' wwpn='naa.5'/></hostdev>
          macvtap   | <interface type='direct'><source dev='eth0' mode='passthrough'/></interface>
          redirdev  | <redirdev bus='usb' type='pty'/>
          vsock     | <vsock><cid auto='yes'/></vsock>
          socket    | <serial type='tcp'><source mode='bind' host='127.0.0.1' service='4000'/></serial>
          tpm       | <tpm><backend type='passthrough'/></tpm>
          """)
  void aKindOfDeviceThatIsAllowedIsAdmitted(String kind, String device) {
    String xml = device(device);

    assertEquals(xml, DomainPolicy.DEFAULT.withHostDevices(List.of(kind)).admitted(xml));
    assertNotAllowed(xml);
  }

  @Test
  void poolsAndProtocolsAreAllowedByName() {
    String volume = device("<disk type='volume'><source pool='fast' volume='x'/></disk>");
    String network = device("<disk type='network'><source protocol='rbd' name='p/x'/></disk>");
    DomainPolicy narrow =
        new DomainPolicy(
            List.of(), List.of(), List.of(), List.of("slow"), List.of("rbd"), List.of());

    assertEquals(network, narrow.admitted(network));
    RefusedException refused = assertThrows(RefusedException.class, () -> narrow.admitted(volume));
    assertEquals(
        "<disk> lies in the pool 'fast', which is none of slow; move it there, or add the pool to"
            + " agent.domains.pools",
        refused.getMessage());
  }

  @Test
  void firmwareThatLibvirtChoosesIsAdmitted() {
    String xml = "<domain><os firmware='efi'><loader secure='yes'/><nvram/></os></domain>";

    assertEquals(xml, DomainPolicy.DEFAULT.admitted(xml));
  }

  @Test
  void foldersAreThoseThatAreSaid() {
    DomainPolicy lab = DomainPolicy.DEFAULT.withFolders(List.of("/run/lab/serial/", "/srv"));
    String serial = device("<serial type='file'><source path='/run/lab/serial/vm1'/></serial>");

    assertEquals(serial, lab.admitted(serial));
    assertThrows(
        RefusedException.class,
        () -> lab.admitted(serial.replace("/serial/vm1", "/serial-of-another")));
    assertThrows(
        IllegalArgumentException.class, () -> DomainPolicy.DEFAULT.withFolders(List.of("srv")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<?xml version='1.0' encoding='UTF-7'?><domain/>",
        "<?xml version='1.0'?><?xml version='1.0' encoding='UTF-7'?><domain/>",
        "\uFEFF<?xml version='1.1' encoding='IBM1047'?><domain/>",
      })
  void noDeclarationReachesTheHypervisor(String xml) {
    assertEquals("<domain/>", DomainPolicy.DEFAULT.admitted(xml));
  }

  @Test
  void whatCantBeReadIsInvalid() {
    for (String xml :
        List.of(
            "hello",
            "<!DOCTYPE domain [<!ENTITY a SYSTEM 'file:///etc/shadow'>]><domain>&a;</domain>",
            "<domain>" + "<x>".repeat(100_000) + "</x>".repeat(100_000) + "</domain>")) {
      RefusedException refused =
          assertThrows(RefusedException.class, () -> DomainPolicy.DEFAULT.admitted(xml));
      assertEquals(Reason.INVALID_DOMAIN, refused.reason());
    }
  }

  private static String device(String device) {
    return "<domain><devices>" + device + "</devices></domain>";
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
