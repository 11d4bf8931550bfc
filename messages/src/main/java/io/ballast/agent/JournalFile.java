package io.ballast.agent;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import io.ballast.bus.json.Codec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of a journal: lines of text, each of which was flushed to the disk as a whole before the
 * next one was begun.
 *
 * <pre>
 *   5e1f0c2a [{"entry":"belongs","agent":"host.h1","form":1}]
 *   9b0d7741 [{"entry":"taken",...},{"entry":"told",...}]
 *   \______/ \_______________________________________ ...
 *   CRC-32C of all after the blank, in eight hexadecimal digits; then a list of {@link Entry entries} in JSON, and a line feed
 * </pre>
 *
 * <p>So a crash can damage the last line only, which nobody was told anything about: it is cut off.
 * Damage before a good line is the disk's or a person's, and stops the agent. The file is replaced
 * by a shorter one of the same content through {@code FILE.new} and a rename; {@code FILE.lock} is
 * locked by the one process that writes. All are readable by their owner only. One thread at a
 * time; every method may block.
 */
final class JournalFile implements AutoCloseable {
  /** The form of the file that is written, and the latest that can be read. */
  static final int FORM = 1;

  private static final Logger LOG = LoggerFactory.getLogger(JournalFile.class);
  private static final int DIGITS = 8;

  /** How many entries a line has where many are written that need not be flushed one by one. */
  private static final int LINE_ENTRIES = 100;

  /** A file that is longer and has no good line is no journal, whose first line is short. */
  private static final int LONGEST_FIRST_LINE = 300;

  private final Path path;
  private final Entry.Belongs owner;
  private @Nullable FileChannel lock;
  private @Nullable FileChannel channel;
  private long good;
  private boolean doubtful;

  /** The file can't be used as it is, and says what a person has to do. */
  static final class Unusable extends IOException {
    private static final long serialVersionUID = 1;

    Unusable(String message) {
      super(message);
    }
  }

  JournalFile(Path path, Entry.Belongs owner) {
    this.path = path;
    this.owner = owner;
  }

  /** Makes or reads the file, and gives its entries without the one that says whose it is. */
  List<Entry> open() throws IOException {
    take();
    Files.deleteIfExists(beside(".new"));
    List<Entry> entries = Files.exists(path) ? read(Files.readAllBytes(path)) : List.of();
    channel = channel(path, CREATE, READ, WRITE);
    if (channel.size() > good) {
      LOG.warn(
          "{}: the last {} bytes were not written to their end and are cut off",
          path,
          channel.size() - good);
      channel.truncate(good);
      channel.force(true);
    }
    channel.position(good);
    if (good == 0) {
      append(List.of(owner));
      syncFolder();
      return List.of();
    }
    return belonging(entries);
  }

