package io.ballast.ops.screen;

import io.ballast.messages.Alert;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Help.Ansi.Text;

/** The alerts that last, with their evidence, and a line for each that ended. */
public final class AlertRows {
  private static final String INDENT = "  ";
  private static final int NAMES = 8;

  private final Ink ink;
  private final ZoneId zone;

  /**
   * @param zone for the times of day
   */
  public AlertRows(Ink ink, ZoneId zone) {
    this.ink = ink;
    this.zone = zone;
  }

  static boolean lasts(Alert alert) {
    return alert.resolvedAt().isEmpty();
  }

  /** The alerts as of {@code now} in lines of at most {@code width} characters. */
  public List<Text> lines(List<Alert> alerts, Instant now, int width) {
    List<Text> lines = new ArrayList<>();
    for (Alert alert : alerts) {
      alert
          .resolvedAt()
          .ifPresentOrElse(
              end -> lines.add(Table.cut(ink, resolved(alert, end), width)),
              () -> lasting(lines, alert, now, width));
    }
    return lines;
  }

  private void lasting(List<Text> lines, Alert alert, Instant now, int width) {
    String heard =
        "last heard "
            + Figures.clock(alert.lastHeard(), zone)
            + ", "
            + Figures.age(Duration.between(alert.lastHeard(), now))
            + " ago";
    wrapped("ALERT " + alert.host() + " " + what(alert) + "; " + heard, "", width)
        .forEach(line -> lines.add(ink.alarming(line)));
    if (!alert.vms().isEmpty()) {
      wrapped("VMs there: " + names(alert.vms()), INDENT, width)
          .forEach(line -> lines.add(ink.bad(line)));
    }
    for (String sentence : alert.evidence()) {
      wrapped(sentence, INDENT, width).forEach(line -> lines.add(ink.text(line)));
    }
  }

  private static List<String> wrapped(String text, String indent, int width) {
    return Figures.wrap(text, width - indent.length()).stream().map(line -> indent + line).toList();
  }

  private Text resolved(Alert alert, Instant end) {
    return ink.good("resolved ")
        .concat(
            ink.text(
                alert.host()
                    + " is well again since "
                    + Figures.clock(end, zone)
                    + ", "
                    + Figures.age(Duration.between(alert.raisedAt(), end))
                    + " after its alert"));
  }

  /** What is wrong with the host of an alert, as the end of a sentence that begins with it. */
  public static String what(Alert alert) {
    return switch (alert.verdict()) {
      case HOST_SILENT -> "is silent";
      case HYPERVISOR_STUCK -> "has a hypervisor that does not answer";
      case VM_DOUBLED -> "runs a VM that runs elsewhere too";
      case VM_LOST -> "had a VM that is active nowhere since its move";
      case VM_ID_SHARED -> "has a VM whose UUID another VM carries too";
      case HOST_DOUBLED -> "has two agents";
      case CLOCK_SKEWED -> "has a clock that is wrong";
    };
  }

  /** The first names, and how many more there are. */
  public static String names(List<String> names) {
    return names.size() <= NAMES
        ? String.join(", ", names)
        : String.join(", ", names.subList(0, NAMES)) + " and " + (names.size() - NAMES) + " more";
  }
}
