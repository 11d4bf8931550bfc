package io.ballast.storage.tool;

import com.fasterxml.jackson.databind.JsonNode;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeOrder;
import io.ballast.storage.tool.QemuImg.Image;
import io.ballast.storage.tool.QemuImg.Kept;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What QEMU's tool for disk images found out. An answer that lacks anything is refused as {@code
 * TRADE_REFUSED}.
 */
public final class QemuAnswer {
  private static final Pattern MISMATCH = Pattern.compile("mismatch at offset (\\d+)");

  private static final String IDENTICAL = "Images are identical.";

  /** QEMU counts in sectors, and does not see what lies beyond the last whole one. */
  private static final long SECTOR = 512;

  private QemuAnswer() {}

  /**
   * Of a map: whether it shows data between some byte and the end of the disk, all of which it has
   * to show.
   */
  static boolean data(String printed, Bytes from, Bytes size) {
    Answer map = Answer.of("qemu-img map", printed);
    long until = from.value();
    boolean data = false;
    for (Answer extent : map.all()) {
      long length = extent.number("length");
      if (extent.number("start") != until || length > Long.MAX_VALUE - until) {
        throw map.odd("a map with a hole in it");
      }
      until += length;
      data |= extent.truth("data");
    }
    if (until < size.value() / SECTOR * SECTOR) {
      throw map.odd("a map that ends at byte %d of %d".formatted(until, size.value()));
    }
    return data;
  }

  /** Of {@code info}: the snapshots, oldest first; an image without any has no list of them. */
  static List<Kept> snapshots(Answer info) {
    capacity(info);
    List<Kept> snapshots = new ArrayList<>();
    for (Answer one : info.json().has("snapshots") ? info.all("snapshots") : List.<Answer>of()) {
      Instant at = Instant.ofEpochSecond(one.number("date-sec"), one.number("date-nsec"));
      Bytes memory = new Bytes(one.number("vm-state-size"));
      String id = one.name("id");
      String name = one.text("name");
      // Others may have given it none.
      String called = name.isBlank() ? id : name;
      snapshots.add(new Kept(id, name, new Volume.Snapshot(called, at, memory)));
    }
    snapshots.sort(Comparator.comparing(kept -> kept.snapshot().at()));
    return snapshots;
  }

  private static long capacity(Answer info) {
    return info.number("virtual-size");
  }

  /**
   * Of {@code info} on an image that somebody brought: the size of the disk in it.
   *
   * @throws RefusedException as {@code INVALID_IMAGE} where it claims too much, or names anything
   *     outside of itself
   */
  static Bytes capacity(Image image, Answer info) {
    long size = capacity(info);
    boolean outside =
        info.json().has("backing-filename")
            || info.json().has("full-backing-filename")
            || outside(image, info);
    if (outside || size > VolumeOrder.LARGEST_DISK.value()) {
      throw new RefusedException(
          Reason.INVALID_IMAGE,
          outside
              ? image + " names a file outside of itself, and nothing is read through it"
              : image + " claims a disk of " + size + " bytes, which is too much");
    }
    return new Bytes(size);
  }

  /** Whether what its form has besides says that a part of it lies in other files. */
  private static boolean outside(Image image, Answer info) {
    JsonNode own = info.json().at("/format-specific/data");
    boolean told =
        switch (image.format()) {
          case "vmdk" -> own.path("extents").isArray();
          case "qcow2" -> own.isObject();
          case String other -> true;
        };
    if (!told) {
      throw info.odd("nothing of where the parts of " + image + " lie");
    }
    for (JsonNode extent : own.path("extents")) {
      if (!extent.path("filename").asText().equals(image.address())) {
        return true;
      }
    }
    return own.hasNonNull("data-file");
  }

  /** Of {@code measure}: how much a copy would take. */
  static Reply.VolumeMeasured measured(String printed) {
    Answer answer = Answer.of("qemu-img measure", printed);
    return new Reply.VolumeMeasured(
        new Bytes(answer.number("required")), new Bytes(answer.number("fully-allocated")));
  }

  /**
   * What a check found and mended, for a person.
   *
   * @throws RefusedException as {@code INVALID_IMAGE} where errors stay
   */
  public static String verdict(String printed) {
    Answer found = Answer.of("qemu-img check", printed);
    // What it counted none of it does not tell, but for the errors of the check itself.
    long failed = found.number("check-errors");
    long damaged = failed + found.numberOrZero("corruptions");
    long mended = found.numberOrZero("corruptions-fixed");
    long leaks = found.numberOrZero("leaks");
    long gained = found.numberOrZero("leaks-fixed");
    if (damaged != 0) {
      throw new RefusedException(
          Reason.INVALID_IMAGE,
          "it is damaged: %s; take a copy, then repair it".formatted(count(damaged, "error")));
    }
    String errors = mended > 0 ? count(mended, "error") + " repaired" : "no errors";
    String lost = leaks > 0 ? ", " + count(leaks, "cluster") + " that nothing refers to" : "";
    String won = gained > 0 ? ", " + count(gained, "cluster") + " given back" : "";
    return errors + lost + won;
  }

  private static String count(long count, String noun) {
    return count + " " + noun + (count == 1 ? "" : "s");
  }

  /**
   * What a comparison found, for a person.
   *
   * @throws RefusedException as {@code WRONG_STATE} where the images differ
   */
  public static String same(String printed) {
    Matcher at = MISMATCH.matcher(printed);
    boolean differ = at.find();
    if (differ == printed.contains(IDENTICAL)) {
      throw new RefusedException(
          Reason.TRADE_REFUSED,
          "qemu-img compare did not tell whether they hold the same; look at the tool on this"
              + " host");
    }
    if (!differ) {
      return printed.contains("size mismatch")
          ? "they hold the same, but for zeros at the end of the larger one"
          : "they hold the same";
    }
    throw new RefusedException(Reason.WRONG_STATE, "they differ, first at byte " + at.group(1));
  }
}
