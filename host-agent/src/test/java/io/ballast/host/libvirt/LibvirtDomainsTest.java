package io.ballast.host.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.host.trade.Domain;
import io.ballast.messages.Bytes;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class LibvirtDomainsTest {
  private static final VmId VM = VmId.of("7e0a1c52-94d2-4f0e-9a55-0d0f0f7c1111");

  private static LibvirtParameters running() {
    Map<String, Object> values = new HashMap<>();
    values.put("state.state", 1L);
    values.put("state.reason", 5L);
    values.put("cpu.time", 1_500_000_000L);
    values.put("vcpu.current", 2L);
    values.put("balloon.current", 98_304L);
    values.put("balloon.rss", 51_200L);
    values.put("block.count", 1L);
    values.put("block.0.rd.bytes", 11L);
    values.put("block.0.wr.bytes", 12L);
    values.put("net.count", 1L);
    values.put("net.0.rx.bytes", 13L);
    values.put("net.0.tx.bytes", 14L);
    return new LibvirtParameters(values);
  }

  private static LibvirtParameters without(LibvirtParameters all, String prefix) {
    Map<String, Object> values = new HashMap<>(all.values());
    values.keySet().removeIf(name -> name.startsWith(prefix));
    return new LibvirtParameters(values);
  }

  private static Domain read(LibvirtParameters stats, Optional<Domain> before) {
    return LibvirtDomains.read(VM, "web", stats, before);
  }

  @Test
  void aRunningDomainIsReadWhole() {
    assertEquals(
        new Domain(
            VM,
            "web",
            VmState.RUNNING,
            2,
            Duration.ofMillis(1500),
            Bytes.ofMiB(96),
            Bytes.ofMiB(50),
            true,
            new Domain.Counters(new Bytes(11), new Bytes(12), new Bytes(13), new Bytes(14)),
            false),
        read(running(), Optional.empty()));
  }

  @Test
  void whatAStuckQemuDoesNotTellStaysAsItWas() {
    Domain before = read(running(), Optional.empty());
    LibvirtParameters stuck =
        without(without(without(running(), "block.0"), "balloon.rss"), "cpu.time");

    assertEquals(before, read(stuck, Optional.of(before)));
  }

  @Test
  void aDomainOfWhichNothingIsKnownYetHoldsWhatItWasGiven() {
    Domain first = read(without(without(running(), "balloon.rss"), "block"), Optional.empty());

    assertEquals(Bytes.ofMiB(96), first.resident());
    assertFalse(first.residentTold());
    assertFalse(read(without(running(), "balloon.rss"), Optional.of(first)).residentTold());
    assertTrue(read(running(), Optional.of(first)).residentTold());
    assertEquals(Bytes.ZERO, first.counters().read());
  }

  @Test
  void aDomainNeedsAllThatItMayTakeWhateverItsBalloonLeavesIt() {
    LibvirtParameters small =
        new LibvirtParameters(
            Map.of(
                "state.state", 1L,
                "balloon.maximum", 16_777_216L,
                "balloon.current", 2_097_152L));

    assertEquals(Bytes.ofMiB(16 * 1024), read(small, Optional.empty()).memory());
    assertEquals(Bytes.ofMiB(2 * 1024), read(small, Optional.empty()).resident());
    assertEquals(
        Bytes.ofMiB(2 * 1024),
        read(without(small, "balloon.maximum"), Optional.empty()).memory(),
        "where no maximum is told");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\t\n", "\u00a0", "\u200b\u2003", "\u0007"})
  void aDomainWithoutANameThatCanBeSeenIsCalledByItsUuid(String name) {
    assertEquals(VM.toString(), LibvirtDomains.read(VM, name, running(), Optional.empty()).name());
  }

  @ParameterizedTest
  @ValueSource(strings = {"web", " web ", "caf\u00e9", "\u865a\u62df\u673a", "-", "\ud83d\ude80"})
  void aNameThatCanBeSeenIsKeptAsItIs(String name) {
    assertEquals(name, LibvirtDomains.read(VM, name, running(), Optional.empty()).name());
  }

  /** Of libvirt's "no limit", of negative numbers, and of what fits no integer. */
  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE})
  void aNumberThatMakesNoSenseIsAsIfItWereNotTold(long odd) {
    Domain before = read(running(), Optional.empty());
    Map<String, Object> values = new HashMap<>(running().values());
    for (String name : List.of("vcpu.current", "balloon.current", "balloon.rss")) {
      values.put(name, odd);
    }
    values.put("block.count", 2L);
    values.put("block.0.rd.bytes", Long.MAX_VALUE);
    values.put("block.1.rd.bytes", Long.MAX_VALUE);
    Domain now = read(new LibvirtParameters(values), Optional.of(before));

    assertEquals(2, now.vcpus());
    assertEquals(before.memory(), now.memory());
    assertEquals(before.resident(), now.resident());
    assertEquals(before.counters(), now.counters());
    assertEquals(1, read(new LibvirtParameters(values), Optional.empty()).vcpus());

    values.put("cpu.time", -1L);
    assertEquals(
        before.cpuTime(), read(new LibvirtParameters(values), Optional.of(before)).cpuTime());
  }

  @Test
  void aCountOfDevicesThatIsWildEndsSoonerThanItSays() {
    Map<String, Object> values = new HashMap<>(running().values());
    values.put("net.count", Long.MAX_VALUE);

    assertEquals(
        new Bytes(13), read(new LibvirtParameters(values), Optional.empty()).counters().received());
  }

  @Test
  void aDomainThatDoesNotRunHoldsAndCountsNothing() {
    Domain before = read(running(), Optional.empty());
    LibvirtParameters off =
        new LibvirtParameters(
            Map.of(
                "state.state", 5L,
                "state.reason", 1L,
                "balloon.current", 98_304L,
                "vcpu.maximum", 4L));

    assertEquals(
        new Domain(
            VM,
            "web",
            VmState.SHUT_OFF,
            4,
            Duration.ZERO,
            Bytes.ofMiB(96),
            Bytes.ZERO,
            true,
            Domain.Counters.ZERO,
            false),
        read(off, Optional.of(before)));
  }

  @Test
  void aDomainThatWasStartedAnewDoesNotInheritItsCounters() {
    Domain off =
        read(
            new LibvirtParameters(Map.of("state.state", 5L, "vcpu.maximum", 1L)), Optional.empty());

    assertEquals(Bytes.ZERO, read(without(running(), "block"), Optional.of(off)).counters().read());
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, RUNNING",
    "1, 1, RUNNING",
    "2, 0, RUNNING",
    "3, 1, PAUSED",
    "4, 0, SHUTTING_DOWN",
    "5, 1, SHUT_OFF",
    "5, 3, CRASHED",
    "5, 4, SHUT_OFF",
    "6, 1, CRASHED",
    "7, 0, SLEEPING"
  })
  void eachStateOfLibvirtHasItsOwn(long state, long reason, VmState ours) {
    assertEquals(ours, LibvirtDomains.state(state, reason));
  }
}
