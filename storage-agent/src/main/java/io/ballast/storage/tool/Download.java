package io.ballast.storage.tool;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.Reason;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A file that is fetched from a server, on a thread of its own. */
public final class Download implements Runnable {
  /** Without a byte for so long, a server is given up. */
  static final Duration PATIENCE = Duration.ofMinutes(1);

  private static final int OK = 200;
  private static final int PIECE = 1 << 16;

  /** The room is looked at again after so many bytes, for others take of it too. */
  private static final long STRETCH = 64L << 20;

  private final What what;
  private final Path file;
  private final Headroom headroom;
  private final Heard heard;
  private final Promise<Path> end = Promise.promise();
  private final AtomicLong done = new AtomicLong();

  // Guarded by this download.
  private @Nullable Thread thread;
  private @Nullable RefusedException ended;

  /**
   * What is fetched.
   *
   * @param sha256 of its content, 64 digits in lower case; absent = whatever it is
   */
  public record What(URI source, Optional<String> sha256) {}

  /** Learns how far it is, on a thread of the download. */
  public interface Heard {
    /**
     * So many bytes are there.
     *
     * @param total of all, where the server tells it
     */
    void at(long done, Optional<Long> total);
  }

  /**
   * @param file which is not there yet; where this fails, it may be there in part
   * @param headroom of the folder of that
   */
  Download(What what, Path file, Headroom headroom, Heard heard) {
    this.what = what;
    this.file = file;
    this.headroom = headroom;
    this.heard = heard;
  }

  /**
   * The file, once all of it is there and is what it should be. Fails as {@code CANCELLED}, as
   * {@code UNKNOWN_VOLUME} where the server has no such file, as {@code INVALID_IMAGE} where it has
   * another content, as {@code NO_ROOM}, or as {@code TRADE_REFUSED}.
   */
  public Future<Path> end() {
    return end.future();
  }

  /** How many bytes have come. */
  long done() {
    return done.get();
  }

  /** Ends it early. */
  public void cancel() {
    end(new RefusedException(Reason.CANCELLED, "it was cancelled"));
  }

  /** Ends it, for its server has gone silent. */
  void late() {
    end(refused("said nothing for " + PATIENCE.toSeconds() + " s; try again later"));
  }

  synchronized void end(RefusedException why) {
    if (ended == null) {
      ended = why;
    }
    if (thread != null) {
      thread.interrupt();
    }
  }

  @Override
  public void run() {
    try {
      synchronized (this) {
        thread = Thread.currentThread();
        if (ended != null) {
          throw ended;
        }
      }
      fetch();
      end.complete(file);
    } catch (RefusedException e) {
      end.fail(e);
    } catch (IOException | InterruptedException e) {
      end.fail(failure(e));
    } finally {
      end.tryFail(refused("failed in the agent; see its log")); // unless it ended as it should
      synchronized (this) {
        thread = null;
      }
    }
  }

  private synchronized RefusedException failure(Exception why) {
    if (ended != null) {
      return ended;
    }
    String words = String.valueOf(why.getMessage());
    return words.contains("No space left")
        ? new RefusedException(Reason.NO_ROOM, "there is no room for " + file)
        : refused("can't be read: " + why.getClass().getSimpleName() + " " + words);
  }

  private RefusedException refused(String words) {
    return new RefusedException(Reason.TRADE_REFUSED, what.source().getHost() + " " + words);
  }

  private void fetch() throws IOException, InterruptedException {
    try (HttpClient client =
        HttpClient.newBuilder()
            .connectTimeout(PATIENCE)
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build()) {
      HttpRequest request = HttpRequest.newBuilder(what.source()).timeout(PATIENCE).build();
      HttpResponse<InputStream> response =
          client.send(request, HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream body = response.body()) {
        if (response.statusCode() != OK) {
          throw new RefusedException(
              Reason.UNKNOWN_VOLUME,
              "%s answered %d for %s; look at the address"
                  .formatted(what.source().getHost(), response.statusCode(), what.source()));
        }
        long total = response.headers().firstValueAsLong("Content-Length").orElse(-1);
        store(body, total < 0 ? Optional.empty() : Optional.of(total));
      } finally {
        client.shutdownNow();
      }
    }
  }

  private void store(InputStream body, Optional<Long> total) throws IOException {
    MessageDigest digest = sha256();
    Path folder = file.resolveSibling(".").normalize();
    headroom.check(folder, new Bytes(total.orElse(0L)));
    long looked = 0;
    try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW)) {
      byte[] piece = new byte[PIECE];
      for (int read = body.read(piece); read >= 0; read = body.read(piece)) {
        digest.update(piece, 0, read);
        out.write(piece, 0, read);
        heard.at(done.addAndGet(read), total);
        if (done.get() > looked + STRETCH) {
          looked = done.get();
          headroom.check(folder, Bytes.ZERO);
        }
      }
    }
    if (total.isPresent() && total.get() != done.get()) {
      throw new IOException("it ended after " + done.get() + " of " + total.get() + " bytes");
    }
    String found = HexFormat.of().formatHex(digest.digest());
    if (what.sha256().isPresent() && !what.sha256().get().equals(found)) {
      throw new RefusedException(
          Reason.INVALID_IMAGE,
          "%s has the SHA-256 %s and not %s; it is another file, or a damaged one"
              .formatted(what.source(), found, what.sha256().get()));
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }
}
