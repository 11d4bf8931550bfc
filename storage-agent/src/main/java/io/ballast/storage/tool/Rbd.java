package io.ballast.storage.tool;

import io.ballast.agent.tool.Run;
import io.ballast.agent.tool.Runner;
import io.ballast.agent.tool.Tool;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.Reason;
import io.ballast.messages.Volume;
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
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Ceph's tool for block devices, in one cluster and as one user. Its key comes from the keyring
 * that the configuration names, and is never read here; so it stands on no command line.
 *
 * <p>What is not there fails as {@code UNKNOWN_VOLUME}, what is there already as {@code
 * NAME_TAKEN}, what somebody has open or builds upon as {@code IN_USE}.
 */
public final class Rbd {
  private static final Duration QUICK = Duration.ofMinutes(1);

  /** A client that died holds its lock until it is missed, for half a minute or so. */
  private static final Duration PATIENT = Duration.ofMinutes(5);

  private static final Duration LONG = Duration.ofHours(24);
  private static final Pattern PERCENT = Pattern.compile("(\\d{1,3})% complete");
  private static final Pattern PROGRESS =
      Pattern.compile("[^;]*\\d% complete\\.*(done\\.|failed\\.)?;?");
  private static final Pattern LOGGED =
      Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\S+ [0-9a-f]+ +-1 [^;]*;? ?");

  /** It ends with the number of the error. */
  private static final Map<Integer, Reason> REASONS =
      Map.of(
          2, Reason.UNKNOWN_VOLUME,
          16, Reason.IN_USE,
          17, Reason.NAME_TAKEN,
          28, Reason.NO_ROOM,
          39, Reason.IN_USE,
          122, Reason.NO_ROOM);

  private static final Map<String, String> TIMES = Map.of("TZ", "UTC");

  private final Runner runner;
  private final Login login;

  public Rbd(Runner runner, Login login) {
    this.runner = runner;
    this.login = login;
  }

  /**
   * Which cluster is talked to, and as whom.
   *
   * @param conf Ceph's configuration file, an absolute path; it names the keyring
   * @param user without {@code client.}
   * @param monitors addresses, each {@code HOST} or {@code HOST:PORT}; none = those that conf names
   */
  public record Login(Path conf, String user, List<String> monitors) {
    public Login {
      monitors = List.copyOf(monitors);
      if (!conf.isAbsolute() || user.isBlank()) {
        throw new IllegalArgumentException(
            "Ceph needs the absolute path of its configuration, and a user; not '%s' and '%s'"
                .formatted(conf, user));
      }
    }
  }

  /** An image in a pool, or a snapshot of it. */
  public record Address(String pool, String image, Optional<String> snapshot) {
    /** Checks that no part of it is taken for another, or for an option. */
    public Address {
      part("pool", pool);
      part("image", image);
      snapshot.ifPresent(name -> part("snapshot", name));
    }

    private static void part(String what, String name) {
      if (name.isEmpty()
          || name.startsWith("-")
          || name.indexOf('@') >= 0
          || name.indexOf('/') >= 0) {
        throw new RefusedException(
            Reason.NOT_ALLOWED,
            "the %s '%s' can't be named to Ceph's tools, for it has a @ or /, or begins with a -"
                .formatted(what, name));
      }
    }

    /** The image itself. */
    public static Address of(String pool, String image) {
      return new Address(pool, image, Optional.empty());
    }

    /** A snapshot of the image. */
    public Address at(String name) {
      return new Address(pool, image, Optional.of(name));
    }

    private String snapshotName() {
      return snapshot.orElse("");
    }

    /** The image of which this is, or is a snapshot. */
    public Address whole() {
      return of(pool, image);
    }

    /** As the tool takes it: {@code POOL/IMAGE@SNAPSHOT}. */
    @Override
    public String toString() {
      return pool + "/" + image + snapshot.map(name -> "@" + name).orElse("");
    }
  }

  /** What is done with a snapshot. */
  public enum Act {
    CREATE,
    REMOVE,
    PROTECT,
    UNPROTECT,
    ROLLBACK;

    private String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  // ---- looks

  /** All images of a pool that build upon a snapshot, each with that. */
  public Future<Map<String, Address>> parents(String pool) {
    return asked("ls", List.of("--long", "--pool=" + pool), RbdAnswer::parents);
  }

  /** What each image of a pool takes, with its snapshots and without what it builds upon. */
  public Future<Map<String, Bytes>> usage(String pool) {
    return asked("du", List.of("--merge-snapshots", "--pool=" + pool), RbdAnswer::usage);
  }

  /** What an image builds upon. */
  public Future<Optional<Address>> parent(Address image) {
    return asked("info", List.of(image.toString()), RbdAnswer::parent);
  }

  /** The snapshots of an image, oldest first. */
  public Future<List<RbdAnswer.Kept>> snapshots(Address image) {
    return asked("snap ls", List.of(image.toString()), RbdAnswer::snapshots);
  }

  /** The images that build upon a snapshot, also those in a trash. */
  public Future<List<String>> children(Address snapshot) {
    return asked("children", List.of("--all", snapshot.toString()), RbdAnswer::children);
  }

  /** Who has an image open, to write to it. */
  public Future<List<RbdAnswer.Client>> watchers(Address image) {
    return asked("status", List.of(image.toString()), RbdAnswer::watchers);
  }

  /** Who holds a lock on an image that he took himself. */
  public Future<List<RbdAnswer.Client>> lockers(Address image) {
    return asked("lock ls", List.of(image.toString()), RbdAnswer::lockers);
  }

  /** What lies in the trash of a pool, sorted by name. */
  public Future<List<Volume.Trashed>> trash(String pool) {
    return asked("trash ls", List.of("--long", "--pool=" + pool), RbdAnswer::trash);
  }

