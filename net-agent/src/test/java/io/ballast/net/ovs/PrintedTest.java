package io.ballast.net.ovs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Mac;
import io.ballast.messages.Vlan;
import io.ballast.net.ovs.Present.Meter;
import io.ballast.net.ovs.Present.RawLimit;
import io.ballast.net.ovs.Present.Tags;
import io.vertx.core.json.DecodeException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the tools print, read. */
final class PrintedTest {
  private static final String PRINTED =
      """
      {"data":[[["uuid","b0"],"br0","netdev",["map",[["ballast","true"]]],["set",[["uuid","p0"],["uuid","p1"]]]],[["uuid","b1"],"br1","",["map",[]],["set",[]]]],"headings":["_uuid","name","datapath_type","external_ids","ports"]}
      {"data":[[["uuid","p0"],"vnet1",100,["set",[]],"access",["uuid","s0"],["map",[["ballast","52:54:00:12:34:56"],["ballast-plugged","true"]]],["uuid","i0"]],[["uuid","p1"],"bond0",["set",[]],["set",[30,20]],["set",[]],["set",[]],["map",[]],["set",[["uuid","i1"],["uuid","i2"]]]],["makes no sense"]],"headings":["_uuid","name","tag","trunks","vlan_mode","qos","external_ids","interfaces"]}
      {"data":[[["uuid","i0"],"vnet1","",5,["set",[]],9000,9000,2000,600],[["uuid","i1"],"eth0","",1,["set",[]],["set",[]],1500,0,0],[["uuid","i2"],"eth1","",-1,"no such device",["set",[]],["set",[]],0,0]],"headings":["_uuid","name","type","ofport","error","mtu_request","mtu","ingress_policing_rate","ingress_policing_burst"]}
      {"data":[[["uuid","s0"],"linux-htb",["map",[["max-rate","2000000"]]],["map",[[0,["uuid","q0"]]]],["map",[["ballast","x"]]]]],"headings":["_uuid","type","other_config","queues","external_ids"]}
      {"data":[[["uuid","q0"],["map",[["burst","600000"]]],["map",[]]]],"headings":["_uuid","other_config","external_ids"]}
      """;

  @Test
  void theDatabaseIsRead() {
    Present present = Tables.read(PRINTED);
    Present.Bridge bridge = present.bridge("br0").orElseThrow();
    assertTrue(bridge.isOurs());
    assertFalse(present.bridge("br1").orElseThrow().isOurs());
    Present.Plugged port = bridge.plugged("vnet1").orElseThrow();
    assertEquals(Optional.of(new Mac("52:54:00:12:34:56")), port.card());
    assertEquals(Optional.of(5), port.wire().orElseThrow().number());
    assertEquals(new RawLimit(2000, 600), port.wire().get().policing());
    assertTrue(port.tags().meansAs(Tags.of(Optional.of(new Vlan.Access(100)))));
    Present.Plugged bond = bridge.plugged("bond0").orElseThrow();
    assertEquals(Optional.empty(), bond.wire());
    assertEquals(Optional.of("no such device"), bond.wires().get(1).error());
    assertEquals(Optional.empty(), bond.wires().get(1).number());
    assertEquals(List.of(20, 30), bond.tags().trunks());
    assertEquals(Map.of(0, "q0"), present.shaping("s0").orElseThrow().queues());
    assertEquals("600000", present.queue("q0").orElseThrow().settings().get("burst"));
  }

  @Test
  void whatIsNoDatabaseIsRefused() {
    assertThrows(DecodeException.class, () -> Tables.read(""));
    assertThrows(DecodeException.class, () -> Tables.read("1\n2\n3\n4\n5\n"));
    assertThrows(
        DecodeException.class, () -> Tables.read(PRINTED.replace("\"headings\"", "\"columns\"")));
  }

  @Test
  void metersAreRead() {
    String printed =
        """
        OFPST_METER_CONFIG reply (OF1.4) (xid=0x2):
        meter=3 kbps burst bands=
        type=drop rate=2000 burst_size=600

        meter=100007 pktps bands=
        type=drop rate=20
        meter=100008 kbps burst bands=
        type=drop rate=2000 burst_size=600
        type=drop rate=3000 burst_size=600
        """;
    assertEquals(
        Map.of(
            3,
            new Meter(Optional.of(new RawLimit(2000, 600))),
            100_007,
            new Meter(Optional.empty()),
            100_008,
            new Meter(Optional.empty())),
        MeterDump.read(printed));
    assertEquals(Map.of(), MeterDump.read("OFPST_METER_CONFIG reply (OF1.4) (xid=0x2):\n"));
    assertTrue(MeterDump.has("max_meter:262144 max_bands:8 max_color:0"));
    assertFalse(MeterDump.has("max_meter:65536 max_bands:8 max_color:0"));
    assertFalse(MeterDump.has("max_meter:0 max_bands:0 max_color:0"));
    assertFalse(MeterDump.has(""));
  }

  @Test
  void tagsThatMeanTheSameAreTheSame() {
    Tags none = Tags.of(Optional.empty());
    Tags red = Tags.of(Optional.of(new Vlan.Access(100)));
    Tags trunk = Tags.of(Optional.of(new Vlan.Trunk(List.of(100, 200))));
    Tags unset = new Tags(Optional.empty(), List.of(), Optional.empty());
    assertFalse(none.meansAs(unset));
    assertTrue(red.meansAs(new Tags(Optional.of(100), List.of(5), Optional.empty())));
    assertFalse(red.meansAs(none));
    assertFalse(trunk.meansAs(unset));
    assertTrue(trunk.meansAs(new Tags(Optional.empty(), List.of(200, 100), Optional.empty())));
    assertFalse(red.meansAs(new Tags(Optional.of(100), List.of(), Optional.of("native-untagged"))));
    assertTrue(unset.carries(7));
    assertFalse(trunk.carries(7));
    assertEquals("100", red.toString());
    assertEquals("none", none.toString());
  }

  @Test
  void meansOfFlowsAreFound() {
    assertEquals(Optional.of(100_007), Metering.named("meter:100007,goto_table:186"));
    assertEquals(Optional.of(7), Metering.named("meter:7"));
    assertEquals(Optional.empty(), Metering.named("NORMAL"));
    assertEquals(Optional.empty(), Metering.named("goto_table:186"));
  }
}
