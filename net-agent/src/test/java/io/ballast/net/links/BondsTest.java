package io.ballast.net.links;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ballast.messages.NetBeat.Bond;
import io.ballast.messages.NetBeat.Bond.Member;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BondsTest {
  @TempDir Path links;

  @Test
  void aBackupStandsInForTheActiveLink() throws IOException {
    bond("bond0", "active-backup 1", "eth1 eth0", "eth0");
    member("eth0", "up");
    member("eth1", "up");

    assertEquals(
        List.of(
            new Bond(
                "bond0",
                "active-backup",
                List.of(new Member("eth0", true, true), new Member("eth1", true, false)))),
        new Bonds(links).look());
  }

  @Test
  void inOtherModesAllThatCanBeUsedAre() throws IOException {
    bond("bond1", "802.3ad 4", "eth0 eth1 eth2", "");
    member("eth0", "up");
    member("eth1", "going down");

    assertEquals(
        List.of(
            new Bond(
                "bond1",
                "802.3ad",
                List.of(
                    new Member("eth0", true, true),
                    new Member("eth1", false, false),
                    new Member("eth2", false, false)))),
        new Bonds(links).look());
  }

  @Test
  void aBondOfNothingHasNoMembers() throws IOException {
    bond("bond0", "balance-rr 0", "\n", "");

    assertEquals(List.of(new Bond("bond0", "balance-rr", List.of())), new Bonds(links).look());
  }

  @Test
  void oneThatGoesWhileItIsReadIsNone() throws IOException {
    Files.createDirectories(links.resolve("bond0/bonding"));
    write("bonding_masters", "bond0\n");
    Files.createDirectories(links.resolve("eth0"));
    bond("bond2", "\n", "", "");

    assertEquals(List.of(), new Bonds(links).look());
  }

  private void bond(String name, String mode, String slaves, String active) throws IOException {
    write(name + "/bonding/mode", mode + "\n");
    write(name + "/bonding/slaves", slaves + "\n");
    write(name + "/bonding/active_slave", active + "\n");
  }

  private void member(String name, String status) throws IOException {
    write(name + "/bonding_slave/mii_status", status + "\n");
  }

  private void write(String file, String text) throws IOException {
    Path path = links.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }
}
