package io.ballast.net.linux;

import io.ballast.net.linux.Present.Member;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What is told to the tools of iproute2, line by line. */
final class Lines {
  private Lines() {}

  /** A tool that reads lines. */
  enum Reader {
    IP("ip"),
    BRIDGE("bridge"),
    TC("tc");

    final String program;

    Reader(String program) {
      this.program = program;
    }
  }

  /** A line for one of them. */
  record Line(Reader reader, String text) {}

  static List<Line> of(Step step) {
    return switch (step) {
      case Step.Plug plug -> ip("link set dev " + plug.link() + " master " + plug.bridge());
      case Step.Unplug unplug -> ip("link set dev " + unplug.link() + " nomaster");
      case Step.Resize resize -> ip("link set dev " + resize.link() + " mtu " + resize.mtu());
      case Step.Build build ->
          ip(
              "link add name %s type bridge%s"
                  .formatted(Mark.UNFINISHED, build.filters() ? " vlan_filtering 1" : ""),
              "link set dev " + Mark.UNFINISHED + " alias " + Mark.NAME,
              "link set dev " + Mark.UNFINISHED + " name " + build.bridge(),
              "link set dev " + build.bridge() + " up");
      case Step.Raise raise -> ip("link set dev " + raise.bridge() + " up");
      case Step.Raze raze -> ip("link delete dev " + raze.bridge() + " type bridge");
      case Step.Join join -> join(join);
      case Step.Limit limit ->
          tc(
              "qdisc replace dev %s root handle %s tbf rate %dbit burst %db limit %db"
                  .formatted(
                      limit.device(),
                      Mark.QUEUE,
                      limit.rate().bytesPerSecond() * Byte.SIZE,
                      limit.rate().burst(),
                      limit.rate().queue()));
      case Step.Unlimit unlimit -> tc("qdisc del dev " + unlimit.device() + " root");
      case Step.Detour detour -> detour(Mark.detour(detour.card()), detour.there());
      case Step.Undetour undetour -> ip("link delete dev " + undetour.detour() + " type ifb");
      case Step.Lead lead -> lead(lead);
      case Step.Unlead unlead ->
          tc(
              unlead.entry()
                  ? "qdisc del dev " + unlead.link() + " ingress"
                  : unlead(unlead.link()));
    };
  }

  private static List<Line> detour(String name, boolean there) {
    String up = "link set dev " + name + " up";
    return there ? ip(up) : ip("link add name " + name + " type ifb", up);
  }

  private static List<Line> lead(Step.Lead lead) {
    List<String> texts = new ArrayList<>();
    if (!lead.entry()) {
      texts.add("qdisc add dev " + lead.link() + " ingress");
    }
    if (lead.other()) {
      texts.add(unlead(lead.link()));
    }
    texts.add(
        "filter add dev %s parent ffff: protocol all pref %d u32 match u32 0 0 action mirred egress redirect dev %s"
            .formatted(lead.link(), Mark.FILTER, lead.detour()));
    return tc(texts.toArray(new String[0]));
  }

  private static String unlead(String link) {
    return "filter del dev " + link + " parent ffff: pref " + Mark.FILTER;
  }

  /** What it leaves first, for only one VLAN can be that of what bears no tag. */
  private static List<Line> join(Step.Join join) {
    List<Line> lines = new ArrayList<>();
    spans(join.leave(), "del", join.link(), lines);
    spans(join.enter(), "add", join.link(), lines);
    return lines;
  }

  /** Neighbours that only bear tags are told as one. */
  private static void spans(Set<Member> members, String verb, String link, List<Line> lines) {
    TreeSet<Integer> tagged = new TreeSet<>();
    for (Member each : members) {
      if (verb.equals("del") || (!each.entering() && !each.bare())) {
        tagged.add(each.tag());
      } else {
        lines.add(
            new Line(
                Reader.BRIDGE,
                "vlan add dev %s vid %d%s%s"
                    .formatted(
                        link,
                        each.tag(),
                        each.entering() ? " pvid" : "",
                        each.bare() ? " untagged" : "")));
      }
    }
    while (!tagged.isEmpty()) {
      int first = tagged.pollFirst();
      int last = first;
      while (tagged.remove(last + 1)) {
        last++;
      }
      lines.add(
          new Line(
              Reader.BRIDGE,
              "vlan %s dev %s vid %s"
                  .formatted(verb, link, first == last ? "" + first : first + "-" + last)));
    }
  }

  private static List<Line> ip(String... texts) {
    return lines(Reader.IP, texts);
  }

  private static List<Line> tc(String... texts) {
    return lines(Reader.TC, texts);
  }

  private static List<Line> lines(Reader reader, String... texts) {
    return List.of(texts).stream().map(text -> new Line(reader, text)).toList();
  }
}
