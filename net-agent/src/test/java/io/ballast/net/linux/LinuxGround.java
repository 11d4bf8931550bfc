package io.ballast.net.linux;

import io.ballast.agent.tool.Runner;
import io.ballast.net.rig.Ground;
import io.ballast.net.rig.NetNamespace;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Collectors;

/** A namespace of the kernel that this runs on, with two bridges and a table of somebody else. */
final class LinuxGround implements Ground, AutoCloseable {
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final Runner runner = new Runner(Runner.Limits.DEFAULT, Runner.Manner.BRISK, clock);
  private final NetNamespace space = NetNamespace.open();
  private final LinuxSwitch tried =
      new LinuxSwitch(
          new KernelTools(
              runner,
              space.inside(List.of()),
              (link, frame) -> space.visit(() -> new PacketSocket().send(link, frame))));

  LinuxGround() {
    for (String bridge : List.of(bridge(), otherBridge())) {
      space.run("ip", "link", "add", bridge, "type", "bridge");
      space.run("ip", "link", "set", bridge, "up");
    }
    space.run("nft", "add table bridge foreign; add chain bridge foreign theirs");
    space.run("nft", "add rule bridge foreign theirs ether type 0x1234 drop");
  }

  @Override
  public NetNamespace space() {
    return space;
  }

  @Override
  public LinuxSwitch tried() {
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

  @Override
  public void close() {
    tried.close();
    runner.close();
    clock.shutdownNow();
    space.close();
  }
}
