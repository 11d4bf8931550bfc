package io.ballast.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ballast.ops.SimulatedFleet.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plans of saved pictures, without a bus. */
final class PaperPlanTest {
  private static final String CROWDED =
      """
      {"name":"crowded","bandwidth":1024,"hosts":[
      {"id":"h1","cpu":8,"mem":32768,"state":"up"},
      {"id":"h2","cpu":8,"mem":32768,"state":"up"},
      {"id":"h3","cpu":8,"mem":32768,"state":"STATE"}],
      "vms":[
      {"id":"vm-1","host":"h1","vcpus":4,"cpu":3,"mem":8192,"dirty":512},
      {"id":"vm-2","host":"h1","vcpus":4,"cpu":3,"mem":8192,"dirty":0},
      {"id":"vm-3","host":"h1","vcpus":1,"cpu":1,"mem":4096,"dirty":0},
      {"id":"vm-4","host":"h3","vcpus":1,"cpu":1,"mem":4096,"dirty":0}]}
      """;

  private final SimulatedFleet fleet = new SimulatedFleet();

  @TempDir Path folder;

  @BeforeEach
  void saved() throws IOException {
    Files.writeString(folder.resolve("even.json"), CROWDED.replace("STATE", "up"));
    Files.writeString(folder.resolve("drain.json"), CROWDED.replace("STATE", "drain"));
    Files.writeString(
        folder.resolve("policy.yaml"),
        "scheduler:\n  policy:\n    cpu: {trigger: 95%, low: 90%}\n");
  }

  @AfterEach
  void close() {
    fleet.close();
  }

  private String file(String name) {
    return folder.resolve(name).toString();
  }

  private JsonNode json(String... args) throws IOException {
    Ran ran = fleet.run(args);
    assertEquals(0, ran.code(), ran.err());
    assertEquals("", ran.err());
    return new ObjectMapper().readTree(ran.out());
  }

  @Test
  void aPictureIsPlannedToRest() throws IOException {
    JsonNode plan = json("plan", "--from", file("even.json"), "--json");

    assertEquals(2, plan.at("/moves").size());
    JsonNode first = plan.at("/moves/0");
    assertTrue(first.at("/vm").asText().matches("vm-[12]"), first::toString);
    assertEquals("h1", first.at("/from").asText());
    assertEquals("h2", first.at("/to").asText());
    assertEquals(1, first.at("/wave").asInt());
    JsonNode second = plan.at("/moves/1");
    assertEquals("vm-3", second.at("/vm").asText());
    assertEquals("h3", second.at("/to").asText());
    assertEquals(2, second.at("/wave").asInt());
    // CPU 7/8, 0, 1/8 and memory 20/32, 0, 4/32 become 3/8, 3/8, 2/8 and three times 8/32.
    assertEquals(0.6564, plan.at("/score/before").asDouble(), 1e-4);
    assertEquals(0.0589, plan.at("/score/after").asDouble(), 1e-4);
    assertEquals(0, plan.at("/score/bound").asDouble());
    assertTrue(plan.at("/finished").asBoolean());
    assertTrue(plan.at("/seconds").asDouble() > 0);
  }

  @Test
  void aHostIsEmptied() throws IOException {
    JsonNode plan = json("plan", "--from", file("drain.json"), "--json");

    boolean left = false;
    for (JsonNode move : plan.at("/moves")) {
      assertTrue(!move.at("/to").asText().equals("h3"), plan::toString);
      left |= move.at("/vm").asText().equals("vm-4");
    }
    assertTrue(left, plan::toString);
  }

  @Test
  void aPersonReadsWhatComesOfIt() {
    Ran ran = fleet.run("plan", "--from", file("even.json"));

    assertEquals(0, ran.code(), ran.err());
    assertTrue(
        ran.out()
            .startsWith(
                "crowded: move 2 VMs, 12 GiB: unevenness 0.6564 becomes 0.0589; no plan could be"
                    + " below"),
        ran::out);
  }

