package io.ballast.net;

import io.ballast.bus.RefusedException;
import io.ballast.bus.json.Codec;
import io.ballast.messages.Mac;
import io.ballast.messages.Port;
import io.ballast.messages.Reason;
import io.ballast.net.trade.PortBook;
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
import java.util.Map;
import java.util.TreeMap;

/**
 * A book of ports in one file, one port as JSON in each line. It is written anew as a whole beside
 * the old one, and takes its place once the disk has it: a crash leaves the one or the other.
 */
public final class FilePortBook implements PortBook {
  private final Vertx vertx;
  private final Path file;

  /** The book in this file; nothing is read or made before it is opened. */
  public FilePortBook(Vertx vertx, Path file) {
    this.vertx = vertx;
    this.file = file;
  }

  @Override
  public Future<Map<Mac, Port>> open() {
    return vertx.executeBlocking(this::read, false).recover(e -> refused("read", e));
  }

  private Map<Mac, Port> read() throws IOException {
    Map<Mac, Port> ports = new TreeMap<>();
    Files.createDirectories(parent());
    try {
      for (String line : Files.readAllLines(file)) {
        Port port = Codec.read(line.getBytes(StandardCharsets.UTF_8), Port.class);
        ports.put(port.card(), port);
      }
    } catch (NoSuchFileException none) {
      // Nothing was written yet.
    }
    return ports;
  }

  @Override
  public Future<Void> keep(Map<Mac, Port> ports) {
    Map<Mac, Port> all = new TreeMap<>(ports);
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

  private void write(Map<Mac, Port> ports) throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    for (Port port : ports.values()) {
      text.write(Codec.write(port));
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

  private <T> Future<T> refused(String what, Throwable why) {
    return Future.failedFuture(
        new RefusedException(
            Reason.NO_JOURNAL,
            "the book of ports %s can't be %s: %s; look at its disk, or move the file away"
                .formatted(file, what, why)));
  }
}
