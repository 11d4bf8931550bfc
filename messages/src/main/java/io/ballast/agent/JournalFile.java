package io.ballast.agent;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import io.ballast.bus.json.Codec;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
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
import java.util.function.Consumer;
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
 * Damage before that is the disk's or a person's, and stops the agent. The file is replaced by a
 * shorter one of the same content through {@code FILE.new} and a rename; {@code FILE.lock} is
 * locked by the one process that writes. All are readable by their owner only. One thread at a
 * time; every method may block.
 */
final class JournalFile implements AutoCloseable {
  /** The form of the file that is written, and the latest that can be read. */
  static final int FORM = 1;

  private static final Logger LOG = LoggerFactory.getLogger(JournalFile.class);
  private static final int DIGITS = 8;
  private static final int BUFFER = 1 << 16;

  /** How many entries a line has where many are written that need not be flushed one by one. */
  private static final int LINE_ENTRIES = 100;

  private static final long LINE_SAID = 1 << 20;

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

  /** Makes or reads the file, and hands over its entries without the one that says whose it is. */
  void open(Consumer<Entry> before) throws IOException {
    take();
    Files.deleteIfExists(beside(".new"));
    if (Files.exists(path)) {
      read(before);
    }
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
    }
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

  /** Reads line by line, and tells a torn last line from damage. */
  private void read(Consumer<Entry> before) throws IOException {
    try (InputStream file = new BufferedInputStream(Files.newInputStream(path), BUFFER)) {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      int number = 0;
      for (int next = file.read(); next >= 0; next = file.read()) {
        if (next != '\n') {
          line.write(next);
          continue;
        }
        number++;
        byte[] bytes = line.toByteArray();
        line.reset();
        if (sound(bytes)) {
          hand(entries(bytes, number), number == 1, before);
          good += bytes.length + 1;
        } else if (file.read() >= 0) {
          throw damaged(number);
        }
      }
    }
    if (good == 0 && Files.size(path) > LONGEST_FIRST_LINE) {
      throw damaged(1);
    }
  }

  private void hand(List<Entry> entries, boolean first, Consumer<Entry> before) throws Unusable {
    if (first) {
      check(entries.getFirst());
    }
    entries.stream().skip(first ? 1 : 0).forEach(before);
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

  private Unusable damaged(int line) {
    return new Unusable(
        ("the journal %s is damaged at byte %d, in line %d, and goes on after it: its disk or"
             + " somebody changed it, or it never was a journal. Without it the agent does not know"
             + " which commands it carried out. Look at what this host's VMs do, move the file"
             + " away, and start the agent 5 minutes after the last command")
            .formatted(path, good, line));
  }

  private void check(Entry first) throws Unusable {
    if (!(first instanceof Entry.Belongs written) || !written.agent().equals(owner.agent())) {
      throw new Unusable(
          "the journal %s is not that of %s, it begins with %s; name another folder by agent.journal"
              .formatted(path, owner.agent(), first));
    }
    if (written.form() > FORM) {
      throw new Unusable(
          "the journal %s was written by a newer version; start that one".formatted(path));
    }
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

  /** Replaces the file by one that says the same in fewer lines, or leaves it as it was. */
  void rewrite(List<Entry> entries) throws IOException {
    FileChannel old = usable();
    Path fresh = beside(".new");
    FileChannel next = channel(fresh, CREATE, TRUNCATE_EXISTING, READ, WRITE);
    try {
      writeAll(next, entries);
      Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      next.close();
      Files.deleteIfExists(fresh);
      throw e instanceof AtomicMoveNotSupportedException
          ? new Unusable("the file system of " + path + " can't replace a file; use another one")
          : e;
    }
    channel = next;
    good = next.position();
    old.close();
    // Until the folder is flushed, a loss of power may bring the old file back.
    doubtful = true;
    syncFolder();
    doubtful = false;
  }

  private void writeAll(FileChannel to, List<Entry> entries) throws IOException {
    List<Entry> all = new ArrayList<>(List.of((Entry) owner));
    all.addAll(entries);
    int from = 0;
    long said = 0;
    for (int next = 1; next <= all.size(); next++) {
      said += all.get(next - 1).said();
      if (next == all.size() || next - from == LINE_ENTRIES || said >= LINE_SAID) {
        write(to, line(all.subList(from, next)));
        from = next;
        said = 0;
      }
    }
    to.force(true);
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
