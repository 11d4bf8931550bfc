package io.ballast.host.trade;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** What {@code virt-install} makes of an ordinary guest, and {@code virsh dumpxml} tells of it. */
final class OrdinaryDomainTest {
  private static final String INSTALLED =
      """
      <domain type='kvm'>
        <name>debian12</name>
        <uuid>b4e0ab5c-6a7f-4b5b-9d8c-0f7b2a1d3c4e</uuid>
        <genid>5ff80d7b-3b6e-4c2b-8c63-3a6f0c6ad3ab</genid>
        <title>The mail</title>
        <description>Mails for /srv</description>
        <metadata>
          <libosinfo:libosinfo xmlns:libosinfo="http://libosinfo.org/xmlns/libvirt/domain/1.0">
            <libosinfo:os id="http://debian.org/debian/12"/>
          </libosinfo:libosinfo>
        </metadata>
        <maxMemory slots='16' unit='KiB'>16777216</maxMemory>
        <memory unit='KiB' dumpCore='off'>4194304</memory>
        <currentMemory unit='KiB'>4194304</currentMemory>
        <memoryBacking>
          <source type='memfd'/><access mode='shared'/><allocation mode='ondemand'/><discard/>
        </memoryBacking>
        <blkiotune>
          <weight>800</weight>
          <device><path>/dev/sda</path><weight>500</weight></device>
        </blkiotune>
        <memtune><hard_limit unit='KiB'>8388608</hard_limit></memtune>
        <vcpu placement='static' cpuset='0-7' current='2'>4</vcpu>
        <vcpus><vcpu id='0' enabled='yes' hotpluggable='no' order='1'/></vcpus>
        <iothreads>2</iothreads>
        <iothreadids><iothread id='1'/></iothreadids>
        <cputune><shares>2048</shares><vcpupin vcpu='0' cpuset='1'/></cputune>
        <numatune><memory mode='strict' nodeset='0'/></numatune>
        <resource><partition>/machine/production</partition></resource>
        <sysinfo type='smbios'>
          <system><entry name='serial'>ds=nocloud;s=http://10.0.0.1/</entry></system>
          <oemStrings><entry>/a: b</entry></oemStrings>
        </sysinfo>
        <os firmware='efi'>
          <type arch='x86_64' machine='pc-q35-8.2'>hvm</type>
          <firmware><feature enabled='yes' name='secure-boot'/></firmware>
          <loader readonly='yes' secure='yes' type='pflash'>/usr/share/OVMF/OVMF_CODE_4M.ms.fd</loader>
          <nvram template='/usr/share/OVMF/OVMF_VARS_4M.ms.fd'>/var/lib/libvirt/qemu/nvram/debian12_VARS.fd</nvram>
          <boot dev='hd'/><bootmenu enable='yes' timeout='3000'/>
          <smbios mode='sysinfo'/><bios useserial='yes'/>
        </os>
        <features>
          <acpi/><apic/><vmport state='off'/><smm state='on'/>
          <hyperv mode='custom'><relaxed state='on'/><vapic state='on'/></hyperv>
          <kvm><hidden state='on'/></kvm>
        </features>
        <cpu mode='host-model' check='partial' migratable='on'>
          <topology sockets='1' dies='1' cores='2' threads='2'/>
          <feature policy='require' name='vmx'/>
          <numa><cell id='0' cpus='0-3' memory='4194304' unit='KiB' memAccess='shared'/></numa>
        </cpu>
        <clock offset='utc'>
          <timer name='rtc' tickpolicy='catchup'/><timer name='hpet' present='no'/>
        </clock>
        <on_poweroff>destroy</on_poweroff>
        <on_reboot>restart</on_reboot>
        <on_crash>destroy</on_crash>
        <on_lockfailure>pause</on_lockfailure>
        <pm><suspend-to-mem enabled='no'/><suspend-to-disk enabled='no'/></pm>
        <perf><event name='cpu_cycles' enabled='yes'/></perf>
        <devices>
          <emulator>/usr/bin/qemu-system-x86_64</emulator>
          <disk type='file' device='disk'>
            <driver name='qemu' type='qcow2' cache='none' io='native' discard='unmap'/>
            <source file='/var/lib/libvirt/images/debian12.qcow2'/>
            <target dev='vda' bus='virtio'/><serial>4711</serial><boot order='1'/>
            <address type='pci' domain='0x0000' bus='0x04' slot='0x00' function='0x0'/>
          </disk>
          <disk type='volume' device='disk'>
            <driver name='qemu' type='raw'/><source pool='default' volume='data'/>
            <target dev='sda' bus='scsi'/>
            <iotune><total_iops_sec>500</total_iops_sec></iotune>
          </disk>
          <disk type='file' device='cdrom'>
            <driver name='qemu' type='raw'/>
            <source file='/var/lib/libvirt/boot/netinst.iso' startupPolicy='optional'>
              <seclabel model='dac' type='none' relabel='no'/>
            </source>
            <target dev='sdb' bus='sata'/><readonly/>
          </disk>
          <controller type='usb' index='0' model='qemu-xhci' ports='15'/>
          <controller type='scsi' index='0' model='virtio-scsi'><driver iothread='1'/></controller>
          <controller type='pci' index='1' model='pcie-root-port'>
            <model name='pcie-root-port'/><target chassis='1' port='0x10'/>
          </controller>
          <controller type='virtio-serial' index='0'/>
          <interface type='network'>
            <mac address='52:54:00:6b:3c:58'/><source network='default' portgroup='web'/>
            <model type='virtio'/><driver name='vhost' queues='4'/><link state='up'/>
            <filterref filter='clean-traffic'><parameter name='IP' value='10.0.0.9'/></filterref>
          </interface>
          <interface type='bridge'>
            <source bridge='br0'/><virtualport type='openvswitch'/><vlan><tag id='42'/></vlan>
            <bandwidth><inbound average='1000'/></bandwidth><mtu size='9000'/>
            <model type='virtio'/>
          </interface>
          <interface type='ethernet'><target dev='tap3'/><model type='virtio'/></interface>
          <serial type='pty'>
            <target type='isa-serial' port='0'><model name='isa-serial'/></target>
          </serial>
          <console type='pty'><target type='serial' port='0'/></console>
          <channel type='unix'>
            <source mode='bind'/><target type='virtio' name='org.qemu.guest_agent.0'/>
          </channel>
          <channel type='unix'>
            <source mode='bind' path='/run/libvirt/qemu/channel/12-debian12/org.qemu.guest_agent.1'/>
            <target type='virtio' name='org.qemu.guest_agent.1'/>
          </channel>
          <channel type='spicevmc'><target type='virtio' name='com.redhat.spice.0'/></channel>
          <channel type='qemu-vdagent'>
            <source><clipboard copypaste='yes'/><mouse mode='client'/></source>
            <target type='virtio' name='com.redhat.spice.1'/>
          </channel>
          <input type='tablet' bus='usb'/><input type='keyboard' bus='ps2'/>
          <tpm model='tpm-crb'>
            <backend type='emulator' version='2.0' persistent_state='yes'>
              <profile name='default-v1'/>
            </backend>
          </tpm>
          <graphics type='spice' autoport='yes' keymap='en-us'>
            <listen type='address'/><image compression='off'/><gl enable='no'/>
          </graphics>
          <graphics type='vnc' port='-1' autoport='yes' listen='0.0.0.0' websocket='-1'>
            <listen type='network' network='default'/>
          </graphics>
          <sound model='ich9'><codec type='duplex'/><audio id='1'/></sound>
          <audio id='1' type='spice'><input mixingEngine='yes'/></audio>
          <video>
            <model type='virtio' heads='1' primary='yes'><acceleration accel3d='no'/></model>
          </video>
          <watchdog model='itco' action='reset'/>
          <memballoon model='virtio' freePageReporting='on'><stats period='5'/></memballoon>
          <rng model='virtio'>
            <backend model='random'>/dev/urandom</backend><rate bytes='1024' period='1000'/>
          </rng>
          <rng model='virtio'><backend model='builtin'/></rng>
          <panic model='isa'/>
          <iommu model='intel'><driver intremap='on'/></iommu>
          <memory model='dimm' access='private'>
            <source><pagesize unit='KiB'>4</pagesize></source>
            <target><size unit='KiB'>524288</size><node>0</node></target>
          </memory>
          <crypto model='virtio' type='qemu'><backend model='builtin' queues='1'/></crypto>
          <redirdev bus='usb' type='spicevmc'/>
          <filesystem type='mount' accessmode='passthrough'>
            <driver type='virtiofs'/><binary path='/usr/libexec/virtiofsd'/>
            <source dir='/var/lib/libvirt/images/tools'/><target dir='tools'/><readonly/>
          </filesystem>
        </devices>
        <seclabel type='dynamic' model='apparmor' relabel='yes'/>
        <seclabel type='dynamic' model='dac' relabel='yes'/>
        <launchSecurity type='sev'>
          <cbitpos>47</cbitpos><reducedPhysBits>1</reducedPhysBits><policy>0x0003</policy>
          <session>/AAAA</session>
        </launchSecurity>
      </domain>
      """;

  @Test
  void itIsAdmittedAsItIs() {
    assertEquals(INSTALLED, DomainPolicy.DEFAULT.admitted(INSTALLED));
  }
}
