package io.ballast.net.links;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ballast.messages.NetBeat.Link.Trouble;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TroublesTest {
  @TempDir Path links;

  @Test
  void eachCountIsTold() throws IOException {
    link("1", "2", "3", "4", "5");

    assertEquals(Optional.of(new Trouble(1, 2, 3, 4, 5)), new Troubles(links).of("eth0"));
  }

  @Test
  void whatMakesNoSenseIsNotTold() throws IOException {
    for (String odd : List.of("", "-1", "many", "18446744073709551616")) {
      link("1", "2", odd, "4", "5");

      assertEquals(Optional.empty(), new Troubles(links).of("eth0"), odd);
    }
  }

  @Test
  void aLinkThatIsGoneHasNone() {
    assertEquals(Optional.empty(), new Troubles(links).of("eth9"));
  }

  private void link(String... counts) throws IOException {
    write("statistics/rx_errors", counts[0]);
    write("statistics/tx_errors", counts[1]);
    write("statistics/rx_dropped", counts[2]);
    write("statistics/tx_dropped", counts[3]);
    write("carrier_changes", counts[4]);
  }

  private void write(String file, String text) throws IOException {
    Path path = links.resolve("eth0").resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text + "\n");
  }
}
