package io.ballast.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Bytes;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
import io.ballast.ops.SimulatedFleet.Ran;
import io.ballast.storage.testing.FakeVolumes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands that change pools against a real storage agent over a fake storage. */
final class PoolCommandsTest {
  private final SimulatedFleet fleet = new SimulatedFleet();
  private FakeVolumes storage;

  @BeforeEach
  void aHost() {
    fleet.scheduler();
    fleet.host("h1", Bytes.ofMiB(4096));
    storage = fleet.storage("h1");
    fleet.until(
        seen ->
            seen.hosts().size() == 1
                && seen.hosts().stream().allMatch(host -> host.storage().isPresent()));
  }

  @AfterEach
  void close() {
    fleet.close();
  }

  private Ran run(String... words) {
    List<String> all = new ArrayList<>(List.of("pool"));
    all.addAll(List.of(words));
    all.addAll(List.of("--host", "h1"));
    return fleet.run(all.toArray(String[]::new));
  }

  @Test
  void aPoolIsDefinedStoppedStartedRefreshedAndForgotten() {
    assertEquals(
        new Ran(0, "defined pool fast on h1\n", ""),
        run("define", "fast", "--folder", "/srv/fast"));
    assertEquals(new Ran(0, "refreshed pool fast on h1\n", ""), run("refresh", "fast"));
    Ran active = run("forget", "fast");
    assertEquals(1, active.code());
    assertTrue(active.err().contains("pool 'fast' is active"), active.err());
    assertEquals(new Ran(0, "stopped pool fast on h1\n", ""), run("stop", "fast"));
    assertEquals(new Ran(0, "started pool fast on h1\n", ""), run("start", "fast"));
    run("stop", "fast");
    assertEquals(new Ran(0, "forgot pool fast on h1\n", ""), run("forget", "fast"));
  }

  @Test
  void aFileSystemOfAServerIsAPoolWhereItIsAllowed() {
    assertEquals(0, run("define", "nas", "--gluster", "nas1:/images", "--path", "/srv/nas").code());

    Ran refused = run("define", "nas2", "--nfs", "nas1:/home", "--path", "/srv/home");

    assertEquals(1, refused.code());
    assertTrue(refused.err().contains("add it to agent.pools.sources"), refused.err());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "define fast",
        "define fast --folder /srv/a --rbd kvm",
        "define fast --nfs nas1:/images",
        "define fast --nfs nas1 --path /srv/a",
        "define fast --device sdb --path /srv/a",
        "define fast --folder srv",
        "define a/b --folder /srv/a",
        "define fast --rbd kvm",
        "define fast --rbd kvm --monitor mon1 --ceph-user joe"
      })
  void whatIsNoSourceIsWrongUsage(String line) {
    Ran ran = run(line.split(" ", -1));

    assertEquals(2, ran.code(), ran.out());
    assertTrue(!ran.err().isBlank());
  }

  @Test
  void whatOthersBuildUponGrowsNoMoreAndIsPromisedAsItIs() {
    put("images", "base", Optional.empty());
    put("images", "web1", Optional.of("images/base"));
    String shown = run("show", "images").out();
    assertTrue(shown.contains("promised  52 GiB, 52% of its size\n"), shown);

    storage.pool("vms", "rbd", Bytes.ofMiB(102_400));
    put("vms", "base", Optional.empty());
    put("vms", "web1", Optional.of("vms/base"));
    String ofCeph = run("show", "vms").out();
    assertTrue(ofCeph.contains("promised  100 GiB, 100% of its size\n"), ofCeph);
  }

  private void put(String pool, String name, Optional<String> backing) {
    storage.put(
        new Volume(
            new VolumeId(pool, name),
            "qcow2",
            Bytes.ofMiB(51_200),
            Bytes.ofMiB(2048),
            backing,
            List.of()));
  }

  @Test
  void aNewPoolNeedsAHost() {
    Ran ran = fleet.run("pool", "define", "fast", "--folder", "/srv/fast");

    assertEquals(2, ran.code());
    assertTrue(ran.err().contains("--host"), ran.err());
  }
}
