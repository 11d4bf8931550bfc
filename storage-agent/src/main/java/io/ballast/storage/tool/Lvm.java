package io.ballast.storage.tool;

import io.ballast.agent.tool.Run;
import io.ballast.agent.tool.Runner;
import io.ballast.agent.tool.Tool;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.Reason;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoubleConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The tools of LVM, in one volume group.
 *
 * <p>What is not there fails as {@code UNKNOWN_VOLUME}, what is there already as {@code
 * NAME_TAKEN}, what somebody has open as {@code IN_USE}, what does not fit as {@code NO_ROOM}.
 */
public final class Lvm {
  private static final Duration QUICK = Duration.ofMinutes(1);

  /** A volume that is cut off is flushed first. */
  private static final Duration PATIENT = Duration.ofMinutes(5);

  private static final Duration LONG = Duration.ofHours(24);

  /** Zeros are written so much at a time, and told each time. */
  private static final long STEP = 256L << 20;

  private static final long SECTOR = 512;
  private static final Pattern FILLED =
      Pattern.compile("Zero-filled (\\d+) bytes from the offset (\\d+)");

  /** Tags take few characters; all names that Ballast gives consist of these. */
  private static final Pattern TAGGED = Pattern.compile("[A-Za-z0-9._+:-]{1,127}");

  /**
   * Of the ten letters the fifth tells the state: an invalid snapshot, or one that is suspended.
   */
  private static final Pattern INVALID = Pattern.compile(".{4}[IS].*");

  private static final String SNAPSHOT = "ballast.snapshot=";

  /** All failures end with the same number, so their words have to tell. */
  private static final Map<String, Reason> REASONS =
      Map.of(
          "already exists in volume group", Reason.NAME_TAKEN,
          "insufficient free", Reason.NO_ROOM,
          "insufficient suitable", Reason.NO_ROOM,
          "not enough free", Reason.NO_ROOM,
          "failed to find logical volume", Reason.UNKNOWN_VOLUME,
          " not found in volume group", Reason.UNKNOWN_VOLUME,
          " in use", Reason.IN_USE,
          "is used by another device", Reason.IN_USE,
          "can't open", Reason.IN_USE);

  private static final Map<String, String> QUIET = Map.of("LVM_SUPPRESS_FD_WARNINGS", "1");

  private final Runner runner;
  private final String group;

  /** The tools in the group of a name. */
  public Lvm(Runner runner, String group) {
    this.runner = runner;
    this.group = plain(group);
  }

  /**
   * A logical volume.
   *
   * @param origin of which it is a snapshot
   * @param snapshot the name that Ballast gave to the content that it keeps
   * @param whole whether it still holds what it kept
   * @param open whether anything on this host has it open
   * @param extent the size of which its own is a multiple
   */
  public record Logical(
      String name,
      Bytes size,
      Optional<String> origin,
      Optional<String> snapshot,
      boolean whole,
      boolean open,
      Instant at,
      Bytes extent) {}

  /** Its device. */
  public Path device(String name) {
    return Path.of("/dev", group, plain(name));
  }

  private String spec(String name) {
    return group + "/" + plain(name);
  }

  /** A name that is taken for no option and no path. */
  private static String plain(String name) {
    if (name.isEmpty() || name.startsWith("-") || name.indexOf('/') >= 0) {
      throw new RefusedException(
          Reason.NOT_ALLOWED,
          "'%s' can't be named to LVM's tools, for it is empty, has a /, or begins with a -"
              .formatted(name));
    }
    return name;
  }

  // ---- looks

  /** All logical volumes of the group that can be used, oldest first. */
  public Future<List<Logical>> all() {
    return told(run(
            QUICK,
            "lvs",
            "--reportformat=json",
            "--units=b",
            "--nosuffix",
            "--config=report{time_format=\"%s\"}",
            "--sort=lv_time",
            "--options=lv_name,lv_size,origin,lv_tags,lv_attr,lv_device_open,lv_time,vg_extent_size",
            group))
        .map(printed -> all(Answer.of("lvs", printed)));
  }

  /** Reads what {@code lvs} answers. */
  static List<Logical> all(Answer answer) {
    List<Logical> all = new ArrayList<>();
    for (Answer one : report(answer, "lv")) {
      all.add(logical(one));
    }
    return all;
  }

  /** What LVM's tools answer lies in the first, and only, report. */
  private static List<Answer> report(Answer answer, String what) {
    List<Answer> reports = answer.all("report");
    if (reports.isEmpty()) {
      throw answer.odd("no report");
    }
    return reports.getFirst().all(what);
  }

  private static Logical logical(Answer one) {
    List<String> tags = List.of(one.text("lv_tags").split(",", -1));
    return new Logical(
        one.name("lv_name"),
        bytes(one, "lv_size"),
        Optional.of(one.text("origin")).filter(name -> !name.isEmpty()),
        tagged(tags, SNAPSHOT),
        !INVALID.matcher(one.name("lv_attr")).matches(),
        one.text("lv_device_open").equals("open"),
        Instant.ofEpochSecond(number(one, "lv_time")),
        bytes(one, "vg_extent_size"));
  }

  private static Optional<String> tagged(List<String> tags, String what) {
    return tags.stream()
        .filter(tag -> tag.startsWith(what))
        .map(tag -> tag.substring(what.length()))
        .findFirst();
  }

  private static Bytes bytes(Answer one, String field) {
    return new Bytes(number(one, field));
  }

