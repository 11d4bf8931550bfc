package io.ballast.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.ballast.messages.Bytes;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
import io.ballast.ops.SimulatedFleet.Ran;
import io.ballast.storage.testing.FakeVolumes;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What programs read of what was found out about a volume. */
final class VolumeReportsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final SimulatedFleet fleet = new SimulatedFleet();
  private FakeVolumes storage;

  @BeforeEach
  void aDiskAndOneThatBuildsUponIt() {
    fleet.scheduler();
    fleet.host("h1", Bytes.ofMiB(4096));
    storage = fleet.storage("h1");
    storage.put(volume("base", Optional.empty()));
    storage.put(volume("web1", Optional.of("images/base")));
    storage.put(volume("other", Optional.empty()));
    fleet.until(seen -> seen.hosts().size() == 1);
  }

  private static Volume volume(String name, Optional<String> backing) {
    return new Volume(
        new VolumeId("images", name),
        "qcow2",
        Bytes.ofMiB(1024),
        Bytes.ofMiB(1),
        backing,
        List.of());
  }

  @AfterEach
  void close() {
    fleet.close();
  }

  private Ran json(String command, String... words) {
    return fleet.run(
        java.util.stream.Stream.of(
                List.of("volume", command), List.of(words), List.of("--json", "--host", "h1"))
            .flatMap(List::stream)
            .toArray(String[]::new));
  }

  @Test
  void aCheckAndAComparisonSayWhatTheyFoundAndWhere() throws IOException {
    assertEquals(
        JSON.readTree(
            "{'host':'h1','volume':'images/web1','report':'no errors'}".replace('\'', '"')),
        JSON.readTree(json("check", "images/web1").out()));
    assertEquals(
        JSON.readTree(
            "{'host':'h1','volume':'images/base','report':'they hold the same'}"
                .replace('\'', '"')),
        JSON.readTree(json("compare", "images/base", "images/other").out()));
  }

  @Test
  void aDifferenceStaysAFailure() {
    Ran differ = json("compare", "images/base", "images/web1");

    assertEquals(1, differ.code(), differ::toString);
    assertEquals("", differ.out());
    assertTrue(differ.err().contains("they differ"), differ::toString);
  }

  @Test
  void whetherASnapshotIsProtectedIsToldWhereItCanBe() throws IOException {
    storage.pool("vms", "rbd", Bytes.ofMiB(1024));
    for (String volume : List.of("images/web1", "vms/web1")) {
      fleet.run("volume", "create", volume, "8MiB", "--format", "raw", "--host", "h1");
      fleet.run("volume", "snapshot", volume, "before", "--host", "h1");
    }
    String snapshot = "'name':'before','at':'1970-01-01T00:00:00Z','memory':0";

    assertListed("images/web1", snapshot);
    assertListed("vms/web1", snapshot + ",'isProtected':false");
    fleet.run("volume", "protect", "vms/web1", "before", "--host", "h1");
    assertListed("vms/web1", snapshot + ",'isProtected':true");
  }

  private void assertListed(String volume, String snapshot) throws IOException {
    assertEquals(
        JSON.readTree(("{'host':'h1','snapshots':[{" + snapshot + "}]}").replace('\'', '"')),
        JSON.readTree(json("snapshots", volume).out()));
  }

  @Test
  void aMeasureIsInBytes() throws IOException {
    assertEquals(
        JSON.readTree(
            "{'host':'h1','needed':%d,'most':%d}"
                .formatted(Bytes.ofMiB(1).value(), Bytes.ofMiB(1024).value())
                .replace('\'', '"')),
        JSON.readTree(json("measure", "images/base").out()));
  }
}
