package io.ballast.net.ovs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ballast.messages.NetBeat.Bond;
import io.ballast.messages.NetBeat.Bond.Member;
import io.vertx.core.json.DecodeException;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BondsTest {
  /** What ovs-vsctl 3.1.0 says of two bonds, one in its usual mode; the ids are shortened. */
  private static final String TOLD =
      """
      {"data":[["bond0",["set",[["uuid","i1"],["uuid","i2"]]],["set",[]],"52:54:00:00:00:01"],\
      ["vnet0",["uuid","i5"],["set",[]],["set",[]]],\
      ["bond1",["set",[["uuid","i4"],["uuid","i3"]]],"balance-slb",["set",[]]]],\
      "headings":["name","interfaces","bond_mode","bond_active_slave"]}
      {"data":[[["uuid","i1"],"eth1","up","52:54:00:00:00:01"],\
      [["uuid","i2"],"eth2","up","52:54:00:00:00:02"],\
      [["uuid","i3"],"eth3","up","52:54:00:00:00:03"],\
      [["uuid","i4"],"eth4","down","52:54:00:00:00:04"],\
      [["uuid","i5"],"vnet0",["set",[]],["set",[]]]],\
      "headings":["_uuid","name","link_state","mac_in_use"]}
      """;

  @Test
  void aBondIsAPortWithSeveralLinks() {
    assertEquals(
        List.of(
            new Bond(
                "bond0",
                "active-backup",
                List.of(new Member("eth1", true, true), new Member("eth2", true, false))),
            new Bond(
                "bond1",
                "balance-slb",
                List.of(new Member("eth3", true, true), new Member("eth4", false, false)))),
        Bonds.read(TOLD));
  }

  @Test
  void whatIsNoTableIsSaid() {
    assertThrows(DecodeException.class, () -> Bonds.read("{}"));
    assertThrows(DecodeException.class, () -> Bonds.read("{}\n[]\n"));
  }
}