  @Test
  void aPolicyDecidesByItsTriggers() throws IOException {
    String[] byPolicy = {
      "plan", "--from", file("even.json"), "--json", "--policy", file("policy.yaml")
    };

    assertEquals(0, json(byPolicy).at("/moves").size());
    String[] toRest = java.util.Arrays.copyOf(byPolicy, byPolicy.length + 1);
    toRest[byPolicy.length] = "--to-rest";
    assertEquals(2, json(toRest).at("/moves").size());
  }

  @Test
  void aFrontierFallsWithWhatItCosts() throws IOException {
    JsonNode points = json("plan", "--from", file("even.json"), "--json", "--frontier");

    assertTrue(points.size() >= 2, points::toString);
    for (int i = 1; i < points.size(); i++) {
      JsonNode less = points.get(i - 1);
      JsonNode more = points.get(i);
      assertTrue(less.at("/gibibytes").asDouble() < more.at("/gibibytes").asDouble());
      assertTrue(less.at("/unevenness").asDouble() > more.at("/unevenness").asDouble());
      assertTrue(more.at("/seconds").asDouble() > 0);
    }
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    assertEquals(2, fleet.run("plan", "--to-rest").code());
    assertEquals(2, fleet.run("plan", "--from", file("none.json")).code());
    Ran ran =
        fleet.run(
            "plan", "--from", file("even.json"), "--policy", file("policy.yaml"), "--frontier");
    assertEquals(2, ran.code());
    assertEquals("ballast: --frontier is to rest: with --policy, give --to-rest too\n", ran.err());
  }

  @Test
  void byAPolicyALighterVmGoesOnlyIfItHelpsWhatTriggered() throws IOException {
    Files.writeString(
        folder.resolve("trim.json"),
        """
        {"hosts":[{"id":"h1","cpu":16,"mem":65536},{"id":"h2","cpu":16,"mem":65536}],
        "vms":[
        {"id":"a","host":"h1","vcpus":4,"cpu":0.4,"mem":38912},
        {"id":"b","host":"h1","vcpus":4,"cpu":0,"mem":14336},
        {"id":"p","host":"h1","vcpus":16,"cpu":12.6,"mem":0,"state":"paused"},
        {"id":"q","host":"h2","vcpus":16,"cpu":6,"mem":12288,"state":"paused"}]}
        """);
    Files.writeString(folder.resolve("usual.yaml"), "scheduler:\n  policy: {mode: automatic}\n");

    JsonNode plan =
        json("plan", "--from", file("trim.json"), "--json", "--policy", file("usual.yaml"));

    for (JsonNode move : plan.at("/moves")) {
      assertEquals("a", move.at("/vm").asText(), plan::toString);
    }
  }

  @Test
  void aVmOnTwoHostsIsNotMovedThoughOneOfThemIsToBeEmptied() throws IOException {
    Files.writeString(
        folder.resolve("doubled.json"),
        """
        {"hosts":[{"id":"h1","cpu":16,"mem":65536},{"id":"h2","cpu":16,"mem":65536},
        {"id":"h3","cpu":16,"mem":65536},{"id":"hd","cpu":16,"mem":65536,"state":"drain"}],
        "vms":[
        {"id":"a","host":"h1","vcpus":4,"cpu":8,"mem":8192,"elsewhere":["hd"]},
        {"id":"b","host":"h1","vcpus":4,"cpu":6,"mem":8192,"elsewhere":["hd"]}]}
        """);
    Files.writeString(folder.resolve("usual.yaml"), "scheduler:\n  policy: {mode: automatic}\n");

    JsonNode plan =
        json("plan", "--from", file("doubled.json"), "--json", "--policy", file("usual.yaml"));

    assertEquals(0, plan.at("/moves").size(), plan::toString);
    assertEquals(2, plan.at("/objections/doubled").asInt(), plan::toString);
  }
}
