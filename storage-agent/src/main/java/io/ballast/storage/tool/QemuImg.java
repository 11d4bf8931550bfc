package io.ballast.storage.tool;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ballast.agent.tool.Run;
import io.ballast.agent.tool.Runner;
import io.ballast.agent.tool.Tool;
import io.ballast.messages.Bytes;
import io.ballast.messages.Reply;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeOrder.CheckVolume;
import io.ballast.messages.VolumeOrder.CreateVolume;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.time.Duration;
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
 * QEMU's tool for disk images. Images lie in files, each named by its absolute path, or in Ceph,
 * each named by a description in JSON, so that no name is taken for an option or for the address of
 * something else; and each is opened in the form that is known, never in one that is guessed from
 * what a guest wrote into it.
 */
public final class QemuImg {
  private static final Duration QUICK = Duration.ofMinutes(1);
  private static final Duration LONG = Duration.ofHours(24);
  private static final Set<Integer> DONE = Set.of(0);

  /** The header names the new base when the tool ends; what was copied has to be there by then. */
  private static final String THROUGH = "-twritethrough";

  /** What the tool has ended with is on the disk. */
  private static final String SYNCED = "-twriteback";

  /** Sound, damaged, and with room that nothing refers to. */
  private static final Set<Integer> CHECKED = Set.of(0, 2, 3);

  private static final Set<Integer> COMPARED = Set.of(0, 1); // the same, and not

  private static final Pattern PERCENT = Pattern.compile("\\((\\d{1,3}\\.\\d\\d)/100%\\)");

  private final Runner runner;

  public QemuImg(Runner runner) {
    this.runner = runner;
  }

  /**
   * An image, and the form in which it is opened.
   *
   * @param address an absolute path, or a description in JSON
   */
  public record Image(String address, String format) {
    private static final String JSON = "json:";

    public Image {
      if (!address.startsWith("/") && !address.startsWith(JSON)) {
        throw new IllegalArgumentException(address + " is no absolute path");
      }
    }

    /** An image in a file. */
    public Image(Path file, String format) {
      this(file.toString(), format);
    }

    /** An image of Ceph, which holds the bytes of a disk; its key is not among what is told. */
    public static Image of(Rbd.Login login, Rbd.Address image) {
      ObjectNode disk = JsonNodeFactory.instance.objectNode().put("driver", "raw");
      ObjectNode place = disk.putObject("file").put("driver", "rbd");
      place.put("pool", image.pool()).put("image", image.image());
      image.snapshot().ifPresent(name -> place.put("snapshot", name));
      place.put("conf", login.conf().toString()).put("user", login.user());
      login.monitors().forEach(monitor -> monitor(place.withArray("server").addObject(), monitor));
      return new Image(JSON + disk, "raw");
    }

    /** QEMU wants a port, and takes what libvirt takes where none is told. */
    private static void monitor(ObjectNode server, String monitor) {
      int colon = monitor.lastIndexOf(':');
      boolean port = colon > monitor.lastIndexOf(']');
      server.put("host", port ? monitor.substring(0, colon) : monitor);
      server.put("port", port ? monitor.substring(colon + 1) : "6789");
    }

    @Override
    public String toString() {
      return address;
    }
  }

  /**
   * How an image is copied.
   *
   * @param snapshot number of the one whose content is copied; absent = the present content
   */
  public record Copy(Optional<String> snapshot, boolean compressed) {
    public static final Copy PLAIN = new Copy(Optional.empty(), false);
  }

  /** What is done with a snapshot in an image. */
  public enum Act {
    CREATE("-c"),
    REVERT("-a"),
    DELETE("-d");

    private final String option;

    Act(String option) {
      this.option = option;
    }
  }

  /**
   * Does something with a snapshot, of which it does not look whether there is one.
   *
   * @param name of one to make or to delete; the number of one to revert to, for there a name that
   *     is a number would be taken for that of another
   */
  public Run snapshot(Act act, String name, Image image) {
    return run(LONG, "snapshot", "-q", act.option, name, image.toString());
  }

