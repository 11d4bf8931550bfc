package io.ballast.net.linux;

import io.ballast.agent.tool.Runner;
import io.ballast.net.rig.Ground;
import io.ballast.net.rig.NetNamespace;
import io.ballast.net.rig.SwitchContract;
import io.ballast.net.trade.Switch;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** The bridges of the kernel that this runs on, in a namespace of their own. Needs root. */
@Tag("lab")
final class LinuxSwitchIT {
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final Runner runner = new Runner(Runner.Limits.DEFAULT, clock);
  private final NetNamespace space = NetNamespace.open();
  private final KernelTools kernel =
      new KernelTools(
          runner,
          space.inside(List.of()),
          (link, frame) -> space.visit(() -> new PacketSocket().send(link, frame)));
  private final LinuxSwitch tried = new LinuxSwitch(kernel);

  @BeforeEach
  void bridges() {
    for (String bridge : List.of("br0", "br1")) {
      space.run("ip", "link", "add", bridge, "type", "bridge");
      space.run("ip", "link", "set", bridge, "up");
    }
    space.run("nft", "add table bridge foreign; add chain bridge foreign theirs");
    space.run("nft", "add rule bridge foreign theirs ether type 0x1234 drop");
  }

  @AfterEach
  void close() {
    tried.close();
    runner.close();
    clock.shutdownNow();
    space.close();
  }

  @TestFactory
  Stream<DynamicTest> contract() {
    return new SwitchContract(new Kernels()).checks();
  }

  /** A namespace with two bridges of somebody else. */
  private final class Kernels implements Ground {
    @Override
    public NetNamespace space() {
      return space;
    }

    @Override
    public Switch tried() {
      return tried;
    }

    @Override
    public String bridge() {
      return "br0";
    }

    @Override
    public String otherBridge() {
      return "br1";
    }

    @Override
    public boolean hasVlans() {
      return false;
    }

    @Override
    public void plug(String bridge, String link) {
      space.run("ip", "link", "set", link, "master", bridge);
    }

    @Override
    public void unplug(String link) {}

    @Override
    public String bridgeOf(String link) {
      String told = space.run("ip", "-o", "link", "show", "dev", link);
      String[] words = told.split(" master ", -1);
      return words.length < 2 ? "" : words[1].split(" ", -1)[0];
    }

    @Override
    public String foreign() {
      return links(false) + space.run("nft", "list table bridge foreign");
    }

    @Override
    public String ours() {
      String tables = space.run("nft", "list tables bridge");
      String table =
          tables.contains("ballast") ? space.run("nft", "-s", "list table bridge ballast") : "";
      String queues =
          space
              .run("tc", "qdisc", "show")
              .lines()
              .filter(line -> line.contains("ba11:") || line.contains("ingress"))
              .collect(Collectors.joining("\n"));
      return table + queues + links(true);
    }

    private String links(boolean ours) {
      return space
          .run("ip", "-o", "link", "show")
          .lines()
          .map(line -> line.split(" ", -1)[1])
          .filter(name -> name.startsWith("ba-") == ours)
          .collect(Collectors.joining(" "));
    }
  }
}
