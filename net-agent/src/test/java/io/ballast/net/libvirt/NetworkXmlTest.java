package io.ballast.net.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Cidr;
import io.ballast.messages.LibvirtNetwork;
import io.ballast.messages.NetworkForm;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class NetworkXmlTest {
  @Test
  void aBridgedNetworkNamesItsBridge() {
    NetworkForm form = new NetworkForm.Bridged("br0");
    String linux = NetworkXml.write("inner", form, false);

    assertEquals(
        "<network><name>inner</name><metadata><ballast:ours"
            + " xmlns:ballast=\"urn:ballast:network\"/></metadata><forward mode=\"bridge\"/>"
            + "<bridge name=\"br0\"/></network>",
        linux);
    assertEquals(
        linux.replace("</network>", "<virtualport type=\"openvswitch\"/></network>"),
        NetworkXml.write("inner", form, true));
    assertEquals(
        new LibvirtNetwork("inner", true, false, "bridge br0", Optional.of("br0"), 0, true),
        NetworkXml.read(linux, true, false));
  }

  @ParameterizedTest
  @CsvSource({
    "10.1.0.1/24, 10.1.0.2, 10.1.0.254",
    "10.1.0.254/24, 10.1.0.1, 10.1.0.253",
    "10.1.0.100/24, 10.1.0.101, 10.1.0.254",
    "10.1.0.1/29, 10.1.0.2, 10.1.0.6",
    "10.0.0.1/8, 10.0.0.2, 10.255.255.254"
  })
  void guestsGetTheAddressesThatTheHostHasNot(String host, String first, String last) {
    Cidr own = Cidr.of(host);
    String nat = NetworkXml.write("guests", new NetworkForm.Nat(own), false);

    assertEquals(
        "<network><name>guests</name><metadata><ballast:ours"
            + " xmlns:ballast=\"urn:ballast:network\"/></metadata><forward mode=\"nat\"/>"
            + "<ip address=\"%s\" prefix=\"%d\"><dhcp><range start=\"%s\" end=\"%s\"/></dhcp></ip></network>"
                .formatted(own.address(), own.prefix(), first, last),
        nat);
    assertEquals("nat " + host, NetworkXml.read(nat, true, true).form());
    assertEquals(
        "isolated " + host,
        NetworkXml.read(
                NetworkXml.write("guests", new NetworkForm.Isolated(own), false), true, true)
            .form());
  }

  /** What libvirt 9.0 tells of its own default network while one guest uses it. */
  @Test
  void aNetworkOfSomebodyElseIsReadToo() {
    String text =
        """
        <network connections='1'>
          <name>default</name>
          <uuid>0a2b7d2c-2a0f-4f4c-9a44-1d0d5f6f9d7e</uuid>
          <forward mode='nat'>
            <nat>
              <port start='1024' end='65535'/>
            </nat>
          </forward>
          <bridge name='virbr0' stp='on' delay='0'/>
          <mac address='52:54:00:aa:bb:cc'/>
          <ip address='192.168.122.1' netmask='255.255.255.0'>
            <dhcp>
              <range start='192.168.122.2' end='192.168.122.254'/>
            </dhcp>
          </ip>
        </network>
        """;

    assertEquals(
        new LibvirtNetwork(
            "default",
            false,
            true,
            "nat 192.168.122.1/255.255.255.0",
            Optional.of("virbr0"),
            1,
            false),
        NetworkXml.read(text, false, true));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "<network>",
        "<!DOCTYPE network [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><network>&x;</network>"
      })
  void whatIsNoDescriptionIsSaid(String text) {
    assertThrows(RefusedException.class, () -> NetworkXml.read(text, true, true));
  }
}
