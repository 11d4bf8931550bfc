package io.ballast.storage.health;

import com.fasterxml.jackson.databind.JsonNode;
import io.ballast.messages.StorageBeat.Health.Kind;
import io.ballast.messages.StorageBeat.Health.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What {@code smartctl --json -H -A -i} says of one disk, and what that means.
 *
 * <p>What is bad counts however it was learned. Where nothing is, it counts only if the disk was
 * asked and has answered all: a doubt is never taken for good. Temperature is left to those who
 * watch over the room.
 */
final class SmartReport {
  /** Bits of smartctl's exit status: the disk could not be opened, or not be asked at all. */
  private static final int NOT_ASKED = 0b11;

  /** A question failed, or its answer was damaged. */
  private static final int HALF_ASKED = 0b100;

  /** The disk says that it fails. */
  private static final int FAILS = 0b1000;

  /** An attribute is or was below its threshold, or a log of the disk tells of errors. */
  private static final int ODD = 0b1111_0000;

  /** That part of it which attributes alone cause. */
  private static final int ODD_ATTRIBUTES = 0b0011_0000;

  /** Attributes of ATA disks that tell a temperature. */
  private static final Set<Integer> TEMPERATURES = Set.of(190, 194);

  /** A NVMe disk's warning of its temperature. */
  private static final int HOT = 0b10;

  private static final int NEARLY_WORN_OUT = 90;
  private static final int WORN_OUT = 100;

  /** Attributes of ATA disks of which any count is bad. */
  private static final Map<Integer, String> COUNTS =
      new TreeMap<>(
          Map.of(
              5, "sectors were replaced",
              187, "errors could not be corrected",
              197, "sectors can't be read for now",
              198, "sectors can't be read"));

  private final String disk;
  private final JsonNode report;
  private final int status;

  /**
   * @param disk what it is called
   * @param report as smartctl printed it
   */
  SmartReport(String disk, JsonNode report) {
    this.disk = disk;
    this.report = report;
    this.status = report.at("/smartctl/exit_status").asInt(0);
  }

  /** How the disk fares. */
  Finding finding() {
    if ((status & NOT_ASKED) != 0) {
      return told(Verdict.UNKNOWN, messages().orElse(disk + " can't be asked"));
    }
    List<String> failures = failures();
    if (!failures.isEmpty()) {
      return told(Verdict.FAILING, sentence(failures));
    }
    List<String> signs = signs();
    if (!signs.isEmpty()) {
      return told(Verdict.WARNING, sentence(signs));
    }
    return doubt()
        .map(doubt -> told(Verdict.UNKNOWN, doubt))
        .orElseGet(
            () ->
                told(
                    Verdict.GOOD,
                    isHot() ? "It warns of its temperature alone." : "It passes its own test."));
  }

  private List<String> failures() {
    List<String> failures = new ArrayList<>();
    int warning = report.at("/nvme_smart_health_information_log/critical_warning").asInt(0);
    boolean failed =
        (status & FAILS) != 0
            || (report.at("/smart_status/passed").isBoolean()
                && !report.at("/smart_status/passed").asBoolean());
    if ((warning & ~HOT) != 0) {
      failures.addAll(critical(warning));
    } else if (failed && warning == 0) {
      failures.add("it fails its own test");
    }
    int used = used();
    if (used >= WORN_OUT) {
      failures.add(used + "% of the writes that it was made for are used up");
    }
    return failures;
  }

  private static List<String> critical(int warning) {
    List<String> words = new ArrayList<>();
    List<String> meanings =
        List.of(
            "its spare room runs out",
            "",
            "it is no longer reliable",
            "it takes no more writes",
            "what protects its cache has failed",
            "its persistent memory takes no more writes");
    for (int bit = 0; bit < Integer.SIZE; bit++) {
      if ((warning & ~HOT & (1 << bit)) != 0) {
        words.add(bit < meanings.size() ? meanings.get(bit) : "it warns of itself by bit " + bit);
      }
    }
    return words;
  }

