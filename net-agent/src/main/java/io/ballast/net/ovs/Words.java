package io.ballast.net.ovs;

import io.ballast.messages.Mac;
import io.ballast.messages.NetOrder.CreateBridge.Datapath;
import io.ballast.net.ovs.Present.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Steps in the words of {@code ovs-vsctl}: all of them are one transaction. */
final class Words {
  private final List<String> words = new ArrayList<>();
  private int named;

  private Words() {}

  static List<String> of(List<Step.Configure> steps) {
    Words all = new Words();
    steps.forEach(all::step);
    return all.words;
  }

  private void step(Step.Configure step) {
    switch (step) {
      case Step.Plug plug -> {
        say("add-port", plug.bridge(), plug.link());
        tags(plug.link(), plug.tags());
        mark(plug.link(), Present.PLUGGED, "true");
        mark(plug.link(), plug.card());
      }
      case Step.Move move -> {
        say("remove", "bridge", move.from(), "ports", move.port());
        say("add", "bridge", move.to(), "ports", move.port());
      }
      case Step.Unplug unplug -> say("--if-exists", "del-port", unplug.bridge(), unplug.link());
      case Step.Mark mark ->
          mark.marked()
              .ifPresentOrElse(
                  card -> mark(mark.port(), Optional.of(card)),
                  () -> unmark(mark.port(), Present.MARK));
      case Step.Vlans vlans -> tags(vlans.port(), vlans.tags());
      case Step.Shape shape -> shape(shape);
      case Step.Unshape unshape -> {
        unshape.port().ifPresent(port -> say("clear", "port", port, "qos"));
        destroy(unshape.old(), unshape.oldQueues());
      }
      case Step.Size size -> {
        if (size.mtu().isPresent()) {
          say("set", "interface", size.link(), "mtu_request=" + size.mtu().get());
          mark(size.port(), Present.SIZED, size.mtu().get().toString());
        } else {
          say("clear", "interface", size.link(), "mtu_request");
          unmark(size.port(), Present.SIZED);
        }
      }
      case Step.Police police -> police(police);
      case Step.Create create -> {
        say("add-br", create.bridge());
        say(
            "set",
            "bridge",
            create.bridge(),
            "datapath_type=" + (create.datapath() == Datapath.NETDEV ? "netdev" : "system"),
            "fail_mode=standalone",
            "external_ids:" + Present.MARK + "=true");
      }
      case Step.Delete delete -> say("--if-exists", "del-br", delete.bridge());
    }
  }

  private void tags(String port, Tags tags) {
    String mode = tags.mode().map(each -> "vlan_mode=" + each).orElse("vlan_mode=[]");
    if (tags.tag().isPresent()) {
      say("set", "port", port, mode, "tag=" + tags.tag().get(), "trunks=[]");
    } else {
      String trunks =
          tags.trunks().stream().map(String::valueOf).collect(Collectors.joining(",", "[", "]"));
      say("set", "port", port, mode, "tag=[]", "trunks=" + trunks);
    }
  }

  private void shape(Step.Shape shape) {
    String queue = "@q" + named;
    String row = "@s" + named++;
    List<String> create = new ArrayList<>(List.of("--id=" + queue, "create", "queue"));
    settings(create, PortPlan.queued(shape.limit()), shape.card());
    say(create.toArray(String[]::new));
    create = new ArrayList<>(List.of("--id=" + row, "create", "qos", "type=" + PortPlan.KIND));
    settings(create, PortPlan.shaped(shape.limit()), shape.card());
    create.add("queues:0=" + queue);
    say(create.toArray(String[]::new));
    say("set", "port", shape.port(), "qos=" + row);
    destroy(shape.old(), shape.oldQueues());
  }

  private static void settings(
      List<String> words, Map<String, String> settings, Optional<Mac> card) {
    new TreeMap<>(settings).forEach((key, value) -> words.add("other_config:" + key + "=" + value));
    words.add("external_ids:" + Present.MARK + "=" + quoted(card));
  }

  private void police(Step.Police police) {
    Present.RawLimit limit = police.limit().map(Present.RawLimit::of).orElse(Present.RawLimit.NONE);
    say(
        "set",
        "interface",
        police.link(),
        "ingress_policing_rate=" + limit.rate(),
        "ingress_policing_burst=" + limit.burst());
    if (police.limit().isPresent()) {
      mark(police.port(), Present.POLICED, "true");
    } else {
      unmark(police.port(), Present.POLICED);
    }
  }

  private void destroy(List<String> rows, List<String> queues) {
    rows.forEach(row -> say("--if-exists", "destroy", "qos", row));
    queues.forEach(queue -> say("--if-exists", "destroy", "queue", queue));
  }

  private void mark(String port, Optional<Mac> card) {
    say("set", "port", port, "external_ids:" + Present.MARK + "=" + quoted(card));
  }

  private void mark(String port, String key, String value) {
    say("set", "port", port, "external_ids:" + key + "=\"" + value + "\"");
  }

  private void unmark(String port, String key) {
    say("remove", "port", port, "external_ids", key);
  }

  private static String quoted(Optional<Mac> card) {
    return "\"" + card.map(Mac::value).orElse("true") + "\"";
  }

  private void say(String... more) {
    words.add("--");
    words.addAll(List.of(more));
  }
}
