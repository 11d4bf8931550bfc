package io.ballast.agent;

import io.ballast.bus.RefusedException;
import io.ballast.bus.json.Codec;
import io.ballast.messages.Reason;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * A book in one file, each entry as JSON in a line of its own. It is written anew as a whole beside
 * the old one, and takes its place once the disk has it: a crash leaves the one or the other.
 */
public final class FileBook<T> implements Book<T> {
  private final Vertx vertx;
  private final Path file;
  private final Class<T> type;

  /** The book in this file; nothing is read or made before it is opened. */
  public FileBook(Vertx vertx, Path file, Class<T> type) {
    this.vertx = vertx;
    this.file = file;
    this.type = type;
  }

  @Override
  public Future<List<T>> open() {
    return vertx.executeBlocking(this::read, false).recover(e -> refused("read", e));
  }

  private List<T> read() throws IOException {
    List<T> all = new ArrayList<>();
    Files.createDirectories(parent());
    try {
      for (String line : Files.readAllLines(file)) {
        all.add(Codec.read(line.getBytes(StandardCharsets.UTF_8), type));
      }
    } catch (NoSuchFileException none) {
      // Nothing was written yet.
    }
    return all;
  }

  @Override
  public Future<Void> keep(List<T> entries) {
    List<T> all = List.copyOf(entries);
    return vertx
        .executeBlocking(
            () -> {
              write(all);
              return null;
            },
            false)
        .recover(e -> refused("written", e))
        .mapEmpty();
  }

  private void write(List<T> entries) throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    for (T entry : entries) {
      text.write(Codec.write(entry));
      text.write('\n');
    }
    Path beside = file.resolveSibling(file.getFileName() + ".new");
    try (FileChannel channel =
        FileChannel.open(
            beside,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer bytes = ByteBuffer.wrap(text.toByteArray());
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    try (FileChannel folder = FileChannel.open(parent(), StandardOpenOption.READ)) {
      folder.force(true);
    }
  }

  private Path parent() {
    Path parent = file.toAbsolutePath().getParent();
    return parent == null ? file.getFileSystem().getPath("/") : parent;
  }

  private <R> Future<R> refused(String what, Throwable why) {
    return Future.failedFuture(
        new RefusedException(
            Reason.NO_JOURNAL,
            "the book %s can't be %s: %s; look at its disk, or move the file away"
                .formatted(file, what, why)));
  }
}