  private List<String> signs() {
    List<String> signs = new ArrayList<>();
    int odd = status & ODD;
    for (JsonNode attribute : report.at("/ata_smart_attributes/table")) {
      long count = attribute.at("/raw/value").asLong(0);
      Optional.ofNullable(COUNTS.get(attribute.path("id").asInt()))
          .filter(meaning -> count > 0)
          .ifPresent(meaning -> signs.add(count + " " + meaning));
      String when = attribute.path("when_failed").asText("");
      if (!when.isEmpty() && TEMPERATURES.contains(attribute.path("id").asInt())) {
        odd &= ~ODD_ATTRIBUTES;
      } else if (!when.isEmpty()) {
        signs.add(
            "its %s %s below its threshold"
                .formatted(
                    attribute.path("name").asText("attribute " + attribute.path("id").asText()),
                    when.equals("now") ? "is" : "was"));
      }
    }
    int used = used();
    if (used >= NEARLY_WORN_OUT) {
      signs.add(used + "% of the writes that it was made for are used up");
    }
    long errors = report.at("/nvme_smart_health_information_log/media_errors").asLong(0);
    if (errors > 0) {
      signs.add(errors + " errors could not be corrected");
    }
    long grown = report.path("scsi_grown_defect_list").asLong(0);
    if (grown > 0) {
      signs.add(grown + " sectors were replaced");
    }
    if (signs.isEmpty() && odd != 0) {
      signs.add("its attributes or logs tell of errors; 'smartctl -x' shows them");
    }
    return signs;
  }

  /** The used share of its life, in percent; 0 where it does not tell. */
  private int used() {
    int nvme = report.at("/nvme_smart_health_information_log/percentage_used").asInt(0);
    return Math.max(nvme, report.path("scsi_percentage_used_endurance_indicator").asInt(0));
  }

  /** Why nothing bad does not mean that it is good. */
  private Optional<String> doubt() {
    if (isFalse("/smart_support/available")) {
      return Optional.of(disk + " has no SMART");
    }
    if (isFalse("/smart_support/enabled")) {
      return Optional.of("SMART of %s is off; 'smartctl -s on' turns it on".formatted(disk));
    }
    if ((status & HALF_ASKED) != 0) {
      return Optional.of(messages().orElse(disk + " did not answer all that it was asked"));
    }
    if (!isHot() && !report.at("/smart_status/passed").asBoolean(false)) {
      return Optional.of(messages().orElse(disk + " answers no SMART question"));
    }
    return Optional.empty();
  }

  private boolean isHot() {
    return report.at("/nvme_smart_health_information_log/critical_warning").asInt() == HOT;
  }

  private boolean isFalse(String pointer) {
    return report.at(pointer).isBoolean() && !report.at(pointer).asBoolean();
  }

  /** What smartctl has to say about itself. */
  private Optional<String> messages() {
    List<String> texts = new ArrayList<>();
    for (JsonNode message : report.at("/smartctl/messages")) {
      texts.add(message.path("string").asText(""));
    }
    String all = texts.stream().filter(text -> !text.isBlank()).collect(Collectors.joining("; "));
    return all.isEmpty() ? Optional.empty() : Optional.of(all);
  }

  private Finding told(Verdict verdict, String reason) {
    return new Finding(Kind.DISK, Optional.of(disk), model(), verdict, reason);
  }

  private Optional<String> model() {
    String model =
        report
            .path("model_name")
            .asText(report.path("scsi_model_name").asText(report.path("product").asText("")));
    String serial = report.path("serial_number").asText("");
    if (serial.isBlank()) {
      return model.isBlank() ? Optional.empty() : Optional.of(model);
    }
    return Optional.of((model.isBlank() ? "disk" : model) + ", serial " + serial);
  }

  private static String sentence(List<String> parts) {
    String all = String.join("; ", parts);
    return Character.toUpperCase(all.charAt(0)) + all.substring(1) + ".";
  }
}