  private static long number(Answer one, String field) {
    String text = one.text(field).strip();
    try {
      long number = Long.parseLong(text);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw one.odd("'%s' as '%s', which is no fitting number".formatted(text, field));
  }

  /** Where a volume lies: {@code DEVICE:FIRST-LAST}, in extents. */
  public Future<List<String>> ranges(String name) {
    return told(run(
            QUICK,
            "lvs",
            "--reportformat=json",
            "--segments",
            "--options=seg_pe_ranges",
            spec(name)))
        .map(printed -> ranges(Answer.of("lvs", printed)));
  }

  /** Reads what {@code lvs --segments} answers. */
  static List<String> ranges(Answer answer) {
    List<String> ranges = new ArrayList<>();
    for (Answer one : report(answer, "seg")) {
      ranges.addAll(List.of(one.name("seg_pe_ranges").strip().split(" +", -1)));
    }
    if (ranges.isEmpty()) {
      throw answer.odd("no place of the volume");
    }
    return ranges;
  }

  /** How much the group holds. This look changes nothing, so it may be cut off. */
  public Future<Room> room() {
    return told(runner.run(
            new Tool(
                List.of(
                    "vgs",
                    "--reportformat=json",
                    "--units=b",
                    "--nosuffix",
                    "--options=vg_size,vg_free",
                    plain(group)),
                QUIET,
                QUICK,
                Set.of(0),
                piece -> {})))
        .map(printed -> room(Answer.of("vgs", printed)));
  }

  /** Reads what {@code vgs} answers of one group. */
  static Room room(Answer answer) {
    List<Answer> groups = report(answer, "vg");
    if (groups.isEmpty()) {
      throw answer.odd("no group");
    }
    Answer one = groups.getFirst();
    Bytes capacity = bytes(one, "vg_size");
    Bytes free = bytes(one, "vg_free");
    return new Room(capacity, capacity.minusOrZero(free), free);
  }

  // ---- work

  /** Makes a volume, which holds whatever lay there before. */
  public Run create(String name, Bytes size) {
    return run(
        QUICK,
        "lvcreate",
        "--yes",
        "--zero=n",
        "--wipesignatures=n",
        size(size),
        "--name=" + plain(name),
        group);
  }

  /**
   * Keeps the content of a volume, also while it is used, in one with so much room of its own that
   * it never overflows.
   *
   * @param name of the new volume
   * @param kept the name of what is kept, of which it is told
   */
  public Run keep(String volume, String name, String kept) {
    if (!TAGGED.matcher(kept).matches()) {
      throw new RefusedException(
          Reason.NOT_ALLOWED, "LVM can't keep a content under the name '" + kept + "'");
    }
    return run(
        PATIENT,
        "lvcreate",
        "--yes",
        "--snapshot",
        "--permission=r",
        "--extents=100%ORIGIN",
        "--addtag=" + SNAPSHOT + kept,
        "--name=" + plain(name),
        spec(volume));
  }

  /** Gives a volume another name, which nothing bears. */
  public Run rename(String name, String other) {
    return run(QUICK, "lvrename", group, plain(name), plain(other));
  }

  /** Removes a volume that nobody has open, with what keeps its content. */
  public Run remove(String name) {
    return run(PATIENT, "lvremove", "--yes", spec(name));
  }

  /**
   * Gives a volume a larger size.
   *
   * @param ranges from where its new room is taken: {@code DEVICE:FIRST-LAST}, in extents
   */
  public Run extend(String name, Bytes size, List<String> ranges) {
    List<String> words = new ArrayList<>(List.of("lvextend", "--yes", size(size), spec(name)));
    words.addAll(ranges);
    return run(PATIENT, words.toArray(String[]::new));
  }

  /** Gives a volume a smaller size, whatever lies beyond. */
  public Run reduce(String name, Bytes size) {
    return run(PATIENT, "lvreduce", "--yes", "--force", size(size), spec(name));
  }

  /** LVM counts in sectors. */
  private static String size(Bytes size) {
    return "--size=" + Math.ceilDiv(size.value(), SECTOR) + "s";
  }

  /** Writes zeros to a volume, from some byte on to its end. */
  public Run zero(String name, Bytes from, Bytes size, DoubleConsumer progress) {
    return runner.run(
        new Tool(
            List.of(
                "stdbuf", // or it would say how far it is at the end only
                "--output=L",
                "blkdiscard",
                "--force",
                "--zeroout",
                "--verbose",
                "--step=" + STEP,
                "--offset=" + from.value(),
                device(name).toString()),
            Map.of(),
            LONG,
            Set.of(0),
            piece -> hear(piece, size, progress)));
  }

  private static void hear(String piece, Bytes size, DoubleConsumer progress) {
    Matcher filled = FILLED.matcher(piece);
    if (filled.find()) {
      double end = Double.parseDouble(filled.group(1)) + Double.parseDouble(filled.group(2));
      progress.accept(Math.min(1, end / size.value()));
    }
  }

  /** LVM stops a device while it changes it, and a guest with it; so it is never cut off. */
  private Run run(Duration within, String... words) {
    return runner.run(
        new Tool(List.of(words), QUIET, within, Set.of(0), piece -> {}, Map.of(), Tool.Cut.NEVER));
  }

  /** What a run printed; its failure as what it means. */
  public static Future<String> told(Run run) {
    return run.output().recover(failure -> Future.failedFuture(meant(failure)));
  }

  private static Throwable meant(Throwable failure) {
    if (!(failure instanceof RefusedException refused)
        || refused.reason() != Reason.TRADE_REFUSED) {
      return failure;
    }
    String words = String.valueOf(refused.getMessage());
    String plain = words.toLowerCase(Locale.ROOT);
    return REASONS.entrySet().stream()
        .filter(reason -> plain.contains(reason.getKey()))
        .findFirst()
        .<Throwable>map(reason -> new RefusedException(reason.getValue(), words))
        .orElse(failure);
  }
}
