package io.ballast.ops.demo;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Follows the ticks that guests print on their serial consoles, and measures the time between them
 * by this machine's clock: a guest's own clock stands still while the guest does.
 *
 * <p>A console is a file that goes on when the guest moves. Its ticks are lines {@code tick NUMBER
 * SECONDS}, counted from 1.
 */
final class Ticks implements AutoCloseable {
  private static final Pattern TICK = Pattern.compile("tick (\\d+) .*");
  private static final long POLL_MILLIS = 5;

  private final Path folder;
  private final Map<String, Console> consoles = new HashMap<>();
  private final Thread reader = new Thread(this::readOn, "ticks");
  private volatile boolean closed;

  /** Follows consoles that lie in a folder, one a guest and named like it. */
  Ticks(Path folder) {
    this.folder = folder;
    reader.setDaemon(true);
    reader.start();
  }

  /** Follows a guest from its first tick on. */
  synchronized void follow(String guest) {
    consoles.put(guest, new Console(guest));
  }

  synchronized Pauses pauses() {
    Map<String, Duration> longest = new TreeMap<>();
    Map<String, String> broken = new TreeMap<>();
    for (Console console : consoles.values()) {
      if (console.number > 0) {
        longest.put(console.guest, Duration.ofNanos(console.longestNanos));
      }
      if (console.broken != null) {
        broken.put(console.guest, console.broken);
      }
    }
    return new Pauses(longest, broken);
  }

  @Override
  public void close() {
    closed = true;
    reader.interrupt();
  }

  private void readOn() {
    try {
      while (!closed) {
        read();
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      release();
    }
  }

  private synchronized void release() {
    consoles.values().forEach(Console::close);
  }

  private synchronized void read() {
    for (Console console : consoles.values()) {
      console.read(folder.resolve(console.guest));
    }
  }

  /** One guest's console as far as it was read. */
  private static final class Console {
    private final String guest;
    private final byte[] buffer = new byte[8192];
    private @Nullable RandomAccessFile file;
    private String rest = "";
    private long number;
    private long lastNanos;
    private long longestNanos;
    private @Nullable String broken;

    Console(String guest) {
      this.guest = guest;
    }

    void read(Path path) {
      try {
        if (file == null) {
          if (!Files.exists(path)) {
            return;
          }
          file = new RandomAccessFile(path.toFile(), "r");
        }
        int count = file.read(buffer);
        if (count > 0) {
          take(rest + new String(buffer, 0, count, StandardCharsets.US_ASCII), System.nanoTime());
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private void take(String text, long nanos) {
      int from = 0;
      for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
        Matcher tick = TICK.matcher(text.substring(from, end).strip());
        if (tick.matches()) {
          tick(Long.parseLong(tick.group(1)), nanos);
        }
        from = end + 1;
      }
      rest = text.substring(from);
    }

    private void tick(long next, long nanos) {
      if (number > 0) {
        longestNanos = Math.max(longestNanos, nanos - lastNanos);
        if (next != number + 1 && broken == null) {
          broken = "tick " + next + " came after tick " + number;
        }
      }
      number = next;
      lastNanos = nanos;
    }

    void close() {
      try {
        if (file != null) {
          file.close();
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