  private void take() throws IOException {
    Path folder = path.toAbsolutePath().getParent();
    try {
      if (folder != null && !Files.isDirectory(folder)) {
        Files.createDirectories(
            folder,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      lock = channel(beside(".lock"), CREATE, WRITE);
    } catch (AccessDeniedException e) {
      throw new Unusable(
          "this user may not write "
              + e.getFile()
              + "; let it, or name another folder by agent.journal");
    } catch (IOException e) {
      throw new Unusable(
          "the folder of the journal "
              + path
              + " can't be used: "
              + e
              + "; name another one by agent.journal");
    }
    try {
      if (lock.tryLock() != null) {
        return;
      }
    } catch (OverlappingFileLockException e) {
      LOG.debug("{} is locked by this process", path);
    }
    lock.close();
    throw new Unusable(
        "another agent writes the journal "
            + path
            + "; is 'ballast agent' running for this host already?");
  }

  /** Splits the file into lines, and tells a torn tail from damage. */
  private List<Entry> read(byte[] bytes) throws IOException {
    List<Entry> entries = new ArrayList<>();
    long damagedAt = -1;
    int number = 0;
    int from = 0;
    while (from < bytes.length) {
      number++;
      int end = from;
      while (end < bytes.length && bytes[end] != '\n') {
        end++;
      }
      byte[] line = Arrays.copyOfRange(bytes, from, end);
      boolean sound = end < bytes.length && sound(line);
      if (sound && damagedAt >= 0) {
        throw damaged(damagedAt, number);
      }
      if (sound) {
        entries.addAll(entries(line, number));
        good = end + 1L;
      } else if (damagedAt < 0) {
        damagedAt = from;
      }
      from = end + 1;
    }
    if (good == 0 && bytes.length > LONGEST_FIRST_LINE) {
      throw new Unusable(
          path
              + " is no journal, or damaged from its beginning on; move it away, if nobody needs"
              + " it");
    }
    return entries;
  }

  private static boolean sound(byte[] line) {
    if (line.length < DIGITS + 1 || line[DIGITS] != ' ') {
      return false;
    }
    String digits = new String(line, 0, DIGITS, US_ASCII);
    return digits.equals(checksum(line, DIGITS + 1));
  }

  private List<Entry> entries(byte[] line, int number) throws IOException {
    try {
      return List.of(Codec.read(Arrays.copyOfRange(line, DIGITS + 1, line.length), Entry[].class));
    } catch (IOException e) {
      throw new Unusable(
          "line %d of the journal %s is not understood: was it written by a newer version? (%s)"
              .formatted(
                  number, path, String.valueOf(e.getMessage()).lines().findFirst().orElse("")));
    }
  }

  private Unusable damaged(long at, int goodLine) {
    return new Unusable(
        ("the journal %s is damaged at byte %d, and goes on with line %d: its disk or somebody"
                + " changed it. Without it the agent does not know which commands it carried out."
                + " Look at what this host's VMs do, move the file away, and start the agent 5"
                + " minutes after the last command")
            .formatted(path, at, goodLine));
  }

  private List<Entry> belonging(List<Entry> entries) throws Unusable {
    if (!(entries.getFirst() instanceof Entry.Belongs written)
        || !written.agent().equals(owner.agent())) {
      throw new Unusable(
          "the journal %s is not that of %s, it begins with %s; name another folder by agent.journal"
              .formatted(path, owner.agent(), entries.getFirst()));
    }
    if (written.form() > FORM) {
      throw new Unusable(
          "the journal %s was written by a newer version; start that one".formatted(path));
    }
    return entries.subList(1, entries.size());
  }

  /** Writes one line and flushes it, or leaves the file as it was. */
  void append(List<Entry> entries) throws IOException {
    FileChannel open = usable();
    byte[] line = line(entries);
    doubtful = true;
    try {
      write(open, line);
    } catch (IOException e) {
      open.truncate(good);
      open.position(good);
      doubtful = false;
      throw e;
    }
    open.force(false);
    doubtful = false;
    good += line.length;
  }

  /** Replaces the file by one that says the same in fewer lines. */
  void rewrite(List<Entry> entries) throws IOException {
    FileChannel old = usable();
    Path fresh = beside(".new");
    long size = 0;
    FileChannel next = channel(fresh, CREATE, TRUNCATE_EXISTING, READ, WRITE);
    try {
      List<Entry> all = new ArrayList<>(List.of((Entry) owner));
      all.addAll(entries);
      for (int from = 0; from < all.size(); from += LINE_ENTRIES) {
        byte[] line = line(all.subList(from, Math.min(all.size(), from + LINE_ENTRIES)));
        write(next, line);
        size += line.length;
      }
      next.force(true);
      Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      next.close();
      throw new Unusable("the file system of " + path + " can't replace a file; use another one");
    } catch (IOException e) {
      next.close();
      throw e;
    }
    channel = next;
    good = size;
    old.close();
    syncFolder();
  }

  private FileChannel usable() throws Unusable {
    if (channel == null) {
      throw new Unusable("the journal " + path + " is not open");
    }
    if (doubtful) {
      throw new Unusable(
          "the disk lost what was written to the journal "
              + path
              + "; look at it, and restart the agent");
    }
    return channel;
  }

  private static void write(FileChannel to, byte[] bytes) throws IOException {
    ByteBuffer left = ByteBuffer.wrap(bytes);
    while (left.hasRemaining()) {
      to.write(left);
    }
  }

  private static byte[] line(List<Entry> entries) {
    byte[] json = Codec.write(entries.toArray(Entry[]::new));
    ByteArrayOutputStream line = new ByteArrayOutputStream(json.length + DIGITS + 2);
    line.writeBytes(checksum(json, 0).getBytes(UTF_8));
    line.write(' ');
    line.writeBytes(json);
    line.write('\n');
    return line.toByteArray();
  }

  private static String checksum(byte[] bytes, int from) {
    CRC32C sum = new CRC32C();
    sum.update(bytes, from, bytes.length - from);
    return String.format("%08x", sum.getValue());
  }

  /** Makes what happened to names outlast a loss of power. */
  private void syncFolder() throws IOException {
    Path folder = path.toAbsolutePath().getParent();
    if (folder != null) {
      try (FileChannel names = FileChannel.open(folder, READ)) {
        names.force(true);
      }
    }
  }

  private Path beside(String ending) {
    return path.resolveSibling(path.getFileName() + ending);
  }

  private static FileChannel channel(Path path, OpenOption... options) throws IOException {
    return FileChannel.open(
        path,
        Set.of(options),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
  }

  @Override
  public void close() {
    for (FileChannel open : Arrays.asList(channel, lock)) {
      try {
        if (open != null) {
          open.close();
        }
      } catch (IOException e) {
        LOG.warn("{}: {}", path, e.toString());
      }
    }
    channel = null;
    lock = null;
  }
}