  /** How much a pool holds, each byte counted once however often Ceph keeps it. */
  public Future<Room> room(String pool) {
    return told(ask("ceph", "--format=json", "df"))
        .map(printed -> RbdAnswer.room(Answer.of("ceph df", printed), pool));
  }

  // ---- work

  /** Makes an empty image. */
  public Run create(Address image, Bytes size) {
    return run(QUICK, done -> {}, "create", "--size=" + bytes(size), image.toString());
  }

  /** Copies an image, or a snapshot of it, with all that it builds upon. */
  public Run copy(Address source, Address copy, DoubleConsumer progress) {
    return run(LONG, progress, "cp", source.toString(), copy.toString());
  }

  /** Makes an image that builds upon a protected snapshot. */
  public Run clone(Address snapshot, Address clone) {
    return run(QUICK, done -> {}, "clone", snapshot.toString(), clone.toString());
  }

  /** Gives an image another name, which nothing bears. */
  public Run rename(Address image, Address other) {
    return run(QUICK, done -> {}, "rename", image.toString(), other.toString());
  }

  /** Copies into an image what it builds upon, and has it build upon nothing. */
  public Run flatten(Address image, DoubleConsumer progress) {
    return run(LONG, progress, "flatten", image.toString());
  }

  /** Gives an image another size, whatever lies beyond. */
  public Run resize(Address image, Bytes size) {
    return run(
        LONG,
        done -> {},
        "resize",
        "--no-progress",
        "--allow-shrink",
        "--size=" + bytes(size),
        image.toString());
  }

  /** Removes an image that has no snapshots, and that nobody has open. */
  public Run remove(Address image) {
    return run(LONG, done -> {}, "rm", "--no-progress", image.toString());
  }

  /** Puts an image that nobody has open into the trash, for so long at least. */
  public Run discard(Address image, Duration keep) {
    String until = "--expires-at=+" + keep.toSeconds() + " seconds";
    return run(PATIENT, done -> {}, "trash", "mv", until, image.toString());
  }

  /** Brings an image back from the trash, of which this is told by its id. */
  public Run restore(Address trashed, String name) {
    return run(QUICK, done -> {}, "trash", "restore", "--image=" + name, trashed.toString());
  }

  /** Writes what changed up to a snapshot into a file that is not there yet. */
  public Run exportDifference(
      Optional<String> from, Address until, Path file, DoubleConsumer progress) {
    List<String> words = new ArrayList<>(List.of("export-diff"));
    from.ifPresent(name -> words.add("--from-snap=" + until.whole().at(name).snapshotName()));
    words.addAll(List.of(until.toString(), file.toString()));
    return run(LONG, progress, words.toArray(String[]::new));
  }

  /** Does something with a snapshot. */
  public Run snapshot(Act act, Address snapshot) {
    List<String> words = new ArrayList<>(List.of("snap", act.word()));
    switch (act) {
      case CREATE, REMOVE, ROLLBACK -> words.add("--no-progress");
      case PROTECT, UNPROTECT -> {}
    }
    words.add(snapshot.toString());
    Duration within = act == Act.ROLLBACK ? LONG : PATIENT;
    return run(within, done -> {}, words.toArray(String[]::new));
  }

  private static String bytes(Bytes size) {
    return size.value() + "B";
  }

  private <T> Future<T> asked(String command, List<String> arguments, Function<Answer, T> answer) {
    List<String> words = new ArrayList<>(List.of(command.split(" ", -1)));
    words.add("--format=json");
    words.addAll(arguments);
    return told(ask("rbd", words.toArray(String[]::new)))
        .map(printed -> answer.apply(Answer.of("rbd " + command, printed)));
  }

  private Run run(Duration within, DoubleConsumer progress, String... arguments) {
    return runner.run(
        new Tool(
            words("rbd", arguments),
            TIMES,
            within,
            Set.of(0),
            piece -> hear(piece, progress),
            REASONS,
            Tool.Cut.OPEN));
  }

  /** A look, which changes nothing. */
  private Run ask(String tool, String... arguments) {
    return runner.run(
        new Tool(words(tool, arguments), TIMES, QUICK, Set.of(0), piece -> {}, REASONS));
  }

  private List<String> words(String tool, String... arguments) {
    List<String> words =
        new ArrayList<>(List.of(tool, "--conf=" + login.conf(), "--id=" + login.user()));
    if (!login.monitors().isEmpty()) {
      words.add("--mon_host=" + String.join(",", login.monitors()));
    }
    words.addAll(List.of(arguments));
    return words;
  }

  private static void hear(String piece, DoubleConsumer progress) {
    Matcher percent = PERCENT.matcher(piece);
    if (percent.find()) {
      progress.accept(Math.min(1, Integer.parseInt(percent.group(1)) / 100.0));
    }
  }

  /** What a run printed; its failure without what a person has no use for. */
  public static Future<String> told(Run run) {
    return run.output().recover(failure -> Future.failedFuture(meant(failure)));
  }

  /**
   * A failure without how far the work was and what the library wrote into its log. A cluster that
   * can't be reached, or a pool that is not there, says nothing about an image.
   */
  static Throwable meant(Throwable failure) {
    if (!(failure instanceof RefusedException refused)) {
      return failure;
    }
    String all = String.valueOf(refused.getMessage());
    String words = LOGGED.matcher(PROGRESS.matcher(all).replaceAll("")).replaceAll("").strip();
    boolean elsewhere =
        all.contains("couldn't connect to the cluster") || all.contains("error opening pool");
    return new RefusedException(
        elsewhere ? Reason.TRADE_REFUSED : refused.reason(),
        elsewhere
            ? words + "; look at agent.ceph.conf, and at the keyring of the pool's user"
            : words.isEmpty() ? all : words);
  }
}