  /** A snapshot in an image, the number that the image gave it, and the name that others did. */
  public record Kept(String number, String tag, Volume.Snapshot snapshot) {}

  /** The snapshots in an image, oldest first. */
  public Future<List<Kept>> snapshots(Image image) {
    return info(image).map(QemuAnswer::snapshots);
  }

  /** Makes an empty image in a file that is not there yet. */
  public Run create(Path file, CreateVolume order) {
    String options = "preallocation=" + order.preallocation().name().toLowerCase(Locale.ROOT);
    String cluster = order.clusterSize().map(size -> ",cluster_size=" + size.value()).orElse("");
    Image image = new Image(file, order.format().word());
    return run(
        LONG,
        "create",
        "-q",
        "-f",
        image.format(),
        "-o",
        options + cluster,
        image.toString(),
        Long.toString(order.size().value()));
  }

  /**
   * Makes an image in qcow2 that builds upon another, in a file that is not there yet.
   *
   * @param size of its disk
   */
  public Run overlay(Image base, Bytes size, Path file) {
    Image image = new Image(file, "qcow2");
    return run(
        QUICK,
        "create",
        "-q",
        "-f",
        image.format(),
        "-b",
        base.toString(),
        "-F",
        base.format(),
        image.toString(),
        Long.toString(size.value()));
  }

  /**
   * Makes an empty image in qcow2 that builds upon one which may be in use, in a file that is not
   * there yet.
   *
   * @param size of the disk in both
   */
  public Run layer(Image base, Bytes size, Path file) {
    Image image = new Image(file, "qcow2");
    return run(
        QUICK,
        "create",
        "-q",
        "-u",
        "-f",
        image.format(),
        "-b",
        base.toString(),
        "-F",
        base.format(),
        image.toString(),
        Long.toString(size.value()));
  }

  /** Has an image in qcow2 build upon another one that holds the same as what it builds upon. */
  public Run set(Image image, Image base) {
    return run(
        QUICK,
        "rebase",
        "-q",
        "-u",
        "-f",
        image.format(),
        "-b",
        base.toString(),
        "-F",
        base.format(),
        image.toString());
  }

  /**
   * Copies an image, with all that it builds upon, into a file that is not there yet.
   *
   * @param progress takes the share that is done, 0 to 1
   */
  public Run convert(Image source, Image copy, Copy how, DoubleConsumer progress) {
    List<String> words =
        new ArrayList<>(
            List.of("convert", "-p", SYNCED, "-f", source.format(), "-O", copy.format()));
    if (how.compressed()) {
      words.add("-c");
    }
    how.snapshot().ifPresent(number -> words.addAll(List.of("-l", "snapshot.id=" + number)));
    words.addAll(List.of(source.toString(), copy.toString()));
    return run(LONG, DONE, progress, words);
  }

  /**
   * Copies an image, with all that it builds upon, into one that is there, empty and no smaller.
   *
   * @param progress takes the share that is done, 0 to 1
   */
  public Run fill(Image source, Image empty, DoubleConsumer progress) {
    return into(source, empty, List.of("convert", "-p", "-n", "--target-is-zero"), progress);
  }

  /**
   * Copies an image, with all that it builds upon, over one that is there and no smaller.
   *
   * @param progress takes the share that is done, 0 to 1
   */
  public Run overwrite(Image source, Image target, DoubleConsumer progress) {
    return into(source, target, List.of("convert", "-p", "-n"), progress);
  }

  private Run into(Image source, Image target, List<String> how, DoubleConsumer progress) {
    List<String> words = new ArrayList<>(how);
    words.addAll(List.of(SYNCED, "-f", source.format(), "-O", target.format()));
    words.addAll(List.of(source.toString(), target.toString()));
    return run(LONG, DONE, progress, words);
  }

  /** Copies into an image in qcow2 what it builds upon, and has it build upon nothing. */
  public Run flatten(Image image, DoubleConsumer progress) {
    return run(
        LONG,
        DONE,
        progress,
        List.of("rebase", "-p", THROUGH, "-f", image.format(), "-b", "", image.toString()));
  }

