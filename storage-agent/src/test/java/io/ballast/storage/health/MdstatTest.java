package io.ballast.storage.health;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MdstatTest {
  @Test
  void aHostWithoutArraysHasNone() throws IOException {
    assertEquals(List.of(), told("none"));
  }

  @Test
  void anArrayAllOfWhoseDevicesWorkIsGood() throws IOException {
    assertEquals(List.of("md0 GOOD All of its devices work."), told("clean-raid1"));
  }

  @Test
  void anArrayThatLacksADeviceIsAWarningAndOneWithoutSparesSaysNothing() throws IOException {
    assertEquals(
        List.of("md2 WARNING Only 2 of its 3 devices work.", "md3 GOOD All of its devices work."),
        told("degraded-raid5"));
  }

  @Test
  void anArrayThatIsMadeWholeSaysHowFarThatIsAndARoutineCheckIsNoWarning() throws IOException {
    assertEquals(
        List.of(
            "md0 WARNING Only 1 of its 2 devices work, and its recovery is done to 12.6%.",
            "md1 WARNING All of its devices work, and its resync waits for its turn.",
            "md5 GOOD All of its devices work, and its check is done to 28.1%."),
        told("rebuilding"));
  }

  @Test
  void whatHasFailedOrIsNotActiveFailsAndAContainerOfArraysIsNone() throws IOException {
    assertEquals(
        List.of(
            "md0 FAILING Its device sdb1 has failed; 1 of 2 work.",
            "md1 FAILING It is inactive, and nothing in it can be used.",
            "md2 FAILING None of its 2 devices works.",
            "md3 FAILING It is broken, and nothing in it can be used.",
            "md126 GOOD All of its devices work."),
        told("broken"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n\n", "Personalities : ", "no arrays here", "unused devices: sda"})
  void whatTellsOfNoArrayHasNone(String text) {
    assertEquals(List.of(), Mdstat.read(text));
  }

  @Test
  void anArrayAtTheEndOfATextThatIsCutOffIsReadToo() {
    assertEquals(
        List.of("md0 WARNING Only 1 of its 2 devices work."),
        words(Mdstat.read("md0 : active raid1 sda[0]\n  100 blocks [2/1] [U_]")));
  }

  private static List<String> told(String name) throws IOException {
    try (InputStream file =
        Objects.requireNonNull(MdstatTest.class.getResourceAsStream("/mdstat/" + name + ".txt"))) {
      return words(Mdstat.read(new String(file.readAllBytes(), StandardCharsets.UTF_8)));
    }
  }

  private static List<String> words(List<Finding> findings) {
    return findings.stream()
        .map(
            finding ->
                finding.name().orElseThrow() + " " + finding.verdict() + " " + finding.reason())
        .toList();
  }
}
