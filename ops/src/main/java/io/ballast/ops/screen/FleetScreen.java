package io.ballast.ops.screen;

import io.ballast.messages.Decision;
import io.ballast.messages.Event;
import io.ballast.messages.Fleet;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Help.Ansi.Text;

/**
 * The fleet on one screen, what is urgent first: hosts, alerts, open moves, decisions, moves that
 * ended. It does no input or output; equal arguments give equal lines.
 */
public final class FleetScreen {
  /** The least width that lines are made for; narrower terminals get lines of this width. */
  public static final int LEAST_WIDTH = 40;

  private static final int DECISION_LINES = 3;

  private final Ink ink;
  private final ZoneId zone;

  /**
   * @param zone for the times of day
   */
  public FleetScreen(Ink ink, ZoneId zone) {
    this.ink = ink;
    this.zone = zone;
  }

  /**
   * The screen in lines of at most {@code width} characters.
   *
   * @param recent what was heard lately, oldest first; it may be newer or older than {@code fleet}
   */
  public List<Text> lines(Fleet fleet, List<Event> recent, int width) {
    int room = Math.max(width, LEAST_WIDTH);
    Picture picture = Picture.of(fleet, recent);
    List<Text> lines = new ArrayList<>();
    lines.add(Table.cut(ink, header(picture), room));
    section(lines, new HostRows(ink).lines(fleet, room));
    section(lines, new AlertRows(ink, zone).lines(picture.alerts(), fleet.at(), room));
    section(lines, new MoveRows(ink).open(picture.moves(), fleet.at(), room));
    section(lines, decisions(picture.decisions(), room));
    section(lines, new MoveRows(ink).ended(picture.moves(), room));
    return lines;
  }

  private static void section(List<Text> lines, List<Text> section) {
    if (!section.isEmpty()) {
      lines.add(section.getFirst().substring(0, 0));
      lines.addAll(section);
    }
  }

  private Text header(Picture picture) {
    Fleet fleet = picture.fleet();
    long running =
        fleet.hosts().stream()
            .filter(HostRows::isBelieved)
            .flatMap(host -> host.beat().vms().stream())
            .filter(vm -> vm.state().active())
            .count();
    long open = picture.moves().stream().filter(move -> move.state().open()).count();
    long lasting = picture.alerts().stream().filter(AlertRows::lasts).count();
    Text header =
        ink.strong("Ballast  " + Figures.clock(fleet.at(), zone))
            .concat("   " + Figures.count(fleet.hosts().size(), "host"))
            .concat("   " + Figures.count(running, "VM"));
    if (open > 0) {
      header = header.concat("   " + Figures.count(open, "move"));
    }
    String alerts = Figures.count(lasting, "alert");
    return header.concat("   ").concat(lasting > 0 ? ink.alarming(alerts) : ink.good(alerts));
  }

  private List<Text> decisions(List<Decision> decisions, int width) {
    List<Text> lines = new ArrayList<>();
    for (Decision decision : decisions) {
      String at = Figures.clock(decision.at(), zone) + "  ";
      List<String> told = Figures.wrap(decision.summary(), width - at.length());
      for (int i = 0; i < Math.min(told.size(), DECISION_LINES); i++) {
        Text start = i == 0 ? ink.faint(at) : ink.text(" ".repeat(at.length()));
        boolean cut = i == DECISION_LINES - 1 && told.size() > DECISION_LINES;
        Text line = start.concat(told.get(i)).concat(cut ? " " + ink.ellipsis() : "");
        lines.add(Table.cut(ink, line, width));
      }
    }
    return lines;
  }
}
