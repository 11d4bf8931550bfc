package io.ballast.host.trade;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class FlatDisksTest {
  private static final String BELOW =
      "<backingStore type='file'><format type='qcow2'/><source file='/base'/>"
          + "<backingStore/></backingStore>";

  @Test
  void theseBuildUponNothingAndOthersAsBefore() {
    assertEquals(
        Optional.of(domain("<backingStore/>", BELOW).replace('\'', '"')),
        FlatDisks.in(domain(BELOW, BELOW), List.of("vda")));
  }

  @Test
  void whatNamesNothingBelowIsRightAsItIs() {
    assertEquals(Optional.empty(), FlatDisks.in(domain("<backingStore/>", BELOW), List.of("vda")));
    assertEquals(Optional.empty(), FlatDisks.in(domain("", BELOW), List.of("vda", "vdc")));
  }

  private static String domain(String belowFirst, String belowSecond) {
    return ("<domain xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0' type='kvm'>"
            + "<title>Größe &amp; mehr</title><devices>"
            + "<disk type='file'><source file='/a'/>%s<target dev='vda'/></disk>"
            + "<disk type='file'><source file='/b'/>%s<target dev='vdb'/></disk></devices>"
            + "<qemu:commandline><qemu:arg value='-s'/></qemu:commandline></domain>")
        .formatted(belowFirst, belowSecond);
  }
}
