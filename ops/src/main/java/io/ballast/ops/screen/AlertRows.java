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
    wrapped("ALERT " + AlertWords.what(alert) + "; " + when(alert, now), "", width)
        .forEach(line -> lines.add(ink.alarming(line)));
    AlertWords.there(alert)
        .ifPresent(vms -> wrapped(vms, INDENT, width).forEach(line -> lines.add(ink.bad(line))));
    for (String sentence : alert.evidence()) {
      wrapped(sentence, INDENT, width).forEach(line -> lines.add(ink.text(line)));
    }
  }

  /** Of a silent host counts when it was heard, of all else since when it is so. */
  private String when(Alert alert, Instant now) {
    return switch (alert.verdict()) {
      case HOST_SILENT ->
          "last heard "
              + Figures.clock(alert.lastHeard(), zone)
              + ", "
              + Figures.age(Duration.between(alert.lastHeard(), now))
              + " ago";
      case HYPERVISOR_STUCK,
          VM_DOUBLED,
          VM_LOST,
          VM_ID_SHARED,
          HOST_DOUBLED,
          CLOCK_SKEWED,
          POOL_FILLING,
          POOL_FULL,
          STORAGE_WORN,
          STORAGE_FAILING,
          VOLUMES_KEPT,
          PORT_DIFFERS,
          ADDRESS_TAKEN,
          UPLINK_DOWN,
          UPLINK_BUSY,
          UPLINK_IDLE ->
          "since "
              + Figures.clock(alert.raisedAt(), zone)
              + ", for "
              + Figures.age(Duration.between(alert.raisedAt(), now));
    };
  }

  private static List<String> wrapped(String text, String indent, int width) {
    return Figures.wrap(text, width - indent.length()).stream().map(line -> indent + line).toList();
  }

  private Text resolved(Alert alert, Instant end) {
    return ink.good("resolved ")
        .concat(
            ink.text(
                AlertWords.over(alert)
                    + " since "
                    + Figures.clock(end, zone)
                    + ", "
                    + Figures.age(Duration.between(alert.raisedAt(), end))
                    + " after its alert"));
  }
}