  /** Has an image in qcow2 build upon another, and copies into it what is different there. */
  public Run rebase(Image image, Image base, DoubleConsumer progress) {
    return run(
        LONG,
        DONE,
        progress,
        List.of(
            "rebase",
            "-p",
            THROUGH,
            "-f",
            image.format(),
            "-b",
            base.toString(),
            "-F",
            base.format(),
            image.toString()));
  }

  /**
   * Writes an image into the one that it builds upon, and leaves it as it is: to empty it, QEMU's
   * tool relies on what GlusterFS says to do and does not, and breaks the image there.
   */
  public Run commit(Image image, DoubleConsumer progress) {
    return run(
        LONG,
        DONE,
        progress,
        List.of("commit", "-p", "-d", "-f", image.format(), image.toString()));
  }

  /** Gives an image another size, whatever lies beyond. */
  public Run resize(Image image, Bytes size) {
    return run(
        QUICK,
        "resize",
        "-q",
        "--shrink",
        "-f",
        image.format(),
        image.toString(),
        Long.toString(size.value()));
  }

  /**
   * Whether anything was written to an image from some byte on.
   *
   * @param size of the disk in it
   */
  public Future<Boolean> writtenBeyond(Image image, Bytes from, Bytes size) {
    return run(
            LONG,
            "map",
            "--output=json",
            "--start-offset=" + from.value(),
            "-f",
            image.format(),
            image.toString())
        .output()
        .map(map -> QemuAnswer.data(map, from, size));
  }

  /** Looks whether an image is sound; {@link QemuAnswer#verdict} reads what it prints. */
  public Run check(Image image, CheckVolume.Repair repair) {
    List<String> words = new ArrayList<>(List.of("check", "--output=json", "-f", image.format()));
    switch (repair) {
      case NONE -> {}
      case LEAKS, ALL -> words.addAll(List.of("-r", repair.name().toLowerCase(Locale.ROOT)));
    }
    words.add(image.toString());
    return run(LONG, CHECKED, done -> {}, words);
  }

  /** Looks whether two images hold the same; {@link QemuAnswer#same} reads what it prints. */
  public Run compare(Image one, Image other, DoubleConsumer progress) {
    return run(
        LONG,
        COMPARED,
        progress,
        List.of(
            "compare",
            "-p",
            "-f",
            one.format(),
            "-F",
            other.format(),
            one.toString(),
            other.toString()));
  }

  /**
   * The size of the disk in an image that somebody brought. Fails as {@code INVALID_IMAGE} where it
   * claims too much, or names anything outside of itself.
   */
  public Future<Bytes> capacity(Image image) {
    return info(image).map(info -> QemuAnswer.capacity(image, info));
  }

  private Future<Answer> info(Image image) {
    return run(QUICK, "info", "--output=json", "-U", "-f", image.format(), image.toString())
        .output()
        .map(printed -> Answer.of("qemu-img info", printed));
  }

  /** How much a copy of an image would take. */
  public Future<Reply.VolumeMeasured> measure(Image image, Volume.Format format) {
    return run(
            QUICK,
            "measure",
            "--output=json",
            "-O",
            format.word(),
            "-f",
            image.format(),
            image.toString())
        .output()
        .map(QemuAnswer::measured);
  }

  private Run run(Duration within, String... arguments) {
    return run(within, DONE, done -> {}, List.of(arguments));
  }

  private Run run(
      Duration within, Set<Integer> fine, DoubleConsumer progress, List<String> arguments) {
    List<String> words = new ArrayList<>(List.of("qemu-img"));
    words.addAll(arguments);
    return runner.run(new Tool(words, Map.of(), within, fine, piece -> hear(piece, progress)));
  }

  private static void hear(String piece, DoubleConsumer progress) {
    Matcher percent = PERCENT.matcher(piece);
    if (percent.find()) {
      progress.accept(Math.min(1, Double.parseDouble(percent.group(1)) / 100));
    }
  }
}
